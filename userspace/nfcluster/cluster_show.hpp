// SPDX-License-Identifier: GPL-2.0
// Shared addresses as the daemons know them together, for people.
#pragma once

#include "core/faults.hpp"
#include "core/snapshot.hpp"

#include <string>
#include <vector>

namespace nfc {

std::string to_table(const ClusterStatus& cluster, bool terminal);

// Why slots may be unanswered: what is wrong with which nodes. One sentence each.
std::vector<std::string> reasons_of(const ClusterStatus& cluster);

} // namespace nfc
