// SPDX-License-Identifier: GPL-2.0
// All shared addresses of this node.
#pragma once

#include "checks/tls.hpp"
#include "nfclusterd/groups.hpp"
#include "nfclusterd/node_orders.hpp"
#include "nfclusterd/node_setup.hpp"
#include "nfclusterd/participant.hpp"

#include <asio/any_io_executor.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace nfc {

class Participants {
public:
    struct Ports {
        std::function<void(const Notice&)> tell;
        TlsAuthorities& authorities;
        std::string version;
        Log& log;
    };

    // `state`: a folder for what we have to remember.
    Participants(asio::any_io_executor executor, const std::filesystem::path& state, Ports ports);

    // Those that are as before go on as they are.
    void load(const Config& config);
    // The kernel goes on as it is.
    void stop();

    // `node`: "CLUSTER/NODE", or "NODE" in all clusters that have one of that name.
    bool has_node(const std::string& node) const;
    Result<Done> wish(const std::string& node, std::optional<Duty> duty,
                      std::optional<unsigned> weight);
    std::vector<ClusterStatus> status() const;
    // Slots that are answered here, of all.
    std::pair<unsigned, unsigned> share() const;

private:
    std::vector<std::pair<Participant*, std::string>> meant(const std::string& text) const;
    Participant::Ports ports_of();

    asio::any_io_executor executor_;
    Ports ports_;
    NodeOrdersFile orders_;
    NodeSetup setup_;
    Groups groups_;
    std::vector<std::unique_ptr<Participant>> all_;
    std::string node_;
};

} // namespace nfc
