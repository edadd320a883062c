// SPDX-License-Identifier: GPL-2.0
#include "core/hash.hpp"

#include "core/text.hpp"

#include <arpa/inet.h>
#include <array>
#include <bit>
#include <fmt/format.h>
#include <limits>

namespace nfc {

namespace {

constexpr std::array<std::string_view, NFC_HASH_MODES> mode_names = NFC_HASH_MODE_NAMES;

// Bob Jenkins' lookup3 for up to three words: its mixing steps are never
// reached, only the final ones.
constexpr std::uint32_t lookup3(std::array<std::uint32_t, 3> words, std::uint32_t count,
                                std::uint32_t seed) {
    const std::uint32_t start = 0xdeadbeef + 4 * count + seed;
    std::uint32_t a = words[0] + start;
    std::uint32_t b = words[1] + start;
    std::uint32_t c = words[2] + start;
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

} // namespace

std::uint32_t hash_flow(const Hash& hash, const Flow& flow) {
    // The original never swaps the ports: they enter as they lie in the packet.
    const std::uint32_t source_port = htons(flow.source_port);
    const std::uint32_t destination_port = htons(flow.destination_port);

    switch (hash.mode) {
    case NFC_HASH_SIP:
        return lookup3({flow.source.value}, 1, hash.seed);
    case NFC_HASH_SIP_SPT:
        return lookup3({flow.source.value, source_port}, 2, hash.seed);
    case NFC_HASH_SIP_SPT_DPT:
        break;
    }
    return lookup3({flow.source.value, source_port, destination_port}, 3, hash.seed);
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
    const auto total = read_number(text, NFC_TOTAL_NODES_MIN, NFC_TOTAL_NODES_MAX);

    if (!total)
        return bad_value(field, text,
                         fmt::format("{} to {}", NFC_TOTAL_NODES_MIN, NFC_TOTAL_NODES_MAX));
    return *total;
}

} // namespace nfc
