// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/resume.hpp"

#include <algorithm>

namespace nfc {

namespace {

constexpr unsigned ramp_steps = 10; // as in core/health.cpp

bool says_weight(const Check& check) {
    const auto* exec = std::get_if<ExecCheck>(&check.kind);
    return exec && exec->convention == ExecConvention::Keepalived;
}

// So far into its slow start that it may have the weight that it has.
void ramp(Health& health, const Rhythm& rhythm, unsigned weight, unsigned full, Moment now) {
    if (rhythm.slow_start <= Duration{0} || weight >= full)
        return;
    const auto share = [&](unsigned step) {
        return std::max(std::uint64_t{1}, std::uint64_t{full} * step / ramp_steps);
    };
    unsigned step = 1;
    while (step < ramp_steps && share(step) < weight)
        ++step;
    health.ramp_from =
        now - Duration{(rhythm.slow_start.count() * (step - 1) + ramp_steps - 1) / ramp_steps};
}

} // namespace

std::vector<Health> resume(const Pool& pool, const Serving& serving, Moment now) {
    std::vector<Health> healths;
    const bool any = std::ranges::any_of(serving.backends, [](const auto& one) { return !!one; });

    for (std::size_t i = 0; i < pool.backends.size(); ++i) {
        const auto& weight = serving.backends.at(i);
        Health health;
        health.since = now;
        if (pool.check && weight) {
            health = resumed(now);
            if (says_weight(*pool.check) && *weight != pool.backends[i].weight)
                health.weight = *weight;
            else
                ramp(health, pool.check->rhythm, *weight, pool.backends[i].weight, now);
        } else if (pool.check && serving.sorry && !any) {
            // Somebody found that all are down; until one is seen to live, the
            // sorry backend goes on.
            health.standing = Standing::Down;
        }
        healths.push_back(std::move(health));
    }
    return healths;
}

} // namespace nfc
