// SPDX-License-Identifier: GPL-2.0
// Text for people: columns, and colours where there is a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nfc {

enum class Style { Plain, Heading, Good, Bad, Faint };

std::string styled(std::string_view text, Style style, bool colours);

// A foreign text with nothing in it that a terminal would act upon.
std::string printable(std::string_view text);

struct Cell {
    std::string text;
    Style style = Style::Plain;
    bool number = false; // stands at the right of its column
};

Cell number(std::uint64_t value, Style style = Style::Plain);

std::string table(const std::vector<std::vector<Cell>>& rows, bool colours);

} // namespace nfc
