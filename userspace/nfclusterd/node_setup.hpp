// SPDX-License-Identifier: GPL-2.0
// Gives this node what its clusters need: the rule that makes each, then its address,
// membership in a multicast group, IPVS's synchronisation; and tells the wire of
// addresses. What somebody takes away comes back; what is not configured any more is
// taken away, if it was set here.
#pragma once

#include "core/config.hpp"
#include "drivers/address.hpp"
#include "drivers/announce.hpp"
#include "drivers/ipvs.hpp"
#include "drivers/shared_clusters.hpp"
#include "observe/log.hpp"

#include <asio/any_io_executor.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace nfc {

// All that it touches; a test has something else in their place.
struct SetupPorts {
    SharedClusters clusters{"/proc/net"};
    own::Addresses addresses{std::make_shared<own::KernelRoute>()};
    ipvs::Kernel ipvs{std::make_shared<netlink::GenericFamily>("IPVS"), "/proc/net/ip_vs"};
    std::filesystem::path programs = "/usr/sbin"; // of iptables and ip6tables
    std::function<Result<Done>(const std::string& interface, const Ip&, const Mac&)> announce =
        &announcement::send;
};

class NodeSetup {
public:
    // `state`: a folder for what we have to remember.
    NodeSetup(asio::any_io_executor executor, const std::filesystem::path& state, Log& log,
              SetupPorts ports = {}, std::chrono::milliseconds pause = std::chrono::seconds(2));
    NodeSetup(const NodeSetup&) = delete;
    NodeSetup& operator=(const NodeSetup&) = delete;
    ~NodeSetup();

    // Begins at once, and goes on beside others.
    void load(const std::vector<Cluster>& clusters);
    // Now and twice more: the first may be lost.
    void announce(const std::string& cluster);
    // Why the cluster is not set up; empty: it is, as far as it is ours to do.
    std::string problem(const std::string& cluster) const;

private:
    class Work;
    std::shared_ptr<Work> work_;
};

} // namespace nfc
