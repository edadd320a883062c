// SPDX-License-Identifier: GPL-2.0
// nfcluster slots: what this node answers for, shown or changed.
#include "core/change.hpp"
#include "drivers/saved_rules.hpp"
#include "nfcluster/commands.hpp"

#include <fmt/ostream.h>

namespace nfc {

namespace {

// The kernel knows the total as well: not to learn it here must keep nobody
// from taking a dead node's slots over.
std::optional<unsigned> learn_total(Host& host, Address address) {
    const auto rules = saved_rules(host.save_programs);
    const auto rule = rules ? rules->cluster(address) : Result<Rule>(rules.error());
    if (rule)
        return rule->parameters->total;
    fmt::print(host.err, "nfcluster: {}; so only the kernel checks the slots\n", rule.error().text);
    return std::nullopt;
}

Exit change(Host& host, Address address, Slots now, const Plan& plan) {
    for (const auto& command : plan.already)
        fmt::print(host.out, "slot {}: {} already\n", command.slot,
                   command.add ? "answered here" : "not answered here");
    for (const auto& command : plan.writes) {
        const auto done = host.clusters.write(address, command);
        if (!done) {
            const auto now_text = to_string(now);
            return complain(
                host, {done.error().kind,
                       fmt::format("{}. {} answers {} now", done.error().text, to_string(address),
                                   now_text.empty() ? "no slot" : now_text)});
        }
        apply(command, now);
        fmt::print(host.out, "slot {}: {}\n", command.slot,
                   command.add ? "answered here now" : "no longer answered here");
    }
    return plan.writes.empty() ? Exit::No : Exit::Yes;
}

} // namespace

Exit slots(Host& host, const SlotsOptions& options) {
    const auto address = read_address("ADDRESS", options.address);
    if (!address)
        return complain(host, address.error());
    std::vector<Command> commands;
    for (const auto& word : options.commands) {
        const auto more = read_commands(word);
        if (!more)
            return complain(host, more.error());
        commands.insert(commands.end(), more->begin(), more->end());
    }

    const auto now = host.clusters.read(*address);
    if (!now)
        return complain(host, now.error());
    if (commands.empty()) {
        fmt::print(host.out, "{}\n", to_string(*now));
        return Exit::Yes;
    }
    const auto wanted = plan(*now, commands, learn_total(host, *address));
    if (!wanted)
        return complain(host, wanted.error());
    return change(host, *address, *now, *wanted);
}

} // namespace nfc
