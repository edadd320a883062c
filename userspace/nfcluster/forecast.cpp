// SPDX-License-Identifier: GPL-2.0
#include "nfcluster/forecast.hpp"

#include <algorithm>

namespace nfc {

namespace {

bool gets_slots(const ForecastNode& node) {
    return node.there && node.serves && !node.fixed;
}

// Slots of those whose slots stay are no part of the plan.
void carry_out(ForecastCluster& cluster) {
    std::vector<Sharer> sharers;
    const bool nobody = std::ranges::none_of(cluster.nodes, [](const ForecastNode& node) {
        return gets_slots(node) && node.weight > 0;
    });
    for (const auto& node : cluster.nodes) { // sick ones are better than nobody
        const bool gets = nobody ? node.there && !node.fixed : gets_slots(node);
        sharers.push_back({node.name, gets ? node.weight : 0});
    }
    std::vector<std::size_t> places;
    Owners now;
    for (std::size_t i = 0; i < cluster.owners.size(); ++i) {
        auto owner = cluster.owners[i];
        if (owner && cluster.nodes[*owner].fixed)
            continue;
        if (owner && !cluster.nodes[*owner].there)
            owner.reset();
        places.push_back(i);
        now.push_back(owner);
    }
    const auto next = plan_owners(sharers, now);
    for (std::size_t i = 0; i < places.size(); ++i)
        cluster.owners[places[i]] = next[i];
}

// Sooner whoever answers for it than who only keeps what it has of it.
std::optional<std::size_t> owner_of(const std::vector<NodeStatus>& nodes, std::size_t slot) {
    for (const auto state : {SlotState::On, SlotState::Fill, SlotState::Drain})
        for (std::size_t i = 0; i < nodes.size(); ++i)
            if (nodes[i].presence != Presence::Gone && slot < nodes[i].slots.size() &&
                nodes[i].slots[slot] == state)
                return i;
    return std::nullopt;
}

} // namespace

ForecastCluster begin_with(const Cluster& cluster, const ForecastChanges& changes) {
    ForecastCluster all{cluster.name, cluster.address, cluster.hash, {}, Owners(cluster.slots)};
    for (const auto& node : cluster.nodes)
        all.nodes.push_back({node.name, node.weight});
    carry_out(all);
    for (auto& node : all.nodes)
        node.there = !std::ranges::count(changes.returns, node.name);
    carry_out(all);
    return all;
}

ForecastCluster begin_with(const ClusterStatus& status) {
    ForecastCluster all{status.name, status.address, {}, {}, {}};
    for (const auto& node : status.nodes) {
        const bool there = node.presence != Presence::Gone && node.problem.empty();
        const bool serves = node.duty == Duty::Serve && node.is_well();
        const bool fixed = there && (node.fixed || node.presence == Presence::Machine);
        all.nodes.push_back({node.name, node.weight, there, serves, fixed});
    }
    for (std::size_t slot = 0; slot < status.slots; ++slot)
        all.owners.push_back(owner_of(status.nodes, slot));
    return all;
}

ForecastCluster after(ForecastCluster cluster, const ForecastChanges& changes) {
    for (auto& node : cluster.nodes) {
        if (const auto found = changes.weights.find(node.name); found != changes.weights.end())
            node.weight = found->second;
        if (std::ranges::count(changes.returns, node.name)) {
            node.there = node.serves = true;
            node.fixed = false;
        }
        if (std::ranges::count(changes.dies, node.name))
            node.there = node.fixed = false;
    }
    carry_out(cluster);
    return cluster;
}

double largest_load(const ForecastCluster& cluster) {
    std::vector<std::size_t> has(cluster.nodes.size());
    std::size_t owned = 0;
    for (const auto& owner : cluster.owners)
        if (owner && gets_slots(cluster.nodes[*owner])) {
            ++has[*owner];
            ++owned;
        }
    double weights = 0, largest = 0;
    for (const auto& node : cluster.nodes)
        weights += gets_slots(node) ? node.weight : 0;
    for (std::size_t i = 0; i < has.size(); ++i)
        if (gets_slots(cluster.nodes[i]) && cluster.nodes[i].weight && owned)
            largest = std::max(largest, static_cast<double>(has[i]) * weights /
                                            static_cast<double>(owned) / cluster.nodes[i].weight);
    return largest;
}

} // namespace nfc
