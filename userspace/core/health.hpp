// SPDX-License-Identifier: GPL-2.0
// Whether a backend lives, as far as its checks tell: from what was known and one
// more answer to what is known then, and what is worth telling.
#pragma once

#include "core/check.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nfc {

// Given by the caller; it never goes back, whatever is done to the clock.
using Moment = std::chrono::steady_clock::time_point;

enum class Standing : std::uint8_t {
    Unknown, // nobody has asked yet: it does not serve
    Up,
    Down,
};

// What a person wants of it, whatever the checks say.
enum class Duty : std::uint8_t {
    Serve,
    Drain, // no new connections
    Off,   // no connections
};

// One answer.
struct Observation {
    bool good = false;
    std::string reason;
    std::optional<unsigned> weight; // if it says what it can take

    bool operator==(const Observation&) const = default;
};

struct Health {
    Standing standing = Standing::Unknown;
    Duty duty = Duty::Serve;
    Moment since{};                 // its standing
    unsigned streak = 0;            // of answers that speak against the standing
    std::string reason;             // of the last answer
    std::optional<unsigned> weight; // the last that it said

    std::vector<Moment> falls;        // the latest, for damping
    Duration hold{0};                 // so long it has to be good before it may rise
    std::optional<Moment> good_since; // while it is down
    std::optional<Moment> ramp_from;  // its slow start began

    bool operator==(const Health&) const = default;
};

enum class EventKind : std::uint8_t {
    Rose,
    Fell,
    Held,          // it would have risen, but fell too often
    WeightChanged, // it said so itself
    DutyChanged,
};

struct Event {
    EventKind kind;
    Moment at;
    std::string reason;

    bool operator==(const Event&) const = default;
};

struct Step {
    Health health;
    std::vector<Event> events;

    bool operator==(const Step&) const = default;
};

// One that serves already when we begin: as before until its checks say otherwise.
Health resumed(Moment now);

Step observe(Health before, const Observation& seen, const Rhythm& rhythm, Moment now);
Step administer(Health before, Duty duty, Moment now);

// The share it can take by now of the weight that it is configured with.
unsigned weight_at(const Health& health, unsigned configured, const Rhythm& rhythm, Moment now);
// When that changes by itself.
std::optional<Moment> next_weight_at(const Health& health, const Rhythm& rhythm, Moment now);

} // namespace nfc
