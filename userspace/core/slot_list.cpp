// SPDX-License-Identifier: GPL-2.0
#include "core/slot_list.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <ranges>

namespace nfc {

Result<Slots> read_slot_list(std::string_view field, std::string_view text, unsigned most) {
    const auto slot = [most](std::string_view number) { return read_number(number, 1, most); };
    Slots slots;
    std::string_view rest = text;
    bool good = !text.ends_with(',');

    do {
        const auto part = take_until(rest, ',');
        const auto dash = part.find('-');
        const auto first = slot(part.substr(0, dash));
        const auto last = dash == part.npos ? first : slot(part.substr(dash + 1));

        good = good && first && last && *first <= *last;
        for (unsigned n = first.value_or(0); good && n <= *last; ++n)
            good = slots.insert(n).second;
    } while (good && !rest.empty());
    if (!good)
        return bad_value(field, text,
                         fmt::format("slots from 1 to {}, each once, such as 2 or 1,4-6", most));
    return slots;
}

std::string to_string(const Slots& slots) {
    std::string text;

    for (auto at = slots.begin(); at != slots.end();) {
        const unsigned first = *at;
        unsigned last = first;

        while (++at != slots.end() && *at == last + 1)
            last = *at;
        fmt::format_to(std::back_inserter(text), "{}{}", text.empty() ? "" : ",", first);
        if (last != first)
            fmt::format_to(std::back_inserter(text), "{}{}", last == first + 1 ? ',' : '-', last);
    }
    return text;
}

Result<Slots> read_slot_file(std::string_view field, std::string_view text) {
    if (text.empty())
        return Slots{};
    if (text.ends_with('\n'))
        text.remove_suffix(1);
    return read_slot_list(field, text);
}

Slots all_slots(unsigned total) {
    const auto numbers = std::views::iota(1u, total + 1);
    return {numbers.begin(), numbers.end()};
}

Slots without(const Slots& all, const Slots& some) {
    Slots left;
    std::ranges::set_difference(all, some, std::inserter(left, left.end()));
    return left;
}

} // namespace nfc
