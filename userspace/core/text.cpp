// SPDX-License-Identifier: GPL-2.0
#include "core/text.hpp"

#include <charconv>
#include <fmt/format.h>

namespace nfc {

Error bad_value(std::string_view field, std::string_view value, std::string_view expected) {
    return {Kind::BadInput, fmt::format("{} {:?}: expected {}", field, value, expected)};
}

std::optional<std::uint32_t> read_number(std::string_view text, std::uint32_t min,
                                         std::uint32_t max, int base) {
    std::uint32_t value = 0;
    const auto end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, value, base);

    if (problem != std::errc{} || stop != end || value < min || value > max)
        return std::nullopt;
    return value;
}

std::string_view take_until(std::string_view& text, char separator) {
    const auto head = text.substr(0, text.find(separator));

    text.remove_prefix(head.size() < text.size() ? head.size() + 1 : head.size());
    return head;
}

} // namespace nfc
