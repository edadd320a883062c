// SPDX-License-Identifier: GPL-2.0
// What the planner would do if nodes died, came back or weighed something else.
#pragma once

#include "core/config.hpp"
#include "core/planner.hpp"
#include "core/snapshot.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nfc {

struct ForecastNode {
    std::string name;
    unsigned weight = 0;
    bool there = true;  // it can own slots
    bool serves = true; // and gets some
    bool fixed = false; // its slots stay
};

// A shared address and who has which of its slots.
struct ForecastCluster {
    std::string name;
    Ip address;
    std::optional<Hash> hash; // none: nobody has told
    std::vector<ForecastNode> nodes;
    Owners owners; // by the nodes' places
};

struct ForecastChanges {
    std::vector<std::string> dies;
    std::vector<std::string> returns;
    std::map<std::string, unsigned> weights;
};

// As the file has it: with all nodes, but those that are going to return.
ForecastCluster begin_with(const Cluster& cluster, const ForecastChanges& changes);
// As the nodes' kernels have it.
ForecastCluster begin_with(const ClusterStatus& status);
// And then. Whoever the changes name has to be one of the nodes, or is passed over.
ForecastCluster after(ForecastCluster before, const ForecastChanges& changes);

// The largest number of slots to what the node's weight makes of all; 0: nobody serves.
double largest_load(const ForecastCluster& cluster);

} // namespace nfc
