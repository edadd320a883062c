// SPDX-License-Identifier: GPL-2.0
// What is wrong, for people and for programs.
#pragma once

#include "core/json.hpp"
#include "nfcluster/node.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace nfc {

std::string to_text(const std::vector<Finding>& findings, bool terminal);
Json to_json(const std::vector<Finding>& findings);

inline bool any_bad(const std::vector<Finding>& findings) {
    return std::ranges::any_of(findings,
                               [](const Finding& one) { return one.grade == Finding::Grade::Bad; });
}

} // namespace nfc
