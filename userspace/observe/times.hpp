// SPDX-License-Identifier: GPL-2.0
// Times of the wall, as programs and people read them.
#pragma once

#include "core/utc.hpp"

#include <cstdint>
#include <string>

namespace nfc {

// Of a mail: "Sat, 21 Nov 2026 14:00:00 +0000"
std::string mail_date(Time time);

std::int64_t epoch_seconds(Time time);

// In two units at most: "350ms", "3m 20s", "2d 5h"
std::string rough(Duration duration);

} // namespace nfc
