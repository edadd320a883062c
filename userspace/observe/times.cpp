// SPDX-License-Identifier: GPL-2.0
#include "observe/times.hpp"

#include <array>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <string_view>

namespace nfc {

using std::chrono::seconds;

std::string mail_date(Time time) {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} +0000", broken_down(time));
}

std::int64_t epoch_seconds(Time time) {
    return std::chrono::floor<seconds>(time.time_since_epoch()).count();
}

std::string rough(Duration duration) {
    struct Unit {
        std::string_view name;
        std::int64_t in_s;
    };
    constexpr std::array<Unit, 4> units = {{{"d", 86'400}, {"h", 3600}, {"m", 60}, {"s", 1}}};
    if (duration < seconds{1})
        return fmt::format("{}ms", duration.count());
    auto left = std::chrono::floor<seconds>(duration).count();
    for (std::size_t i = 0; i < units.size(); ++i) {
        if (left < units[i].in_s)
            continue;
        const auto first = fmt::format("{}{}", left / units[i].in_s, units[i].name);
        left %= units[i].in_s;
        const auto next = i + 1 < units.size() ? left / units[i + 1].in_s : 0;
        return next ? fmt::format("{} {}{}", first, next, units[i + 1].name) : first;
    }
    return "0s";
}

} // namespace nfc
