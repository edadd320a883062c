// SPDX-License-Identifier: GPL-2.0
// Wires it all: what signals and the socket ask for, what the file says, what is
// watched and what the kernel holds.
#pragma once

#include "checks/tls.hpp"
#include "nfclusterd/conductor.hpp"
#include "nfclusterd/machine.hpp"
#include "nfclusterd/notify.hpp"
#include "nfclusterd/observers.hpp"
#include "nfclusterd/participants.hpp"
#include "nfclusterd/server.hpp"

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <filesystem>

namespace nfc {

struct DaemonOptions {
    std::filesystem::path config = "/etc/nfcluster/nfcluster.toml";
    std::filesystem::path socket = control::default_socket;
    std::filesystem::path state = "/var/lib/nfcluster";
    std::string version;
};

// All of the file, or all that is wrong with it.
ReadConfig read_config_file(const std::filesystem::path& path);

class Daemon {
public:
    Daemon(asio::io_context& io, DaemonOptions options, Kernel& kernel, Log& log);

    // Then the kernel has been told, and the socket answers.
    Result<Done> start(const Config& config);
    // The file is read again. If there is anything wrong with it, all stays as it is.
    Result<Done> reload();
    Snapshot snapshot() const;

private:
    Result<Json> answer(const control::Request& request);
    void load(const Config& config);
    Result<Done> administer(const control::Request& request);
    void tell(const Notice& notice);
    void wait_for_signals();
    void stop();
    std::string summary() const;

    asio::io_context& io_;
    DaemonOptions options_;
    Log& log_;
    TlsAuthorities authorities_;
    Duties duties_;
    Observers observers_;
    Machine machine_;
    Conductor conductor_;
    Participants participants_;
    Notify notify_;
    asio::signal_set signals_;
    std::unique_ptr<ControlServer> server_;
    std::string node_; // of the configuration that holds
    std::size_t pools_ = 0;
    Time started_{};
    Time loaded_{};
    std::string reload_problem_;
};

} // namespace nfc
