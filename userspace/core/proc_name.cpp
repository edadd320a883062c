// SPDX-License-Identifier: GPL-2.0
#include "core/proc_name.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc {

namespace {

// What iptables-save could not bring back.
bool unsavable(unsigned char c) {
    return c < 0x20 || c == 0x7f || c == '"' || c == '\\' || c == '/';
}

} // namespace

Result<std::string> read_proc_name(std::string_view field, std::string_view text, std::size_t most,
                                   std::string_view reserved) {
    if (text.empty() || text.size() > most || text == "." || text == ".." || text == reserved ||
        std::ranges::any_of(text, unsavable))
        return bad_value(field, text,
                         fmt::format("a name of 1 to {} bytes without slash, quote, backslash and "
                                     "control characters, and not {}",
                                     most, reserved));
    return std::string(text);
}

std::string escape_name(std::string_view name, std::string_view more) {
    std::string text;
    for (const char c : name) {
        if (c == ' ' || more.find(c) != more.npos)
            text += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
        else
            text += c;
    }
    return text;
}

std::string unescape_name(std::string_view text) {
    std::string name;
    while (!text.empty()) {
        const auto code = text[0] == '\\' && text.size() >= 4
                              ? read_number(text.substr(1, 3), 0, 255, 8)
                              : std::nullopt;
        name += code ? static_cast<char>(*code) : text[0];
        text.remove_prefix(code ? 4 : 1);
    }
    return name;
}

} // namespace nfc
