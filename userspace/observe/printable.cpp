// SPDX-License-Identifier: GPL-2.0
#include "observe/printable.hpp"

#include <array>
#include <cstdint>
#include <fmt/format.h>
#include <iterator>

namespace nfc {

namespace {

// The bytes of the character that `text` begins with; 0: it is none, overlong or
// a surrogate.
std::size_t character(std::string_view text, char32_t& code) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
    const auto first = byte(0);
    const std::size_t length = first < 0x80           ? 1
                               : (first >> 5) == 0x6  ? 2
                               : (first >> 4) == 0xe  ? 3
                               : (first >> 3) == 0x1e ? 4
                                                      : 0;
    if (!length || text.size() < length)
        return 0;
    code = length == 1 ? first : first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (byte(i) & 0x3f);
    }
    const bool good = code >= least[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return good ? length : 0;
}

// What moves the cursor, breaks lines or turns the direction of what follows.
bool is_visible(char32_t code) {
    return code >= ' ' && (code < 0x7f || code > 0x9f) && code != 0x061c &&
           (code < 0x200b || code > 0x200f) && (code < 0x2028 || code > 0x202e) &&
           (code < 0x2060 || code > 0x206f) && code != 0xfeff;
}

void escape(std::string& line, std::string_view bytes) {
    for (const char c : bytes)
        switch (c) {
        case '\n':
            line += "\\n";
            break;
        case '\r':
            line += "\\r";
            break;
        case '\t':
            line += "\\t";
            break;
        case '\\':
            line += "\\\\";
            break;
        default:
            fmt::format_to(std::back_inserter(line), "\\x{:02x}", static_cast<std::uint8_t>(c));
        }
}

} // namespace

std::string printable(std::string_view text, std::size_t most) {
    constexpr std::string_view more = "...";
    std::string line;
    while (!text.empty()) {
        char32_t code = 0;
        const auto length = character(text, code);
        const auto one = text.substr(0, length ? length : 1);
        const auto before = line.size();
        if (length && code != '\\' && is_visible(code))
            line += one;
        else
            escape(line, one);
        if (line.size() > most) {
            line.resize(before);
            return line + std::string(more);
        }
        text.remove_prefix(one.size());
    }
    return line;
}

std::string in_quotes(std::string_view text, std::size_t most) {
    std::string line = "\"";
    for (const char c : printable(text, most))
        line += c == '"' ? std::string("\\\"") : std::string(1, c);
    return line + '"';
}

} // namespace nfc
