// SPDX-License-Identifier: GPL-2.0
#include "core/desired.hpp"

#include <algorithm>

namespace nfc {

namespace {

Turn turn_of(const Pool& pool, const Health& health) {
    if (health.duty == Duty::Off)
        return Turn::Out;
    if (health.duty == Duty::Drain)
        return Turn::Drains;
    if (!pool.check || health.standing == Standing::Up)
        return Turn::Serves;
    return pool.on_down == OnDown::Drain ? Turn::Drains : Turn::Out;
}

// Nothing is known yet of one who may serve.
bool undecided(const Pool& pool, const Health& health) {
    return pool.check && health.duty == Duty::Serve && health.standing == Standing::Unknown;
}

} // namespace

Shares share_out(const Pool& pool, const std::vector<Health>& healths, Moment now) {
    const Rhythm rhythm = pool.check ? pool.check->rhythm : Rhythm{};
    Shares shares;
    bool wait = false;

    for (std::size_t i = 0; i < pool.backends.size(); ++i) {
        const auto& health = healths.at(i);
        const auto weight = pool.check ? weight_at(health, pool.backends[i].weight, rhythm, now)
                                       : pool.backends[i].weight;
        shares.backends.push_back({turn_of(pool, health), weight});
        wait = wait || undecided(pool, health);
    }
    const bool any = std::ranges::any_of(shares.backends, &Share::live);
    // Before everyone was asked once, nobody knows that all are down.
    const bool none = !any && !wait;

    if (pool.sorry && none)
        shares.sorry = {Turn::Serves, pool.sorry->weight};
    else if (pool.sorry)
        shares.sorry = {pool.on_down == OnDown::Drain ? Turn::Drains : Turn::Out,
                        pool.sorry->weight};
    if (none && pool.all_down == AllDown::Serve)
        for (std::size_t i = 0; i < pool.backends.size(); ++i)
            if (healths[i].duty == Duty::Serve) {
                shares.backends[i] = {Turn::Serves, pool.backends[i].weight};
                shares.blind = true;
            }
    return shares;
}

ConditionValues wanted_conditions(const Pool& pool, const Shares& shares) {
    ConditionValues conditions;
    const auto set = [&](const PoolBackend& backend, const Share& share) {
        if (backend.condition)
            conditions[backend.condition->condition] = share.live() != backend.condition->inverted;
    };

    for (std::size_t i = 0; i < pool.backends.size(); ++i)
        set(pool.backends[i], shares.backends.at(i));
    if (pool.sorry)
        set(*pool.sorry, shares.sorry);
    return conditions;
}

ConditionValues condition_changes(const ConditionValues& are, const ConditionValues& wanted) {
    ConditionValues changes;
    for (const auto& [name, value] : wanted) {
        const auto is = are.find(name);
        if (is == are.end() || is->second != value)
            changes[name] = value;
    }
    return changes;
}

std::vector<statmark::Backend> wanted_marks(const Pool& pool, const Shares& shares) {
    std::vector<statmark::Backend> wanted;
    const auto want = [&](const PoolBackend& backend, const Share& share) {
        if (share.turn != Turn::Out)
            wanted.push_back(
                {backend.mark,
                 static_cast<std::uint16_t>(std::min(share.weight, unsigned{NFC_POOL_WEIGHT_MAX})),
                 share.turn == Turn::Drains, backend.condition});
    };

    for (std::size_t i = 0; i < pool.backends.size(); ++i)
        want(pool.backends[i], shares.backends.at(i));
    if (pool.sorry)
        want(*pool.sorry, shares.sorry);
    return wanted;
}

WantedService wanted_service(const Pool& pool, const Shares& shares) {
    const auto& driver = std::get<IpvsDriver>(pool.driver);
    WantedService wanted{driver.service, {}};
    const auto want = [&](const PoolBackend& backend, const Share& share) {
        if (share.turn == Turn::Out)
            return;
        ipvs::Destination destination;
        destination.key = {backend.address, backend.port};
        destination.weight = static_cast<std::uint16_t>(
            share.turn == Turn::Serves ? std::min(share.weight, 65535u) : 0);
        destination.forward = driver.forward;
        destination.upper = backend.upper;
        destination.lower = backend.lower;
        destination.tunnel = driver.tunnel;
        destination.tunnel_port = driver.tunnel_port;
        wanted.destinations.push_back(destination);
    };

    for (std::size_t i = 0; i < pool.backends.size(); ++i)
        want(pool.backends[i], shares.backends.at(i));
    if (pool.sorry)
        want(*pool.sorry, shares.sorry);
    return wanted;
}

} // namespace nfc
