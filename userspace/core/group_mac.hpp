// SPDX-License-Identifier: GPL-2.0
// Between multicast groups and the hardware addresses that Ethernet gives them
// (RFC 1112, 6.4; RFC 2464, 7).
#pragma once

#include "core/address.hpp"
#include "core/ip.hpp"

#include <optional>

namespace nfc {

// Of a cluster that is not given one: what the kernel's modules take.
Mac usual_mac(const Ip& address);

// A group of the site, of which switches that snoop have to hear before they send on
// what goes to `mac`. Nothing: no group has that hardware address.
std::optional<Ip> group_of(const Mac& mac);

} // namespace nfc
