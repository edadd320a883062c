// SPDX-License-Identifier: GPL-2.0
// Times of the wall, as programs and people read them.
#pragma once

#include "core/snapshot.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nfc {

// "2026-11-21T14:00:00.250Z"
std::string utc(Time time);
std::optional<Time> read_utc(const std::string& text);

// Of a mail: "Sat, 21 Nov 2026 14:00:00 +0000"
std::string mail_date(Time time);

std::int64_t epoch_seconds(Time time);

// In two units at most: "350ms", "3m 20s", "2d 5h"
std::string rough(Duration duration);

} // namespace nfc
