// SPDX-License-Identifier: GPL-2.0
#include "core/change.hpp"

#include "nf_clusterip.h"

#include <fmt/format.h>

namespace nfc {

std::string to_string(const Command& command) {
    return fmt::format("{}{}", command.add ? '+' : '-', command.slot);
}

Result<std::vector<Command>> read_commands(std::string_view word) {
    const bool signed_word = word.starts_with('+') || word.starts_with('-');
    const auto slots = read_slot_list("", signed_word ? word.substr(1) : "");
    if (!slots)
        return bad_value("COMMAND", word,
                         fmt::format("+ or - and slots from 1 to {}, each once, such as +2 or "
                                     "-3-7,12",
                                     NFC_TOTAL_NODES_MAX));

    std::vector<Command> commands;
    for (const unsigned slot : *slots)
        commands.push_back({word.front() == '+', slot});
    return commands;
}

Result<Plan> plan(Slots now, const std::vector<Command>& commands, std::optional<unsigned> total) {
    Plan plan;

    for (const auto& command : commands) {
        if (total && command.slot > *total)
            return bad_value("COMMAND", to_string(command),
                             fmt::format("a slot of the cluster, 1 to {}", *total));
        const bool so = now.contains(command.slot) == command.add;
        (so ? plan.already : plan.writes).push_back(command);
        apply(command, now);
    }
    return plan;
}

void apply(const Command& command, Slots& slots) {
    if (command.add)
        slots.insert(command.slot);
    else
        slots.erase(command.slot);
}

} // namespace nfc
