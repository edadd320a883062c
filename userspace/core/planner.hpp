// SPDX-License-Identifier: GPL-2.0
// Who shall own which slot: from who takes part, with what weight, and who owns what
// now. Every node computes it by itself, so the same input gives the same plan
// wherever and in whatever order its members are named.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nfc {

// A node's weight is 0 to this, wherever it is said.
constexpr unsigned node_weight_most = 1000;

// One that may own slots.
struct Sharer {
    std::string name;    // unique
    unsigned weight = 1; // 0: it gets none, and those that it has go to others

    bool operator==(const Sharer&) const = default;
};

// Of each slot, in their order: whose it is, as an index into the sharers.
using Owners = std::vector<std::optional<std::size_t>>;

// While one sharer has a weight, every slot gets exactly one owner; else none gets one.
// Everybody's number of slots is its weighted share, rounded up or down, and of all such
// plans this is one with the fewest moves. Carried out in part, in whatever order, and
// computed again, the rest of it is the same.
Owners plan_owners(const std::vector<Sharer>& sharers, const Owners& now);

// How many slots change their owner, those that had none left out.
std::size_t count_moves(const Owners& before, const Owners& after);

} // namespace nfc
