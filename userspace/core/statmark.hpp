// SPDX-License-Identifier: GPL-2.0
// STATMARK's pools, as plain values: what a pool's file says, and the commands
// that it takes.
#pragma once

#include "nf_statmark.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace nfc::statmark {

using Mode = nfc_pool_mode;

// A backend serves while this condition is 1; inverted: while it is 0.
struct Gate {
    std::string condition;
    bool inverted = false;

    bool operator==(const Gate&) const = default;
};

struct Backend {
    std::uint32_t mark = 0; // what it is known by
    std::uint16_t weight = NFC_POOL_WEIGHT_DEFAULT;
    bool drain = false;
    std::optional<Gate> gate;

    bool operator==(const Backend&) const = default;
};

enum class State : std::uint8_t {
    Up,
    Down,  // its gate is closed
    Drain, // keeps its connections, gets no new ones
    Idle,  // weight 0
};

struct Row {
    Backend backend;
    State state = State::Up;
    std::uint64_t flows = 0; // given to it since it came
    std::uint64_t packets = 0;

    bool operator==(const Row&) const = default;
};

struct Pool {
    std::string name;
    Mode mode = NFC_POOL_NTH;
    std::uint32_t mask = 0;
    unsigned rules = 0;
    std::vector<Row> rows; // in the order in which they came

    bool operator==(const Pool&) const = default;
};

struct Add { // a new backend of weight 1 without a gate; or the end of a drain
    std::uint32_t mark = 0;
    bool operator==(const Add&) const = default;
};
struct Remove {
    std::uint32_t mark = 0;
    bool operator==(const Remove&) const = default;
};
struct Drain {
    std::uint32_t mark = 0;
    bool operator==(const Drain&) const = default;
};
struct Weigh {
    std::uint32_t mark = 0;
    std::uint16_t weight = 0;
    bool operator==(const Weigh&) const = default;
};
struct SetGate {
    std::uint32_t mark = 0;
    std::optional<Gate> gate;
    bool operator==(const SetGate&) const = default;
};

// A list of them is one write: carried out in its order, all of it or nothing.
using Command = std::variant<Add, Remove, Drain, Weigh, SetGate>;
using Commands = std::vector<Command>;

} // namespace nfc::statmark
