// SPDX-License-Identifier: GPL-2.0
#include "core/health.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace nfc {

namespace {

// Beyond that, doubling has long met its limit.
constexpr std::size_t falls_kept = 32;
constexpr unsigned ramp_steps = 10;

void stand(Step& step, Standing standing, Moment now) {
    step.health.standing = standing;
    step.health.since = now;
    step.health.streak = 0;
    step.health.good_since.reset();
    step.health.ramp_from.reset();
}

void fall(Step& step, const Rhythm& rhythm, Moment now) {
    auto& health = step.health;
    const auto& damping = rhythm.damping;

    // Who never served has not fallen.
    if (health.standing == Standing::Up) {
        health.falls.push_back(now);
        std::erase_if(health.falls, [&](Moment at) { return now - at >= damping.window; });
        if (health.falls.size() > falls_kept)
            health.falls.erase(health.falls.begin());
        health.hold = health.falls.size() > 1 ? damping.hold : Duration{0};
        for (std::size_t i = 2; i < health.falls.size() && health.hold < damping.limit; ++i)
            health.hold *= 2;
        health.hold = std::min(health.hold, damping.limit);
    }
    stand(step, Standing::Down, now);
    step.events.push_back({EventKind::Fell, now, health.reason});
}

void rise(Step& step, const Rhythm& rhythm, Moment now) {
    const bool fell = step.health.standing == Standing::Down;

    stand(step, Standing::Up, now);
    // The first good answer after our own start says nothing of the backend's start.
    if (fell && rhythm.slow_start > Duration{0})
        step.health.ramp_from = now;
    step.events.push_back({EventKind::Rose, now, step.health.reason});
}

void good_while_down(Step& step, const Rhythm& rhythm, Moment now) {
    auto& health = step.health;

    if (!health.good_since)
        health.good_since = now;
    ++health.streak;
    if (health.streak < rhythm.rise)
        return;
    if (now - *health.good_since >= health.hold)
        rise(step, rhythm, now);
    else if (health.streak == rhythm.rise)
        step.events.push_back({EventKind::Held, now,
                               fmt::format("fell {} times of late: has to stay good for {}ms",
                                           health.falls.size(), health.hold.count())});
}

void take_weight(Step& step, std::optional<unsigned> weight, Moment now) {
    if (!weight || weight == step.health.weight)
        return;
    step.health.weight = weight;
    step.events.push_back({EventKind::WeightChanged, now, fmt::format("weight {}", *weight)});
}

} // namespace

Health resumed(Moment now) {
    Health health;
    health.standing = Standing::Up;
    health.since = now;
    return health;
}

Step observe(Health before, const Observation& seen, const Rhythm& rhythm, Moment now) {
    Step step{std::move(before), {}};
    auto& health = step.health;
    health.reason = seen.reason;

    if (seen.good)
        take_weight(step, seen.weight, now);
    switch (health.standing) {
    case Standing::Unknown:
        if (seen.good)
            rise(step, rhythm, now);
        else
            fall(step, rhythm, now);
        break;
    case Standing::Up:
        health.streak = seen.good ? 0 : health.streak + 1;
        if (health.streak >= rhythm.fall)
            fall(step, rhythm, now);
        break;
    case Standing::Down:
        if (seen.good) {
            good_while_down(step, rhythm, now);
        } else {
            health.streak = 0;
            health.good_since.reset();
        }
        break;
    }
    return step;
}

Step administer(Health before, Duty duty, Moment now) {
    Step step{std::move(before), {}};
    if (step.health.duty == duty)
        return step;
    step.health.duty = duty;
    const char* words[] = {"serve", "drain", "off"};
    step.events.push_back({EventKind::DutyChanged, now, words[static_cast<int>(duty)]});
    return step;
}

unsigned weight_at(const Health& health, unsigned configured, const Rhythm& rhythm, Moment now) {
    const std::uint64_t full = health.weight.value_or(configured);

    if (!health.ramp_from || now - *health.ramp_from >= rhythm.slow_start || !full)
        return static_cast<unsigned>(full);
    const auto elapsed = std::chrono::duration_cast<Duration>(now - *health.ramp_from);
    const auto step = static_cast<std::uint64_t>(elapsed * ramp_steps / rhythm.slow_start) + 1;
    return static_cast<unsigned>(std::max(std::uint64_t{1}, full * step / ramp_steps));
}

std::optional<Moment> next_weight_at(const Health& health, const Rhythm& rhythm, Moment now) {
    if (!health.ramp_from || now - *health.ramp_from >= rhythm.slow_start)
        return std::nullopt;
    // Steps begin at whole milliseconds, so that none is waited for too short.
    for (unsigned step = 1; step < ramp_steps; ++step) {
        const auto at = *health.ramp_from +
                        Duration{(rhythm.slow_start.count() * step + ramp_steps - 1) / ramp_steps};
        if (at > now)
            return at;
    }
    return *health.ramp_from + rhythm.slow_start;
}

} // namespace nfc
