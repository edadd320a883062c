// SPDX-License-Identifier: GPL-2.0
#include "core/hash.hpp"

#include "core/text.hpp"
#include "nf_sharedip.h"

#include <arpa/inet.h>
#include <array>
#include <bit>
#include <fmt/format.h>
#include <limits>
#include <span>

namespace nfc {

namespace {

constexpr std::array<std::string_view, NFC_HASH_MODES> mode_names = NFC_HASH_MODE_NAMES;

// Bob Jenkins' lookup3 over words.
struct Lookup3 {
    std::uint32_t a, b, c;

    // Between words, of which more come.
    constexpr void mix() {
        const auto step = [](std::uint32_t& into, std::uint32_t& from, std::uint32_t to,
                             int rotation) {
            into = (into - from) ^ std::rotl(from, rotation);
            from += to;
        };
        step(a, c, b, 4);
        step(b, a, c, 6);
        step(c, b, a, 8);
        step(a, c, b, 16);
        step(b, a, c, 19);
        step(c, b, a, 4);
    }

    constexpr std::uint32_t finish() {
        const auto step = [](std::uint32_t& into, std::uint32_t from, int rotation) {
            into = (into ^ from) - std::rotl(from, rotation);
        };
        step(c, b, 14);
        step(a, c, 11);
        step(b, a, 25);
        step(c, b, 16);
        step(a, c, 4);
        step(b, a, 14);
        step(c, b, 24);
        return c;
    }
};

std::uint32_t lookup3(std::span<const std::uint32_t> words, std::uint32_t seed) {
    const auto start = 0xdeadbeef + 4 * static_cast<std::uint32_t>(words.size()) + seed;
    Lookup3 state{start, start, start};

    for (; words.size() > 3; words = words.subspan(3)) {
        state.a += words[0];
        state.b += words[1];
        state.c += words[2];
        state.mix();
    }
    state.a += words[0];
    state.b += words.size() > 1 ? words[1] : 0;
    state.c += words.size() > 2 ? words[2] : 0;
    return state.finish();
}

// In host byte order.
std::uint32_t word_of(const Ip& ip, std::size_t number) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 4; ++i)
        word = word << 8 | ip.bytes[4 * number + i];
    return word;
}

Result<unsigned> read_up_to(std::string_view field, std::string_view text, unsigned most) {
    const auto total = read_number(text, NFC_TOTAL_NODES_MIN, most);
    if (!total)
        return bad_value(field, text, fmt::format("{} to {}", NFC_TOTAL_NODES_MIN, most));
    return *total;
}

} // namespace

std::uint32_t hash_flow(const Hash& hash, const Flow& flow) {
    std::array<std::uint32_t, 6> words{};
    std::size_t count = 0;

    for (std::size_t i = 0; i < (flow.source.family == Family::V4 ? 1 : 4); ++i)
        words[count++] = word_of(flow.source, i);
    // The original never swaps the ports: they enter as they lie in the packet.
    if (hash.mode != NFC_HASH_SIP)
        words[count++] = htons(flow.source_port);
    if (hash.mode == NFC_HASH_SIP_SPT_DPT)
        words[count++] = htons(flow.destination_port);
    return lookup3(std::span(words).first(count), hash.seed);
}

unsigned slot_of(std::uint32_t hash, unsigned total) {
    return static_cast<unsigned>(std::uint64_t{hash} * total >> 32) + 1;
}

Result<HashMode> read_hash_mode(std::string_view field, std::string_view name) {
    for (unsigned mode = 0; mode < mode_names.size(); ++mode)
        if (name == mode_names[mode])
            return static_cast<HashMode>(mode);
    return bad_value(field, name,
                     NFC_HASH_SIP_NAME ", " NFC_HASH_SIP_SPT_NAME " or " NFC_HASH_SIP_SPT_DPT_NAME);
}

std::string_view to_string(HashMode mode) {
    return mode_names.at(mode);
}

Result<std::uint32_t> read_seed(std::string_view field, std::string_view text) {
    constexpr auto max = std::numeric_limits<std::uint32_t>::max();
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    // iptables would read 010 as 8: nobody means that.
    const bool octal = !hex && text.size() > 1 && text.front() == '0';
    const auto seed = hex ? read_number(text.substr(2), 0, max, 16) : read_number(text, 0, max);

    if (!seed || octal)
        return bad_value(field, text, fmt::format("0 to {}, or 0x0 to {:#x}", max, max));
    return *seed;
}

Result<unsigned> read_total(std::string_view field, std::string_view text) {
    return read_up_to(field, text, NFC_TOTAL_NODES_MAX);
}

Result<unsigned> read_total_slots(std::string_view field, std::string_view text) {
    return read_up_to(field, text, NFC_SHAREDIP_SLOTS_MAX);
}

} // namespace nfc
