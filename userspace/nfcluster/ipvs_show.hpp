// SPDX-License-Identifier: GPL-2.0
// IPVS as a table for people and as JSON for programs.
#pragma once

#include "core/ipvs.hpp"
#include "core/json.hpp"

#include <string>

namespace nfc::ipvs {

enum class Columns { Connections, Stats, Rate, Servers };

// Servers: a line a service, and how many of its servers take new connections.
std::string to_table(const Table& table, Columns columns, bool colours);
Json to_json(const Table& table);

} // namespace nfc::ipvs
