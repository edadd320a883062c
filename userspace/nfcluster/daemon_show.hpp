// SPDX-License-Identifier: GPL-2.0
// What the daemon tells, for people.
#pragma once

#include "core/snapshot.hpp"

#include <string>

namespace nfc {

// "12s", "3m 20s", "2h 5m", "4d 3h"; of what has not been yet: "never".
std::string age(Time since, Time now);

// `terminal`: colours.
std::string to_table(const Snapshot& snapshot, Time now, bool terminal);
// One line, with a time of this place.
std::string to_line(const Notice& notice);

} // namespace nfc
