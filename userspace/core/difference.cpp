// SPDX-License-Identifier: GPL-2.0
// From what STATMARK and IPVS hold to what they should.
#include "core/desired.hpp"

#include <algorithm>
#include <set>

namespace nfc {

namespace {

// What has no effect is not compared: the kernel may show it otherwise.
ipvs::Service essence(ipvs::Service service) {
    if (!service.persistence)
        service.persistence_prefix = 0;
    return service;
}

ipvs::Destination essence(ipvs::Destination destination) {
    if (destination.forward != ipvs::Forward::Tunnel)
        destination.tunnel = ipvs::Tunnel::Ipip;
    if (destination.forward != ipvs::Forward::Tunnel || destination.tunnel != ipvs::Tunnel::Gue)
        destination.tunnel_port = 0;
    return destination;
}

// Changes of one service, sorted by how much they take away.
struct Phases {
    ipvs::Changes give; // more weight
    ipvs::Changes take; // less of it
    ipvs::Changes remove;
};

void compare_destinations(const ipvs::ServiceState& is, const WantedService& wanted,
                          Phases& phases) {
    const auto& key = wanted.service.key;
    std::set<ipvs::DestinationKey> kept;

    for (const auto& destination : wanted.destinations) {
        kept.insert(destination.key);
        const auto old = is.destinations.find(destination.key);
        if (old == is.destinations.end()) {
            phases.give.emplace_back(ipvs::AddDestination{key, destination});
            continue;
        }
        const auto& now = old->second.destination;
        if (essence(now) == essence(destination))
            continue;
        auto& phase = destination.weight < now.weight ? phases.take : phases.give;
        phase.emplace_back(ipvs::EditDestination{key, destination});
    }
    for (const auto& [destination, state] : is.destinations)
        if (!kept.contains(destination))
            phases.remove.emplace_back(ipvs::RemoveDestination{key, destination});
}

void append(ipvs::Changes& changes, const ipvs::Changes& more) {
    changes.insert(changes.end(), more.begin(), more.end());
}

} // namespace

statmark::Commands mark_changes(const statmark::Pool& is,
                                const std::vector<statmark::Backend>& wanted,
                                const std::vector<std::uint32_t>& owned) {
    statmark::Commands commands;
    const auto find = [&](std::uint32_t mark) -> const statmark::Backend* {
        for (const auto& row : is.rows)
            if (row.backend.mark == mark)
                return &row.backend;
        return nullptr;
    };

    // All is one write, seen by packets at once; removals come first for the room.
    for (const auto mark : std::set(owned.begin(), owned.end()))
        if (find(mark) && std::ranges::find(wanted, mark, &statmark::Backend::mark) == wanted.end())
            commands.emplace_back(statmark::Remove{mark});
    for (const auto& backend : wanted) {
        const auto* now = find(backend.mark);
        const statmark::Backend fresh;
        const auto& before = now ? *now : fresh;

        if (!now || (before.drain && !backend.drain))
            commands.emplace_back(statmark::Add{backend.mark});
        if (before.weight != backend.weight)
            commands.emplace_back(statmark::Weigh{backend.mark, backend.weight});
        if (before.gate != backend.gate)
            commands.emplace_back(statmark::SetGate{backend.mark, backend.gate});
        if (!before.drain && backend.drain)
            commands.emplace_back(statmark::Drain{backend.mark});
    }
    return commands;
}

ipvs::Changes service_changes(const ipvs::Table& is, const std::vector<WantedService>& wanted,
                              const std::vector<ipvs::ServiceKey>& forsaken) {
    ipvs::Changes changes;
    Phases phases;
    std::set<ipvs::ServiceKey> ours;

    for (const auto& one : wanted) {
        ours.insert(one.service.key);
        const auto old = is.find(one.service.key);
        if (old == is.end())
            changes.emplace_back(ipvs::AddService{one.service});
        else if (essence(old->second.service) != essence(one.service))
            changes.emplace_back(ipvs::EditService{one.service});
        compare_destinations(old == is.end() ? ipvs::ServiceState{} : old->second, one, phases);
    }
    append(changes, phases.give);
    append(changes, phases.take);
    append(changes, phases.remove);
    for (const auto& key : std::set(forsaken.begin(), forsaken.end()))
        if (is.contains(key) && !ours.contains(key))
            changes.emplace_back(ipvs::RemoveService{key});
    return changes;
}

} // namespace nfc
