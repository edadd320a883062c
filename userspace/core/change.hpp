// SPDX-License-Identifier: GPL-2.0
// What a person wants changed, "+3-7,12" or "-2", and the writes it takes.
#pragma once

#include "core/slot_list.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nfc {

// One write to a cluster's file.
struct Command {
    bool add;
    unsigned slot;

    bool operator==(const Command&) const = default;
};

std::string to_string(const Command& command);

// One word becomes a command a slot, in ascending order.
Result<std::vector<Command>> read_commands(std::string_view word);

struct Plan {
    std::vector<Command> writes;  // in the order asked for
    std::vector<Command> already; // asked for, but so already
};

// Checks every command before one takes effect. Without a total, one that is
// too high is left for the kernel to refuse.
Result<Plan> plan(Slots now, const std::vector<Command>& commands, std::optional<unsigned> total);

void apply(const Command& command, Slots& slots);

} // namespace nfc
