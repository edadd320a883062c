// SPDX-License-Identifier: GPL-2.0
// Sets of slots, and their text: "1,2,4-6".
#pragma once

#include "core/result.hpp"
#include "nf_clusterip.h"

#include <set>
#include <string>
#include <string_view>

namespace nfc {

using Slots = std::set<unsigned>;

// From 1 to the most that a cluster can have; each slot once, at least one.
Result<Slots> read_slot_list(std::string_view field, std::string_view text,
                             unsigned most = NFC_TOTAL_NODES_MAX);
// Runs of three and more become ranges. An empty set is an empty text.
std::string to_string(const Slots& slots);

// What a cluster's file says: a list and a newline, or nothing at all.
Result<Slots> read_slot_file(std::string_view field, std::string_view text);

Slots all_slots(unsigned total);
Slots without(const Slots& all, const Slots& some);

} // namespace nfc
