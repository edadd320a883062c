// SPDX-License-Identifier: GPL-2.0
#include "core/address.hpp"

#include "core/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace nfc {

Result<Address> read_address(std::string_view field, std::string_view text) {
    Address address;
    std::string_view rest = text;

    for (int shift = 24; shift >= 0; shift -= 8) {
        const auto byte = read_number(take_until(rest, '.'), 0, 255);
        if (!byte)
            break;
        address.value |= *byte << shift;
    }
    if (to_string(address) != text)
        return bad_value(field, text, "an IPv4 address such as 192.168.0.10");
    return address;
}

std::string to_string(Address address) {
    const auto v = address.value;
    return fmt::format("{}.{}.{}.{}", v >> 24, v >> 16 & 255, v >> 8 & 255, v & 255);
}

Result<Mac> read_mac(std::string_view field, std::string_view text) {
    Mac mac;
    std::string_view rest = text;
    bool good = text.size() == 3 * NFC_MAC_LEN - 1;

    for (auto& byte : mac.bytes) {
        const auto part = take_until(rest, ':');
        const auto value = read_number(part, 0, 255, 16);
        good = good && value && part.size() == 2;
        byte = static_cast<std::uint8_t>(value.value_or(0));
    }
    if (!good)
        return bad_value(field, text, "a hardware address such as 01:02:03:04:05:06");
    return mac;
}

std::string to_string(const Mac& mac) {
    return fmt::format("{:02x}", fmt::join(mac.bytes, ":"));
}

} // namespace nfc
