// SPDX-License-Identifier: GPL-2.0
#include "core/group_mac.hpp"

#include <gtest/gtest.h>

namespace nfc {
namespace {

Ip ip(const char* text) {
    return *read_ip("", text);
}

std::string group(const char* mac) {
    const auto found = group_of(*read_mac("", mac));
    return found ? to_string(*found) : "none";
}

TEST(GroupMac, is_what_the_kernel_takes_by_itself) {
    EXPECT_EQ(to_string(usual_mac(ip("10.168.0.10"))), "01:00:5e:28:00:0a");
    EXPECT_EQ(to_string(usual_mac(ip("2001:db8::a0b:c0d"))), "33:33:0a:0b:0c:0d");
}

TEST(GroupMac, belongs_to_a_group_of_the_site) {
    EXPECT_EQ(group("01:00:5e:28:00:0a"), "239.40.0.10");
    EXPECT_EQ(group("33:33:0a:0b:0c:0d"), "ff05::a0b:c0d");
}

TEST(GroupMac, may_belong_to_none) {
    EXPECT_EQ(group("01:00:5e:80:00:01"), "none") << "MPLS has these";
    EXPECT_EQ(group("01:02:03:04:05:06"), "none");
    EXPECT_EQ(group("02:00:5e:00:00:10"), "none");
}

} // namespace
} // namespace nfc
