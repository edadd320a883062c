// SPDX-License-Identifier: GPL-2.0
#include "core/hash.hpp"

#include "core/address.hpp"

#include <array>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

struct Golden {
    std::uint32_t hash;
    std::array<unsigned, 3> slot; // of 2, 3 and 16
};

// Taken from live packets through the in-tree module of 6.1, little-endian.
struct Vector {
    std::uint32_t seed;
    const char* source;
    std::uint16_t source_port, destination_port;
    std::array<Golden, NFC_HASH_MODES> mode;
};

constexpr Vector vectors[] = {
    {0,
     "10.0.0.1",
     1024,
     80,
     {{{0x3483bc84, {1, 1, 4}}, {0xb3ff5f2a, {2, 3, 12}}, {0x78d2a42e, {1, 2, 8}}}}},
    {0,
     "192.168.1.77",
     40000,
     443,
     {{{0x0327316a, {1, 1, 1}}, {0x1cd47d6c, {1, 1, 2}}, {0x0972fbb2, {1, 1, 1}}}}},
    {0,
     "203.0.113.9",
     53,
     53,
     {{{0x609cb391, {1, 2, 7}}, {0x56b1d56a, {1, 2, 6}}, {0xd7c21507, {2, 3, 14}}}}},
    {0,
     "10.0.0.2",
     0,
     0,
     {{{0x6ec73995, {1, 2, 7}}, {0xba6d23c0, {2, 3, 12}}, {0xa693fced, {2, 2, 11}}}}},
    {1,
     "10.0.0.1",
     1024,
     80,
     {{{0xd60f0ea3, {2, 3, 14}}, {0x0c4ac4bb, {1, 1, 1}}, {0x78507a22, {1, 2, 8}}}}},
    {1,
     "192.168.1.77",
     40000,
     443,
     {{{0xb52123a9, {2, 3, 12}}, {0x10051df6, {1, 1, 2}}, {0x79c3e664, {1, 2, 8}}}}},
    {1,
     "203.0.113.9",
     53,
     53,
     {{{0x7ba5ede4, {1, 2, 8}}, {0x0bec5aca, {1, 1, 1}}, {0x767b552c, {1, 2, 8}}}}},
    {0xdeadbeef,
     "10.0.0.1",
     1024,
     80,
     {{{0x0c0dc576, {1, 1, 1}}, {0x7c37ae5e, {1, 2, 8}}, {0x730d0667, {1, 2, 8}}}}},
    {0xdeadbeef,
     "192.168.1.77",
     40000,
     443,
     {{{0xce1eaca7, {2, 3, 13}}, {0x32757732, {1, 1, 4}}, {0x87fe737b, {2, 2, 9}}}}},
    {0xdeadbeef,
     "203.0.113.9",
     53,
     53,
     {{{0x3d07b81d, {1, 1, 4}}, {0xccd996ff, {2, 3, 13}}, {0xab0fb8a1, {2, 3, 11}}}}},
    // IPv6: four words and the ports
    {0,
     "2001:db8::1",
     1024,
     80,
     {{{0x66295424, {1, 2, 7}}, {0xeab153d5, {2, 3, 15}}, {0x9bbcc2b5, {2, 2, 10}}}}},
    {7,
     "fd00::100",
     40000,
     443,
     {{{0x10e3a554, {1, 1, 2}}, {0x52eaa46f, {1, 1, 6}}, {0x5fedcc55, {1, 2, 6}}}}},
    {0xdeadbeef,
     "fe80::ffff:ffff:ffff:ffff",
     65535,
     1,
     {{{0xb34c6212, {2, 3, 12}}, {0x9f826c0a, {2, 2, 10}}, {0xa154e5da, {2, 2, 11}}}}},
};

class HashVectors : public testing::TestWithParam<Vector> {};
INSTANTIATE_TEST_SUITE_P(Golden, HashVectors, testing::ValuesIn(vectors),
                         [](const auto& param) { return std::to_string(param.index + 1); });

TEST_P(HashVectors, are_what_the_kernel_says) {
    const auto& v = GetParam();
    const Flow flow{*read_ip("", v.source), v.source_port, v.destination_port};

    for (unsigned mode = 0; mode < NFC_HASH_MODES; ++mode) {
        const auto hash = hash_flow({static_cast<HashMode>(mode), v.seed}, flow);
        EXPECT_EQ(hash, v.mode[mode].hash) << "mode " << mode;
        EXPECT_EQ(slot_of(hash, 2), v.mode[mode].slot[0]) << "mode " << mode;
        EXPECT_EQ(slot_of(hash, 3), v.mode[mode].slot[1]) << "mode " << mode;
        EXPECT_EQ(slot_of(hash, 16), v.mode[mode].slot[2]) << "mode " << mode;
    }
}

TEST(Slot, has_exact_borders) {
    EXPECT_EQ(slot_of(0, 64), 1u);
    EXPECT_EQ(slot_of(0xffffffff, 64), 64u);
    EXPECT_EQ(slot_of(0xffffffff, 1), 1u);
    EXPECT_EQ(slot_of(0x7fffffff, 2), 1u);
    EXPECT_EQ(slot_of(0x80000000, 2), 2u);
}

RC_GTEST_PROP(Slot, is_always_one_of_the_cluster, (std::uint32_t hash)) {
    const auto total = *rc::gen::inRange(1u, NFC_TOTAL_NODES_MAX + 1u);
    const auto slot = slot_of(hash, total);
    RC_ASSERT(slot >= 1u && slot <= total);
}

RC_GTEST_PROP(Hash, takes_only_what_its_mode_names,
              (std::uint32_t seed, std::uint32_t source, std::uint16_t a, std::uint16_t b)) {
    const auto hash = [&](HashMode mode, std::uint16_t sport, std::uint16_t dport) {
        const Ip ip = *read_ip("", to_string(Address{source}));
        return hash_flow({mode, seed}, {ip, sport, dport});
    };
    RC_ASSERT(hash(NFC_HASH_SIP, a, b) == hash(NFC_HASH_SIP, b, a));
    RC_ASSERT(hash(NFC_HASH_SIP_SPT, a, b) == hash(NFC_HASH_SIP_SPT, a, a));
}

TEST(Hash, reads_modes_and_seeds_as_iptables_does) {
    EXPECT_EQ(*read_hash_mode("", "sourceip-sourceport"), NFC_HASH_SIP_SPT);
    EXPECT_EQ(read_hash_mode("--hashmode", "source").error().text,
              "--hashmode \"source\": expected sourceip, sourceip-sourceport or "
              "sourceip-sourceport-destport");
    EXPECT_EQ(*read_seed("", "0"), 0u);
    EXPECT_EQ(*read_seed("", "4294967295"), 0xffffffffu);
    EXPECT_EQ(*read_seed("", "0xdeadBEEF"), 0xdeadbeefu);
    for (const char* bad :
         {"", "-1", "+1", " 1", "1 ", "010", "0x", "0x100000000", "4294967296", "0x-1", "one"})
        EXPECT_FALSE(read_seed("--hash-init", bad)) << bad;
    for (const char* bad : {"", "0", "65", "-1", "2x"})
        EXPECT_FALSE(read_total("--total-nodes", bad)) << bad;
}

} // namespace
} // namespace nfc
