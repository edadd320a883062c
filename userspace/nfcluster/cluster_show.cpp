// SPDX-License-Identifier: GPL-2.0
#include "nfcluster/cluster_show.hpp"

#include "nfcluster/table.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc {

namespace {

Slots in_state(const NodeStatus& node, SlotState state) {
    Slots some;
    for (std::size_t i = 0; i < node.slots.size(); ++i)
        if (node.slots[i] == state)
            some.insert(static_cast<unsigned>(i + 1));
    return some;
}

Cell standing_of(const NodeStatus& node) {
    switch (node.presence) {
    case Presence::Gone:
        return {"gone", Style::Bad};
    case Presence::Machine:
        return {"no daemon", Style::Bad};
    case Presence::Member:
        break;
    }
    if (!node.problem.empty())
        return {"refused", Style::Bad};
    if (node.standing == Standing::Down && !node.listens)
        return {node.duty == Duty::Serve ? "down" : "down, drain", Style::Bad};
    if (node.duty != Duty::Serve)
        return {"drain", Style::Bad};
    if (node.listens)
        return {"listens", Style::Faint};
    if (node.standing == Standing::Unknown)
        return {"unknown", Style::Faint};
    return {"up", Style::Good};
}

// What moves, in words: "80, drains 12".
std::string slots_of(const NodeStatus& node) {
    if (node.slots.empty())
        return "?";
    auto text = fmt::format("{}", in_state(node, SlotState::On).size());
    if (const auto some = in_state(node, SlotState::Drain).size())
        text += fmt::format(", drains {}", some);
    if (const auto some = in_state(node, SlotState::Fill).size())
        text += fmt::format(", fills {}", some);
    return text;
}

std::string remark_on(const NodeStatus& node) {
    if (!node.problem.empty())
        return printable(node.problem);
    if (node.presence == Presence::Gone)
        return "not heard";
    if (node.presence == Presence::Machine)
        return "its kernel goes on with its slots";
    if (node.fixed)
        return "its slots are not moved by nfclusterd";
    return printable(node.reason);
}

std::vector<Cell> cells(const NodeStatus& node) {
    return {{printable(node.name)},
            {node.address == Ip{} ? "" : to_string(node.address), Style::Faint},
            standing_of(node),
            {fmt::format("{}", node.weight), Style::Plain, true},
            {slots_of(node), Style::Plain, true},
            {fmt::format("{}", node.share), Style::Faint, true},
            {fmt::format("{}", node.traffic.accepted), Style::Faint, true},
            {remark_on(node), Style::Faint}};
}

} // namespace

std::vector<std::string> reasons_of(const ClusterStatus& cluster) {
    std::vector<std::string> reasons;
    for (const auto& node : cluster.nodes) {
        const auto say = [&](std::string_view what) {
            reasons.push_back(fmt::format("{} {}", printable(node.name), what));
        };
        const auto drains = in_state(node, SlotState::Drain);
        if (node.presence == Presence::Gone)
            say("is not heard: if its machine lives, it may be cut off");
        else if (!node.problem.empty())
            say("takes no part: " + printable(node.problem));
        else if (node.presence == Presence::Machine)
            say("has no nfclusterd: what it drained when that ended is nobody's until it is back");
        else if (node.fixed)
            say("is not driven by nfclusterd: it has no rule, or somebody else writes its slots");
        else if (node.listens)
            say(printable(node.reason));
        else if (node.standing != Standing::Up)
            say(fmt::format("is not well: {}", node.reason.empty() ? "it has not been asked yet"
                                                                   : printable(node.reason)));
        else if (!drains.empty())
            say(fmt::format("drains {} for others, who have not taken all of them",
                            to_string(drains)));
    }
    return reasons;
}

std::string to_table(const ClusterStatus& cluster, bool terminal) {
    auto text = styled(fmt::format("cluster {}: {} on {}, {} slots, {}{}\n",
                                   printable(cluster.name), to_string(cluster.address),
                                   printable(cluster.interface), cluster.slots, cluster.membership,
                                   cluster.quorate ? "" : ", outside of the quorate part"),
                       Style::Heading, terminal);
    std::vector<std::vector<Cell>> lines{{}};
    for (const char* heading : {"NODE", "ADDRESS", "STATE"})
        lines[0].push_back({heading, Style::Heading});
    for (const char* heading : {"WEIGHT", "SLOTS", "SHARE", "ACCEPTED"})
        lines[0].push_back({heading, Style::Heading, true});
    lines[0].push_back({"REASON", Style::Heading});
    for (const auto& node : cluster.nodes)
        lines.push_back(cells(node));
    text += table(lines, terminal);
    const auto say = [&](std::string_view what) {
        text += styled(fmt::format("cluster {}: {}", printable(cluster.name), what), Style::Bad,
                       terminal) +
                '\n';
    };
    if (!cluster.problem.empty())
        say(printable(cluster.problem));
    const auto faults = faults_of(cluster);
    if (!faults.unanswered.empty())
        say(fmt::format("nobody answers for {} slots: {}", faults.unanswered.size(),
                        to_string(faults.unanswered)));
    if (!faults.doubled.empty())
        say(fmt::format("answered by more than one: {}", to_string(faults.doubled)));
    return text;
}

} // namespace nfc
