// SPDX-License-Identifier: GPL-2.0
// A message is a map: "v", the version of who wrote it, "min", the oldest that can
// read it, and by its kind "report", "legacy" or "wish", again a map.
#include "membership/message.hpp"

#include "core/planner.hpp"
#include "membership/fields.hpp"
#include "nf_clusterip.h"
#include "nf_sharedip.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <span>

namespace nfc {

namespace {

// What the versions that we work with can read; it rises when a message means
// something else to who passes over what it does not know.
constexpr unsigned oldest_reader = 1;

constexpr std::size_t longest_name = 64;
constexpr std::size_t longest_version = 32;
constexpr std::size_t longest_reason = 200;

// Numbers on the wire; what they stand for here may be put in another order.
template <typename T, std::size_t N>
using Codes = std::array<T, N>;

constexpr Codes<SlotState, 4> state_codes{SlotState::Off, SlotState::On, SlotState::Drain,
                                          SlotState::Fill};
constexpr Codes<Standing, 3> standing_codes{Standing::Unknown, Standing::Up, Standing::Down};
constexpr Codes<Duty, 3> duty_codes{Duty::Serve, Duty::Drain, Duty::Off};

template <typename T, std::size_t N>
unsigned code_of(const Codes<T, N>& codes, T value) {
    return static_cast<unsigned>(std::ranges::find(codes, value) - codes.begin());
}

// --- to bytes

using Cbor = Fields::Value;

// Whole characters, if it is UTF-8.
std::string shortened(std::string_view text, std::size_t most) {
    if (text.size() > most)
        while (most && (text[most] & 0xc0) == 0x80)
            --most;
    return std::string(text.substr(0, most));
}

Cbor bytes_of(std::span<const std::uint8_t> bytes) {
    return Cbor::binary({bytes.begin(), bytes.end()});
}

// Two bits a slot, the first in the lowest. As many as all are agreed on: a kernel may have
// another number, or none yet.
Cbor states_of(const Report& report) {
    std::vector<std::uint8_t> bytes((report.terms.slots + 3) / 4);
    const auto known = std::min<std::size_t>(report.slots.size(), report.terms.slots);
    for (std::size_t i = 0; i < known; ++i)
        bytes[i / 4] |=
            static_cast<std::uint8_t>(code_of(state_codes, report.slots[i]) << i % 4 * 2);
    return bytes_of(bytes);
}

// One bit a slot, the first in the lowest.
Cbor claims_of(const Report& report) {
    std::vector<std::uint8_t> bytes((report.terms.slots + 7) / 8);
    for (const auto slot : report.claims)
        if (slot && slot <= report.terms.slots)
            bytes[(slot - 1) / 8] |= static_cast<std::uint8_t>(1 << (slot - 1) % 8);
    return bytes_of(bytes);
}

Cbor terms_of(const Terms& terms) {
    const auto length = terms.address.family == Family::V4 ? 4U : 16U;
    Cbor map = {{"addr", bytes_of(std::span(terms.address.bytes).first(length))},
                {"slots", terms.slots},
                {"mode", static_cast<unsigned>(terms.hash.mode)},
                {"seed", terms.hash.seed}};
    if (terms.mac)
        map["mac"] = bytes_of(terms.mac->bytes);
    return map;
}

Cbor map_of(const Report& report) {
    const auto& traffic = report.traffic;
    Cbor map = {{"node", shortened(report.node, longest_name)},
                {"prog", shortened(report.version, longest_version)},
                {"terms", terms_of(report.terms)},
                {"weight", report.weight},
                {"health", code_of(standing_codes, report.standing)},
                {"why", shortened(report.reason, longest_reason)},
                {"duty", code_of(duty_codes, report.duty)},
                {"fixed", report.fixed},
                {"slots", states_of(report)},
                {"acc", traffic.accepted},
                {"foreign", traffic.foreign},
                {"kept", traffic.kept},
                {"silent", traffic.silenced}};
    if (!report.claims.empty())
        map["claims"] = claims_of(report);
    if (report.round)
        map["round"] = report.round;
    if (report.listens)
        map["listens"] = true;
    return map;
}

Cbor map_of(const Legacy& legacy) {
    return {{"of", legacy.of}, {"report", map_of(legacy.report)}};
}

Cbor map_of(const Wish& wish) {
    Cbor map = {{"node", shortened(wish.node, longest_name)}};
    if (wish.duty)
        map["duty"] = code_of(duty_codes, *wish.duty);
    if (wish.weight)
        map["weight"] = *wish.weight;
    return map;
}

constexpr const char* kind_of(const Report&) {
    return "report";
}
constexpr const char* kind_of(const Legacy&) {
    return "legacy";
}
constexpr const char* kind_of(const Wish&) {
    return "wish";
}

// --- from bytes

template <typename T, std::size_t N>
T read_code(Fields& fields, std::string_view key, const Codes<T, N>& codes) {
    return codes[fields.number(key, 0, N - 1)];
}

std::string read_name(Fields& fields) {
    const auto name = fields.text("node");
    const auto visible = [](char c) { return c >= ' ' && c <= '~'; };
    if (name.empty() || name.size() > longest_name || !std::ranges::all_of(name, visible))
        fields.complain("node", "a name of 1 to 64 characters");
    return name;
}

unsigned read_weight(Fields& fields) {
    return static_cast<unsigned>(fields.number("weight", 0, node_weight_most));
}

template <std::size_t N>
std::array<std::uint8_t, N> filled(std::span<const std::uint8_t> bytes) {
    std::array<std::uint8_t, N> all{};
    std::ranges::copy(bytes.first(std::min(bytes.size(), N)), all.begin());
    return all;
}

Terms read_terms(Fields& message) {
    auto fields = message.map("terms");
    Terms terms;
    const auto address = fields.bytes("addr");
    if (address.size() != 4 && address.size() != 16)
        fields.complain("addr", "4 or 16 bytes");
    terms.address.family = address.size() == 4 ? Family::V4 : Family::V6;
    terms.address.bytes = filled<16>(address);
    terms.slots = static_cast<unsigned>(fields.number("slots", 1, NFC_SHAREDIP_SLOTS_MAX));
    terms.hash.mode = static_cast<HashMode>(fields.number("mode", 0, NFC_HASH_MODES - 1));
    terms.hash.seed = static_cast<std::uint32_t>(fields.number("seed", 0, UINT32_MAX));
    if (fields.has("mac")) {
        const auto mac = fields.bytes("mac");
        if (mac.size() != NFC_MAC_LEN)
            fields.complain("mac", "6 bytes");
        terms.mac = Mac{filled<NFC_MAC_LEN>(mac)};
    }
    return terms;
}

SlotStates read_states(Fields& fields, unsigned slots) {
    const auto bytes = fields.bytes("slots");
    SlotStates states(slots, SlotState::Off);
    if (bytes.size() != (slots + 3) / 4) {
        fields.complain("slots", fmt::format("the states of {} slots", slots));
        return states;
    }
    for (std::size_t i = 0; i < bytes.size() * 4; ++i) {
        const auto code = bytes[i / 4] >> i % 4 * 2 & 3;
        if (i < slots)
            states[i] = state_codes[static_cast<std::size_t>(code)];
        else if (code)
            fields.complain("slots", "nothing after its last slot");
    }
    return states;
}

Slots read_claims(Fields& fields, unsigned slots) {
    Slots claims;
    if (!fields.has("claims"))
        return claims;
    const auto bytes = fields.bytes("claims");
    if (bytes.size() != (slots + 7) / 8)
        fields.complain("claims", fmt::format("a bit for each of {} slots", slots));
    for (unsigned i = 0; i < bytes.size() * 8; ++i)
        if (bytes[i / 8] >> i % 8 & 1)
            claims.insert(i + 1);
    if (!claims.empty() && *claims.rbegin() > slots)
        fields.complain("claims", "nothing after its last slot");
    return claims;
}

Report read_report(Fields fields) {
    Report report;
    report.node = read_name(fields);
    report.version = shortened(fields.text("prog"), longest_version);
    report.terms = read_terms(fields);
    report.weight = read_weight(fields);
    report.standing = read_code(fields, "health", standing_codes);
    report.reason = shortened(fields.text("why"), longest_reason);
    report.duty = read_code(fields, "duty", duty_codes);
    report.fixed = fields.truth("fixed");
    report.slots = read_states(fields, report.terms.slots);
    report.claims = read_claims(fields, report.terms.slots);
    if (fields.has("round"))
        report.round = static_cast<std::uint32_t>(fields.number("round", 0, UINT32_MAX));
    report.listens = fields.has("listens") && fields.truth("listens");
    report.traffic = {fields.number("acc"), fields.number("foreign"), fields.number("kept"),
                      fields.number("silent")};
    return report;
}

Legacy read_legacy(Fields fields) {
    const auto of = static_cast<MemberId>(fields.number("of", 1, UINT32_MAX));
    return {of, read_report(fields.map("report"))};
}

Wish read_wish(Fields fields) {
    Wish wish;
    wish.node = read_name(fields);
    if (fields.has("duty"))
        wish.duty = read_code(fields, "duty", duty_codes);
    if (fields.has("weight"))
        wish.weight = read_weight(fields);
    return wish;
}

Message read_kind(Fields& fields) {
    if (fields.has("report"))
        return read_report(fields.map("report"));
    if (fields.has("legacy"))
        return read_legacy(fields.map("legacy"));
    if (!fields.has("wish"))
        fields.complain("kind", "report, legacy or wish");
    return read_wish(fields.map("wish"));
}

Error too_new(std::uint64_t version, std::uint64_t oldest) {
    return {Kind::BadInput, fmt::format("message of version {}: it needs version {} at least, "
                                        "and this is version {}",
                                        version, oldest, message_version)};
}

} // namespace

std::string encode(const Message& message) {
    Cbor map = {{"v", message_version}, {"min", oldest_reader}};
    std::visit([&](const auto& one) { map[kind_of(one)] = map_of(one); }, message);
    std::string bytes;
    Cbor::to_cbor(map, bytes);
    return bytes;
}

Result<Message> decode(std::string_view bytes) {
    if (bytes.size() > message_longest)
        return Error{Kind::BadInput, fmt::format("message of {} bytes: expected {} at most",
                                                 bytes.size(), message_longest)};
    const auto parsed = parse_cbor(bytes);
    if (!parsed)
        return Error{Kind::BadInput, "message: expected a map in CBOR"};
    std::optional<Error> problem;
    Fields fields(*parsed, "message", problem);
    const auto version = fields.number("v", 1);
    const auto oldest = fields.number("min", 1);
    if (!problem && oldest > message_version)
        return too_new(version, oldest);
    if (problem) // of one that we do not know, no more can be said
        return *problem;
    const auto message = read_kind(fields);
    if (problem)
        return *problem;
    return message;
}

} // namespace nfc
