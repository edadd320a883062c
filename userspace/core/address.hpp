// SPDX-License-Identifier: GPL-2.0
// Addresses as values: IPv4, and the hardware address of a cluster.
#pragma once

#include "core/result.hpp"
#include "nf_clusterip.h"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace nfc {

struct Address {
    std::uint32_t value = 0; // host byte order: 10.0.0.1 is 0x0a000001

    auto operator<=>(const Address&) const = default;
};

// `field` is what a complaint calls it. Only the form that to_string() gives is
// taken, so that two texts never mean one cluster.
Result<Address> read_address(std::string_view field, std::string_view text);
std::string to_string(Address address);

struct Mac {
    std::array<std::uint8_t, NFC_MAC_LEN> bytes{};

    bool operator==(const Mac&) const = default;
};

Result<Mac> read_mac(std::string_view field, std::string_view text);
std::string to_string(const Mac& mac);

} // namespace nfc
