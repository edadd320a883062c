// SPDX-License-Identifier: GPL-2.0
#include "core/utc.hpp"

#include <cstdio>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace nfc {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What a Time can hold, which counts nanoseconds: some 292 years, both ways.
bool in_reach(std::time_t time) {
    constexpr std::time_t most =
        std::chrono::floor<seconds>(Time::max().time_since_epoch()).count() - 1;
    return -most < time && time < most;
}

} // namespace

std::tm broken_down(Time time) {
    return fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::floor<seconds>(time)));
}

std::string utc(Time time) {
    const auto ms = std::chrono::floor<milliseconds>(time);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", broken_down(time),
                       (ms - std::chrono::floor<seconds>(time)).count());
}

std::optional<Time> read_utc(const std::string& text) {
    std::tm parts{};
    unsigned ms = 0;
    const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (!rest || std::sscanf(rest, ".%3uZ", &ms) != 1)
        return std::nullopt;
    const auto whole = ::timegm(&parts);
    if (!in_reach(whole))
        return std::nullopt;
    const auto time = std::chrono::system_clock::from_time_t(whole) + milliseconds{ms};
    // What is written otherwise, or names a day that there is not.
    return utc(time) == text ? std::optional(time) : std::nullopt;
}

} // namespace nfc
