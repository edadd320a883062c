// SPDX-License-Identifier: GPL-2.0
// Texts of others, made fit for a line that a person reads.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nfc {

// On one line: whatever is no visible UTF-8 text is written as in C, "\n" or
// "\x1b"; a backslash too, so that nothing else can look like it. What is longer
// than `most` bytes ends in "...".
std::string printable(std::string_view text, std::size_t most = 1000);

// In double quotes.
std::string in_quotes(std::string_view text, std::size_t most = 1000);

} // namespace nfc
