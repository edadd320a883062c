// SPDX-License-Identifier: GPL-2.0
// Times of the wall as programs read them: "2026-11-21T14:00:00.250Z".
#pragma once

#include "core/snapshot.hpp"

#include <ctime>
#include <optional>
#include <string>

namespace nfc {

std::string utc(Time time);
// None: it is no such text, or of a time that Time cannot hold.
std::optional<Time> read_utc(const std::string& text);

std::tm broken_down(Time time);

} // namespace nfc
