// SPDX-License-Identifier: GPL-2.0
#include "membership/message.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

using Map = nlohmann::json;

std::string cbor(const Map& map) {
    std::string bytes;
    Map::to_cbor(map, bytes);
    return bytes;
}

Map map_from(const std::string& bytes) {
    return Map::from_cbor(bytes);
}

std::string hex(const std::string& bytes) {
    std::string text;
    for (const char c : bytes)
        for (const int shift : {4, 0})
            text += "0123456789abcdef"[c >> shift & 15];
    return text;
}

Report report() {
    Report one;
    one.node = "web1";
    one.version = "0.6.0";
    one.terms = {*read_ip("", "10.0.0.100"), 5, {NFC_HASH_SIP_SPT, 7}, {}};
    one.weight = 2;
    one.standing = Standing::Up;
    one.reason = "200";
    one.slots = {SlotState::On, SlotState::Drain, SlotState::Fill, SlotState::Off, SlotState::On};
    one.traffic = {1, 2, 3, 4};
    return one;
}

std::string why_not(const std::string& bytes) {
    const auto read = decode(bytes);
    return read ? "taken" : read.error().text;
}

// A report with one thing changed.
template <typename Change>
std::string changed(Change change) {
    auto map = map_from(encode(report()));
    change(map);
    return why_not(cbor(map));
}

std::string text(std::size_t longest) {
    std::string made;
    for (auto size = *rc::gen::inRange<std::size_t>(0, longest + 1); size; --size)
        made += *rc::gen::inRange(' ', '\x7f');
    return made;
}

Report any_report() {
    Report one;
    one.node = "n" + text(63);
    one.version = text(32);
    one.reason = text(200);
    const auto v6 = *rc::gen::arbitrary<bool>();
    one.terms.address.family = v6 ? Family::V6 : Family::V4;
    for (int i = 0; i < (v6 ? 16 : 4); ++i)
        one.terms.address.bytes[static_cast<std::size_t>(i)] = *rc::gen::arbitrary<std::uint8_t>();
    one.terms.slots = *rc::gen::inRange(1u, 4097u);
    one.terms.hash = {static_cast<HashMode>(*rc::gen::inRange(0, NFC_HASH_MODES)),
                      *rc::gen::arbitrary<std::uint32_t>()};
    if (*rc::gen::arbitrary<bool>())
        one.terms.mac = Mac{{1, 2, 3, 4, 5, *rc::gen::arbitrary<std::uint8_t>()}};
    one.weight = *rc::gen::inRange(0u, 1001u);
    one.standing = *rc::gen::element(Standing::Unknown, Standing::Up, Standing::Down);
    one.duty = *rc::gen::element(Duty::Serve, Duty::Drain, Duty::Off);
    one.fixed = *rc::gen::arbitrary<bool>();
    one.listens = *rc::gen::arbitrary<bool>();
    const auto turn = *rc::gen::arbitrary<unsigned>();
    for (unsigned i = 0; i < one.terms.slots; ++i)
        one.slots.push_back(slot_states[(i ^ turn) * 2654435761U >> 30]);
    for (auto claims = *rc::gen::inRange(0, 9); claims; --claims)
        one.claims.insert(*rc::gen::inRange(1u, one.terms.slots + 1));
    one.round = *rc::gen::arbitrary<std::uint32_t>();
    const auto count = rc::gen::arbitrary<std::uint64_t>();
    one.traffic = {*count, *count, *count, *count};
    return one;
}

RC_GTEST_PROP(Message, comes_back_as_it_was, ()) {
    const auto one = any_report();
    RC_ASSERT(std::get<Report>(*decode(encode(one))) == one);
    const Legacy legacy{*rc::gen::inRange<MemberId>(1, 100), one};
    RC_ASSERT(std::get<Legacy>(*decode(encode(legacy))) == legacy);
    const Wish wish{one.node, *rc::gen::element<std::optional<Duty>>({}, one.duty),
                    *rc::gen::element<std::optional<unsigned>>({}, one.weight)};
    RC_ASSERT(std::get<Wish>(*decode(encode(wish))) == wish);
}

// Bits that were turned over are refused or give something that can be sent again.
RC_GTEST_PROP(Message, bears_whatever_comes, ()) {
    auto bytes = encode(any_report());
    for (int i = 0; i < 3; ++i)
        bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
    bytes.resize(*rc::gen::inRange<std::size_t>(bytes.size() / 2, bytes.size() + 1));
    if (const auto read = decode(bytes))
        RC_ASSERT(*decode(encode(*read)) == *read);
}

// What neighbouring versions depend on: no byte of these may change.
TEST(Message, is_in_version_1_just_this) {
    const auto bytes = hex(encode(report()));
    EXPECT_EQ(bytes,
              "a3636d696e01667265706f7274ad6361636301646475747900656669786564f467666f72656967"
              "6e02666865616c746801646b65707403646e6f646564776562316470726f6765302e362e306673"
              "696c656e740465736c6f7473423901657465726d73a46461646472440a000064646d6f64650164"
              "736565640765736c6f74730566776569676874026377687963323030617601");
    // "legacy" holds what "report" does.
    EXPECT_EQ(hex(encode(Legacy{3, report()})), "a3666c6567616379a2626f6603" +
                                                    bytes.substr(12, bytes.size() - 12 - 6) +
                                                    "636d696e01617601");
    EXPECT_EQ(hex(encode(Wish{"web2", Duty::Drain, 10})),
              "a3636d696e016176016477697368a3646475747901646e6f64656477656232667765696768740a");
    auto v6 = report();
    v6.terms.address = *read_ip("", "2001:db8::1");
    v6.terms.mac = *read_mac("", "02:00:00:00:00:01");
    EXPECT_EQ(hex(cbor(map_from(encode(v6))["report"]["terms"])),
              "a564616464725020010db8000000000000000000000001636d616346020000000001646d6f6465"
              "0164736565640765736c6f747305");
}

TEST(Message, of_the_largest_cluster_with_the_longest_texts_fits) {
    auto one = report();
    one.terms.slots = 4096;
    one.slots.assign(4096, SlotState::Fill);
    one.node = std::string(64, 'n');
    one.version = one.reason = std::string(5000, 'x');
    one.traffic = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
    const auto bytes = encode(Legacy{UINT32_MAX, one});
    EXPECT_LE(bytes.size(), message_longest);
    const auto read = decode(bytes);
    ASSERT_TRUE(read);
    EXPECT_EQ(std::get<Legacy>(*read).report.reason, std::string(200, 'x'));
}

TEST(Message, has_as_many_slots_as_are_agreed_on) {
    for (const std::size_t kernel : {0, 3, 9}) {
        auto one = report();
        one.slots.resize(kernel, SlotState::On);
        one.claims = {5, 6};
        const auto read = decode(encode(one));
        ASSERT_TRUE(read);
        EXPECT_EQ(std::get<Report>(*read).slots.size(), 5u);
        EXPECT_EQ(std::get<Report>(*read).claims, (Slots{5}));
    }
}

TEST(Message, cuts_texts_between_characters) {
    auto one = report();
    one.reason = "x";
    for (int i = 0; i < 100; ++i)
        one.reason += "\xe2\x82\xac"; // three bytes each
    EXPECT_EQ(std::get<Report>(*decode(encode(one))).reason.size(), 199u);
}

TEST(Message, of_a_later_version_is_read_as_far_as_it_is_known) {
    EXPECT_EQ(changed([](Map& map) {
                  map["v"] = 2;
                  map["more"] = {1, 2, 3};
                  map["report"]["news"] = "x";
                  map["report"]["terms"]["news"] = nullptr;
              }),
              "taken");
    EXPECT_EQ(changed([](Map& map) {
                  map["v"] = 3;
                  map["min"] = 2;
                  map["report"] = "another thing";
              }),
              "message of version 3: it needs version 2 at least, and this is version 1");
}

TEST(Message, says_which_field_is_wrong) {
    const auto with = [](const char* key, const Map& value) {
        return changed([&](Map& map) { map["report"][key] = value; });
    };
    const auto terms = [](const char* key, const Map& value) {
        return changed([&](Map& map) { map["report"]["terms"][key] = value; });
    };
    const auto bytes = [](std::vector<std::uint8_t> some) { return Map::binary(std::move(some)); };
    const std::string name = "message: report: node: expected a name of 1 to 64 characters";
    EXPECT_EQ(with("node", ""), name);
    EXPECT_EQ(with("node", "web\n1"), name);
    EXPECT_EQ(with("node", std::string(65, 'x')), name);
    EXPECT_EQ(with("node", 1), "message: report: node: expected a text");
    EXPECT_EQ(with("weight", 1001), "message: report: weight: expected a number from 0 to 1000");
    EXPECT_EQ(with("weight", -1), "message: report: weight: expected a number from 0 to 1000");
    EXPECT_EQ(with("health", 3), "message: report: health: expected a number from 0 to 2");
    EXPECT_EQ(with("fixed", 0), "message: report: fixed: expected true or false");
    EXPECT_EQ(with("acc", "1"), "message: report: acc: expected a number, 0 at least");
    EXPECT_EQ(with("slots", "1"), "message: report: slots: expected bytes");
    EXPECT_EQ(with("slots", bytes({1})), "message: report: slots: expected the states of 5 slots");
    EXPECT_EQ(with("slots", bytes({1, 4})),
              "message: report: slots: expected nothing after its last slot");
    EXPECT_EQ(with("terms", {1}), "message: report: terms: expected a map");
    EXPECT_EQ(terms("addr", bytes({1, 2, 3, 4, 5})),
              "message: report: terms: addr: expected 4 or 16 bytes");
    EXPECT_EQ(terms("slots", 0), "message: report: terms: slots: expected a number from 1 to 4096");
    EXPECT_EQ(terms("slots", 4097),
              "message: report: terms: slots: expected a number from 1 to 4096");
    EXPECT_EQ(terms("mode", 3), "message: report: terms: mode: expected a number from 0 to 2");
    EXPECT_EQ(terms("mac", bytes({1})), "message: report: terms: mac: expected 6 bytes");
}

TEST(Message, refuses_what_is_none) {
    const std::string none = "message: expected a map in CBOR";
    EXPECT_EQ(why_not(""), none);
    EXPECT_EQ(why_not("hello"), none);
    EXPECT_EQ(why_not(cbor({1, 2})), none);
    EXPECT_EQ(why_not(encode(report()) + "x"), none);
    EXPECT_EQ(why_not(encode(report()).substr(0, 20)), none);
    EXPECT_EQ(why_not(std::string(4000, '\x9f')), none);                       // lists in lists
    EXPECT_EQ(why_not(std::string(4000, '\x7f')), none);                       // texts in texts
    EXPECT_EQ(why_not("\xbb\xff\xff\xff\xff\xff\xff\xff\xff"), none);          // a map without end
    EXPECT_EQ(why_not("\xa1\x61v\x9b\xff\xff\xff\xff\xff\xff\xff\xff"), none); // and a list
    EXPECT_EQ(why_not(std::string(4097, 'x')), "message of 4097 bytes: expected 4096 at most");
    EXPECT_EQ(why_not(cbor({{"v", 1}})), "message: min: expected a number, 1 at least");
    EXPECT_EQ(why_not(cbor({{"v", 1}, {"min", 1}})),
              "message: kind: expected report, legacy or wish");
}

} // namespace
} // namespace nfc
