// SPDX-License-Identifier: GPL-2.0
// What the nodes of a cluster know of each other, as plain values.
#pragma once

#include "core/address.hpp"
#include "core/hash.hpp"
#include "core/health.hpp"
#include "core/shared_cluster.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace nfc {

// Of Corosync: the node's number there. Without it: its place among the cluster's
// nodes by name, from 1.
using MemberId = std::uint32_t;

// Who is there, as all who are in it see it.
struct View {
    // False: we are cut off from most of the nodes, and have to assume that they
    // serve without us.
    bool quorate = false;
    std::vector<MemberId> members; // whose daemons hear each other; ascending, with us
    // Machines that live although their daemon is not in the group: their kernels go
    // on with the slots that they have. Ascending; none of the above.
    std::vector<MemberId> machines;

    bool operator==(const View&) const = default;
};

// What all nodes have to agree on, or they would see different slots.
struct Terms {
    Ip address;
    unsigned slots = 0;
    Hash hash;
    std::optional<Mac> mac; // none: derived from the address

    bool operator==(const Terms&) const = default;
};

// By slot; the first is slot 1.
using SlotStates = std::vector<SlotState>;

// What a node says of itself.
struct Report {
    std::string node; // its name
    std::string version;
    Terms terms;
    unsigned weight = 1;
    Standing standing = Standing::Unknown; // of its own service
    std::string reason;                    // of the last answer of that
    bool listens = false;    // Down, because it has just come (return_delay), and not ill
    Duty duty = Duty::Serve; // Drain, Off: it shall get no slots
    // Its slots are not ours to move: somebody else writes them.
    bool fixed = false;
    SlotStates slots; // as its kernel has them
    // It will answer for these as soon as it has heard itself say so: by then all have,
    // and of two who want a slot the one that was heard first gets it.
    Slots claims;
    std::uint32_t round = 0; // rises when claims change
    Traffic traffic;

    bool operator==(const Report&) const = default;
};

// What was known of a machine whose daemon has left, for those who come later.
struct Legacy {
    MemberId of = 0;
    Report report;

    bool operator==(const Legacy&) const = default;
};

// What a person wants of a node, asked at any other.
struct Wish {
    std::string node;
    std::optional<Duty> duty;
    std::optional<unsigned> weight; // until the next wish; 0 to 1000

    bool operator==(const Wish&) const = default;
};

using Message = std::variant<Report, Legacy, Wish>;

} // namespace nfc
