// SPDX-License-Identifier: GPL-2.0
#include "core/group_mac.hpp"

#include <algorithm>

namespace nfc {

Mac usual_mac(const Ip& address) {
    const auto& ip = address.bytes;
    if (address.family == Family::V4)
        return {{0x01, 0x00, 0x5e, static_cast<std::uint8_t>(ip[1] & 0x7f), ip[2], ip[3]}};
    return {{0x33, 0x33, ip[12], ip[13], ip[14], ip[15]}};
}

std::optional<Ip> group_of(const Mac& mac) {
    const auto& m = mac.bytes;
    Ip group;
    if (m[0] == 0x01 && m[1] == 0x00 && m[2] == 0x5e && m[3] < 0x80) {
        group.bytes[0] = 239;
        std::copy_n(&m[3], 3, &group.bytes[1]);
        return group;
    }
    if (m[0] == 0x33 && m[1] == 0x33) {
        group.family = Family::V6;
        group.bytes[0] = 0xff;
        group.bytes[1] = 0x05; // site-local, and nobody's registered one
        std::copy_n(&m[2], 4, &group.bytes[12]);
        return group;
    }
    return std::nullopt;
}

} // namespace nfc
