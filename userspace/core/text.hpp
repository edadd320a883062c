// SPDX-License-Identifier: GPL-2.0
// Small readers that the others share.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace nfc {

// All of `text` as a number from `min` to `max`. Plain digits in base 10; in
// base 16 without 0x.
std::optional<std::uint32_t> read_number(std::string_view text, std::uint32_t min,
                                         std::uint32_t max, int base = 10);

// Up to the first `separator`, which goes as well; all of it if there is none.
std::string_view take_until(std::string_view& text, char separator);

} // namespace nfc
