// SPDX-License-Identifier: GPL-2.0
// The clusters of this node, with what their rules say of them.
#pragma once

#include "core/json.hpp"
#include "core/rule.hpp"
#include "core/slot_list.hpp"
#include "nfcluster/commands.hpp"

#include <string>
#include <vector>

namespace nfc {

struct ClusterRow {
    Address address;
    Slots here;
    Result<Rule> rule;
};

Result<std::vector<ClusterRow>> clusters_of(const Host& host);
std::string to_table(const std::vector<ClusterRow>& rows, bool colours);
Json to_json(const std::vector<ClusterRow>& rows);

} // namespace nfc
