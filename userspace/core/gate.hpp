// SPDX-License-Identifier: GPL-2.0
// Gates as users write them.
#pragma once

#include "core/result.hpp"
#include "core/statmark.hpp"

#include <string_view>

namespace nfc::statmark {

// [!]CONDITION, where the kernel would take that as a gate.
Result<Gate> read_gate(std::string_view field, std::string_view text);

} // namespace nfc::statmark
