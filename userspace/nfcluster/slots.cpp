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

// As the kernel's own module takes it: a command a write.
Exit by_rules(Host& host, const SlotsOptions& options) {
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

const char* becomes(SlotState state) {
    switch (state) {
    case SlotState::On:
        return "answered here";
    case SlotState::Drain:
        return "drained here";
    case SlotState::Fill:
        return "filled here";
    case SlotState::Off:
        break;
    }
    return "answered here";
}

void tell(Host& host, const Order& order, bool done) {
    const bool off = order.state == SlotState::Off;
    fmt::print(host.out, "{} {}: {}{}{}\n", order.slots.size() == 1 ? "slot" : "slots",
               to_string(order.slots),
               !off   ? ""
               : done ? "no longer "
                      : "not ",
               becomes(order.state),
               !done ? " already"
               : off ? ""
                     : " now");
}

// Our module takes all of it as one change.
Exit by_kernel(Host& host, const SlotsOptions& options) {
    const auto address = read_ip("ADDRESS", options.address);
    if (!address)
        return complain(host, address.error());
    const auto orders = read_orders(options.commands);
    if (!orders)
        return complain(host, orders.error());
    const auto now = host.shared.read(*address);
    if (!now)
        return complain(host, now.error());
    if (orders->empty()) {
        fmt::print(host.out, "{}\n", to_string(now->taken()));
        return Exit::Yes;
    }

    const auto wanted = plan(*now, *orders);
    if (!wanted)
        return complain(host, wanted.error());
    if (!wanted->writes.empty())
        if (const auto done = host.shared.write(*address, wanted->writes); !done)
            return complain(host, done.error());
    for (const auto& order : wanted->already)
        tell(host, order, false);
    for (const auto& order : wanted->writes)
        tell(host, order, true);
    return wanted->writes.empty() ? Exit::No : Exit::Yes;
}

} // namespace

Exit slots(Host& host, const SlotsOptions& options) {
    return host.shared.present() ? by_kernel(host, options) : by_rules(host, options);
}

} // namespace nfc
