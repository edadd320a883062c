// SPDX-License-Identifier: GPL-2.0
// The clusters of this node as our module shows them, IPv4 and IPv6, whichever
// rule made them. The kernel's own module knows nothing of this.
#pragma once

#include "core/result.hpp"
#include "core/shared_cluster.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace nfc {

class SharedClusters {
public:
    // `folder`: /proc/net.
    explicit SharedClusters(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // Whether our module is loaded.
    bool present() const;
    Result<std::vector<SharedCluster>> list() const;
    Result<SharedCluster> read(const Ip& address) const;
    // One write(2): all of it or nothing.
    Result<Done> write(const Ip& address, const std::vector<Order>& orders) const;

private:
    std::filesystem::path file_of(const Ip& address) const;

    std::filesystem::path folder_;
};

} // namespace nfc
