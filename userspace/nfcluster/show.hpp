// SPDX-License-Identifier: GPL-2.0
// What a node has, as tables for people and as JSON for programs.
#pragma once

#include "core/json.hpp"
#include "core/statmark.hpp"
#include "drivers/condition.hpp"

#include <string>
#include <vector>

namespace nfc {

std::string to_table(const std::vector<Switch>& switches, bool colours);
Json to_json(const Switch& one);
Json to_json(const std::vector<Switch>& switches);

// A line a pool; and one pool, a line a backend.
std::string to_table(const std::vector<statmark::Pool>& pools, bool colours);
std::string to_table(const statmark::Pool& pool, bool colours);
Json to_json(const statmark::Pool& pool);
Json to_json(const std::vector<statmark::Pool>& pools);
// Backends that get new connections.
std::size_t live(const statmark::Pool& pool);

} // namespace nfc
