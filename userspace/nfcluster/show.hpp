// SPDX-License-Identifier: GPL-2.0
// What a node has, as tables for people and as JSON for programs.
#pragma once

#include "drivers/condition.hpp"
#include "nfcluster/json.hpp"

#include <string>
#include <vector>

namespace nfc {

std::string to_table(const std::vector<Switch>& switches, bool colours);
Json to_json(const Switch& one);
Json to_json(const std::vector<Switch>& switches);

} // namespace nfc
