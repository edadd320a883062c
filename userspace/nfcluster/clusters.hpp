// SPDX-License-Identifier: GPL-2.0
// The clusters of this node: as our module shows them, or with what their rules say
// where the kernel has only its own.
#pragma once

#include "core/json.hpp"
#include "core/shared_cluster.hpp"
#include "nfcluster/commands.hpp"

#include <string>
#include <vector>

namespace nfc {

struct ClusterRow {
    Ip address;
    Slots here; // whose new connections are answered here
    Result<SharedCluster> cluster;
    bool by_kernel = false; // all four states and the traffic are known
};

enum class Counters : bool { Hidden, Shown };

Result<std::vector<ClusterRow>> clusters_of(const Host& host);
std::string to_table(const std::vector<ClusterRow>& rows, Counters counters, bool colours);
Json to_json(const std::vector<ClusterRow>& rows, Counters counters);

} // namespace nfc
