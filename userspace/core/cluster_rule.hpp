// SPDX-License-Identifier: GPL-2.0
// The rule that makes a cluster, as words of iptables or ip6tables. Pure.
#pragma once

#include "core/config.hpp"
#include "core/shared_cluster.hpp"
#include "core/slot_list.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nfc {

std::string_view iptables_of(Family family);
// Of the address on the interface.
unsigned prefix_of(const Cluster& cluster);

// From "-j" on. `slots`: those that are answered as soon as the rule is there.
std::vector<std::string> cluster_target(const Cluster& cluster, const Slots& slots);
// What follows the program; `command` is -A, -C or -D. Before connection tracking,
// where it costs least.
std::vector<std::string> cluster_rule(std::string_view command, const Cluster& cluster,
                                      const Slots& slots);

// Where the kernel's cluster is not what is configured: "it has 4 slots, not 8"; empty:
// it is the same.
std::string difference(const SharedCluster& has, const Cluster& wanted);

} // namespace nfc
