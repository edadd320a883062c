// SPDX-License-Identifier: GPL-2.0
#include "core/ip.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

rc::Gen<Ip> any_ip() {
    return rc::gen::map(
        rc::gen::container<std::vector<std::uint8_t>>(17, rc::gen::arbitrary<std::uint8_t>()),
        [](const std::vector<std::uint8_t>& bytes) {
            Ip ip;
            ip.family = bytes[16] % 2 ? Family::V6 : Family::V4;
            std::copy_n(bytes.begin(), ip.family == Family::V4 ? 4 : 16, ip.bytes.begin());
            return ip;
        });
}

RC_GTEST_PROP(Ip, survives_being_printed, ()) {
    const auto ip = *any_ip();
    RC_ASSERT(*read_ip("", to_string(ip)) == ip);
}

RC_GTEST_PROP(Endpoint, survives_being_printed, (std::uint16_t port)) {
    RC_PRE(port != 0);
    const Endpoint endpoint{*any_ip(), port};
    RC_ASSERT(*read_endpoint("", to_string(endpoint)) == endpoint);
}

TEST(Ip, is_an_address_and_no_name) {
    for (const std::string& bad :
         {std::string(""), std::string("web1"), std::string("10.0.0"), std::string("10.0.0.01"),
          std::string("10.0.0.1 "), std::string("10.0.0.1\0", 9), std::string("fe80::1%eth0"),
          std::string("[::1]"), std::string("1:2:3:4:5:6:7:8:9")})
        EXPECT_FALSE(read_ip("", bad)) << bad;
    EXPECT_EQ(read_ip("address", "web1").error().text,
              "address \"web1\": expected an address such as 192.168.0.10 or 2001:db8::10");
    EXPECT_EQ(to_string(*read_ip("", "2001:DB8:0::1")), "2001:db8::1");
}

TEST(Endpoint, takes_the_port_it_is_given_or_another) {
    EXPECT_EQ(to_string(*read_endpoint("", "10.0.0.1:80")), "10.0.0.1:80");
    EXPECT_EQ(to_string(*read_endpoint("", "10.0.0.1", 25)), "10.0.0.1:25");
    EXPECT_EQ(to_string(*read_endpoint("", "10.0.0.1:80", 25)), "10.0.0.1:80");
    EXPECT_EQ(to_string(*read_endpoint("", "::1", 25)), "[::1]:25");
    EXPECT_EQ(to_string(*read_endpoint("", "[::1]", 25)), "[::1]:25");
    EXPECT_EQ(to_string(*read_endpoint("", "[::1]:80")), "[::1]:80");
}

TEST(Endpoint, refuses_what_is_none) {
    for (const char* bad :
         {"", ":", "10.0.0.1", "10.0.0.1:", "10.0.0.1:0", "10.0.0.1:65536", "10.0.0.1:http",
          "10.0.0.1:80:80", "[10.0.0.1]:80", "::1", "[::1]", "[::1]:", "[::1]80", "[::1:80",
          "[]:80", "web1:80", ":80", "10.0.0.1:+80", " 10.0.0.1:80"})
        EXPECT_FALSE(read_endpoint("", bad)) << bad;
    for (const char* bad : {"", "10.0.0.1:", "10.0.0.1:0", "[10.0.0.1]", "[::1]x", "web1"})
        EXPECT_FALSE(read_endpoint("", bad, 25)) << bad;
}

} // namespace
} // namespace nfc
