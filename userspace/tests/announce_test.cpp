// SPDX-License-Identifier: GPL-2.0
#include "drivers/announce.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace nfc::announcement {
namespace {

const Mac mac{{0x01, 0x00, 0x5e, 0x28, 0x00, 0x0a}};

std::string hex(const Bytes& bytes) {
    return fmt::format("{:02x}", fmt::join(bytes, ""));
}

TEST(Announcement, by_arp_is_a_request_for_oneself) {
    EXPECT_EQ(hex(arp(*read_ip("", "192.168.0.10"), mac)), "0001"
                                                           "0800"
                                                           "06"
                                                           "04"
                                                           "0001"
                                                           "01005e28000a"
                                                           "c0a8000a"
                                                           "000000000000"
                                                           "c0a8000a");
}

// The sum over header and message is what a receiver wants it to be.
bool sums_up(const Bytes& packet) {
    std::uint32_t sum = 58 + 32;
    for (std::size_t i = 8; i < packet.size(); i += 2)
        sum += static_cast<std::uint32_t>(packet[i] << 8 | packet[i + 1]);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum == 0xffff;
}

TEST(Announcement, by_advertisement_overrides_what_neighbours_knew) {
    for (const char* address : {"fd00::10", "2001:db8:ffff::ffff"})
        for (const bool router : {false, true})
            EXPECT_TRUE(sums_up(advertisement(*read_ip("", address), mac, router)));
    const std::string ten = "fd00000000000000"
                            "0000000000000010";
    const auto host = hex(advertisement(*read_ip("", "fd00::10"), mac, false));
    EXPECT_EQ(host.substr(0, 80), "60000000"
                                  "0020"
                                  "3a"
                                  "ff" +
                                      ten +
                                      "ff02000000000000"
                                      "0000000000000001");
    EXPECT_EQ(host.substr(80, 4), "8800");
    EXPECT_EQ(host.substr(88), "20000000" + ten +
                                   "0201"
                                   "01005e28000a");
    EXPECT_EQ(hex(advertisement(*read_ip("", "fd00::10"), mac, true)).substr(88, 8), "a0000000");
}

TEST(Announcement, needs_an_interface) {
    const auto sent = send("no-such-nic", *read_ip("", "192.168.0.10"), mac);
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().text,
              "cannot announce 192.168.0.10 on no-such-nic: there is no such interface");
}

} // namespace
} // namespace nfc::announcement
