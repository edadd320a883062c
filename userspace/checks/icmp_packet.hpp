// SPDX-License-Identifier: GPL-2.0
// Echo requests and replies as bytes. Pure.
#pragma once

#include "core/ip.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace nfc {

struct Echo {
    std::uint16_t id = 0;
    std::uint16_t sequence = 0;
    std::string token; // by which we know our own

    bool operator==(const Echo&) const = default;
};

// The kernel computes the checksum of ICMPv6, and replaces the id on its sockets
// for those who may have no raw ones.
std::string echo_request(Family family, const Echo& echo);

// `with_header`: of IPv4, as raw sockets give it.
bool answers(Family family, bool with_header, std::string_view packet, const Echo& echo);

} // namespace nfc
