// SPDX-License-Identifier: GPL-2.0
// Tells everybody on a wire which hardware address an address has, unasked: by ARP
// (RFC 5227, 3) or by a neighbour advertisement (RFC 4861, 7.2.6).
#pragma once

#include "core/address.hpp"
#include "core/ip.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace nfc::announcement {

// Once. The Ethernet source is the interface's own address, as in what the modules
// answer: switches are to learn nothing of `mac`.
Result<Done> send(const std::string& interface, const Ip& address, const Mac& mac);

// --- the wire; pure: what follows the header of Ethernet

using Bytes = std::vector<std::uint8_t>;

Bytes arp(const Ip& address, const Mac& mac);
// `router`: whether this machine forwards. Hosts forget a router that says it is none.
Bytes advertisement(const Ip& address, const Mac& mac, bool router);

} // namespace nfc::announcement
