// SPDX-License-Identifier: GPL-2.0
// What the daemon sets for this machine as a whole: the role of a real server, and
// the timeouts of IPVS. What somebody undoes is done again.
#pragma once

#include "core/config.hpp"
#include "drivers/ipvs.hpp"
#include "drivers/realserver.hpp"
#include "observe/log.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace nfc {

class Machine {
public:
    Machine(asio::any_io_executor executor, const std::filesystem::path& state, Log& log,
            std::chrono::milliseconds pause = std::chrono::seconds(30));
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    // What the configuration does not have any more is taken back.
    void load(const Config& config);

private:
    void settle();
    void complain(const std::vector<Error>& failures);
    Result<Done> settle_timeouts();

    own::RealServerRole role_;
    ipvs::Kernel ipvs_{std::make_shared<netlink::GenericFamily>("IPVS"), "/proc/net/ip_vs"};
    Log& log_;
    std::chrono::milliseconds pause_;
    asio::steady_timer look_;
    std::vector<RealServer> servers_;
    ipvs::Timeouts timeouts_;
    std::set<std::string> complained_; // of this already
};

} // namespace nfc
