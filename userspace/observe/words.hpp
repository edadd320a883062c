// SPDX-License-Identifier: GPL-2.0
// The words by which programs and people are told of things; they never change.
#pragma once

#include "core/snapshot.hpp"

#include <array>
#include <string_view>

namespace nfc::words {

struct EventWord {
    EventKind kind;
    std::string_view word;
};

constexpr std::array<EventWord, 5> events = {{{EventKind::Rose, "rose"},
                                              {EventKind::Fell, "fell"},
                                              {EventKind::Held, "held"},
                                              {EventKind::WeightChanged, "weight"},
                                              {EventKind::DutyChanged, "duty"}}};

constexpr std::string_view of(EventKind kind) {
    for (const auto& event : events)
        if (event.kind == kind)
            return event.word;
    return "?";
}

constexpr std::string_view of(Standing standing) {
    return standing == Standing::Up ? "up" : standing == Standing::Down ? "down" : "unknown";
}

constexpr std::string_view of(Duty duty) {
    return duty == Duty::Serve ? "serve" : duty == Duty::Drain ? "drain" : "off";
}

} // namespace nfc::words
