// SPDX-License-Identifier: GPL-2.0
// What a participant shows of all nodes, and tells when one of them changes.
#include "nfclusterd/participant.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc {

namespace {

std::string_view stands(const NodeStatus& node) {
    if (node.presence == Presence::Gone)
        return "gone";
    if (node.presence == Presence::Machine)
        return "without its daemon";
    if (!node.problem.empty())
        return "refused";
    if (node.listens)
        return "listens";
    return node.standing == Standing::Up     ? "up"
           : node.standing == Standing::Down ? "down"
                                             : "unknown";
}

std::string reason_of(const NodeStatus& node) {
    switch (node.presence) {
    case Presence::Gone:
        return "its machine is gone, or cut off from here";
    case Presence::Machine:
        return "its nfclusterd is gone; its kernel goes on";
    case Presence::Member:
        break;
    }
    return node.problem.empty() ? node.reason : node.problem;
}

} // namespace

std::vector<NodeStatus> Participant::nodes() const {
    std::map<std::string, NodeStatus> all;
    for (const auto& node : cluster_.nodes) {
        all[node.name].address = node.address;
        all[node.name].weight = node.weight;
    }
    if (sharing_)
        for (const auto& [id, known] : sharing_->known()) {
            const auto& report = known.report;
            auto& node = all[report.node];
            const auto refused = sharing_->refused().find(id);
            // Of two with one name, the one that takes part.
            if (refused != sharing_->refused().end() && node.presence != Presence::Gone)
                continue;
            node.presence = known.member ? Presence::Member : Presence::Machine;
            node.standing = report.standing;
            node.listens = report.listens;
            node.duty = report.duty;
            node.fixed = report.fixed;
            node.weight = report.weight;
            node.reason = report.reason;
            node.problem = refused == sharing_->refused().end() ? "" : refused->second;
            node.version = report.version;
            // Of another number of slots nothing can be said by ours.
            if (report.slots.size() == cluster_.slots)
                node.slots = report.slots;
            node.traffic = report.traffic;
            node.share =
                static_cast<unsigned>(std::ranges::count(sharing_->targets(), std::optional(id)));
        }
    // Of ourselves we know more than what came back to us, if anything has.
    if (!view_.quorate || !sharing_ || !sharing_->known().contains(number_)) {
        auto& own = all[node_];
        own.presence = Presence::Member;
        own.standing = health_.standing;
        own.reason = health_.reason;
        own.duty = orders_.duty;
        own.version = ports_.version;
    }
    all[node_].slots = keeper_.slots();
    std::vector<NodeStatus> list;
    for (auto& [name, node] : all) {
        node.name = name;
        list.push_back(std::move(node));
    }
    return list;
}

ClusterStatus Participant::status() const {
    ClusterStatus status;
    status.name = cluster_.name;
    status.address = cluster_.address;
    status.interface = cluster_.interface;
    status.slots = cluster_.slots;
    status.membership = cluster_.membership == Membership::Corosync ? "corosync" : "static";
    status.quorate = view_.quorate;
    status.drive = cluster_.drive;
    status.problem = problem();
    status.nodes = nodes();
    return status;
}

// Of two nodes with one name only one has a line of its own; why the other has none.
std::string Participant::namesake() const {
    if (!sharing_)
        return {};
    const auto& known = sharing_->known();
    for (const auto& [id, why] : sharing_->refused()) {
        const auto at = known.find(id);
        if (at == known.end())
            continue;
        const auto is_other = [&, id = id](const auto& one) {
            return one.first != id && one.second.report.node == at->second.report.node;
        };
        if (std::ranges::any_of(known, is_other))
            return why;
    }
    return {};
}

// The first that is wrong: what comes later may follow from it.
std::string Participant::problem() const {
    for (const auto& one :
         {group_problem_, ports_.problem(cluster_), sharing_problem_, keeper_.problem(),
          nonsense_.empty() ? "" : nonsense_.begin()->second, namesake()})
        if (!one.empty())
            return one;
    return {};
}

std::pair<unsigned, unsigned> Participant::share() const {
    const auto& slots = keeper_.slots();
    const auto taken = std::ranges::count_if(
        slots, [](SlotState state) { return state == SlotState::On || state == SlotState::Fill; });
    return {static_cast<unsigned>(taken), cluster_.slots};
}

void Participant::follow_nodes() {
    const auto all = nodes();
    for (const auto& node : all) {
        const std::string now(stands(node));
        auto& before = stood_[node.name];
        // Who is about to say how he is is neither well nor ill.
        if (before == now || now == "unknown" || now == "listens")
            continue;
        const auto was = std::exchange(before, now);
        // At the beginning nobody knows anybody.
        if (!was.empty() || now != "gone")
            tell(node, was, all);
    }
}

void Participant::tell(const NodeStatus& node, const std::string& before,
                       const std::vector<NodeStatus>& all) {
    Notice notice;
    notice.kind = stands(node) == "up" ? EventKind::Rose : EventKind::Fell;
    notice.at = std::chrono::system_clock::now();
    notice.pool = cluster_.name;
    notice.backend = node.name;
    notice.endpoint = {node.address, 0};
    notice.standing = stands(node) == "up" ? Standing::Up : Standing::Down;
    notice.duty = node.duty;
    notice.reason = reason_of(node);
    if (notice.reason.empty())
        notice.reason = fmt::format("was {}", before.empty() ? "unknown" : before);
    notice.total = static_cast<unsigned>(all.size());
    notice.up = static_cast<unsigned>(
        std::ranges::count_if(all, [](const NodeStatus& one) { return stands(one) == "up"; }));
    ports_.tell(notice);
}

} // namespace nfc
