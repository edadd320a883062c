// Filled by what the compiler puts at each branch of the code under test
// (-fsanitize-coverage=trace-pc); this file is compiled without.
#include "fuzz.hpp"

#include <array>
#include <bit>

namespace {

constexpr std::size_t room = 1 << 16;

std::array<std::uint8_t, room> counts{};
std::array<std::uint8_t, room> seen{}; // a bit each for 1, 2, 3 to 4, 5 to 8 ... times
std::array<std::uint32_t, room> touched;
std::size_t touched_count = 0;
std::size_t seen_count = 0;

} // namespace

extern "C" void __sanitizer_cov_trace_pc() {
    const auto from = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
    const auto place = static_cast<std::uint32_t>((from * 0x9e3779b97f4a7c15u) >> 48);
    auto& count = counts[place];
    if (count == 0 && touched_count < room)
        touched[touched_count++] = place;
    if (count < 255)
        ++count;
}

namespace fuzz::coverage {

void begin() {
    for (std::size_t i = 0; i < touched_count; ++i)
        counts[touched[i]] = 0;
    touched_count = 0;
}

bool is_new() {
    bool found = false;
    for (std::size_t i = 0; i < touched_count; ++i) {
        const auto place = touched[i];
        const auto times = std::bit_width(static_cast<unsigned>(counts[place] - 1)); // 0 to 8
        const auto bit = static_cast<std::uint8_t>(1u << (times < 7 ? times : 7));
        if (seen[place] & bit)
            continue;
        seen_count += !seen[place];
        seen[place] = static_cast<std::uint8_t>(seen[place] | bit);
        found = true;
    }
    return found;
}

std::size_t ways() {
    return seen_count;
}

} // namespace fuzz::coverage
