// SPDX-License-Identifier: GPL-2.0
// Shared addresses as the daemons know them together, for people.
#pragma once

#include "core/snapshot.hpp"

#include <string>
#include <vector>

namespace nfc {

std::string to_table(const ClusterStatus& cluster, bool terminal);

// Slots that nobody answers for, as far as nodes are known; and those that more than
// one does.
struct Faults {
    Slots unanswered;
    Slots doubled;
};
Faults faults_of(const ClusterStatus& cluster);
// Why slots may be unanswered: what is wrong with which nodes. One sentence each.
std::vector<std::string> reasons_of(const ClusterStatus& cluster);

} // namespace nfc
