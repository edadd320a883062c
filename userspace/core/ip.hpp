// SPDX-License-Identifier: GPL-2.0
// Addresses of servers and services: IPv4 or IPv6, with or without a port.
#pragma once

#include "core/result.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace nfc {

enum class Family : std::uint8_t { V4, V6 };

struct Ip {
    Family family = Family::V4;
    std::array<std::uint8_t, 16> bytes{}; // network byte order; IPv4: the first four

    auto operator<=>(const Ip&) const = default;
};

// No names, no zones: an address that a resolver has to be asked for is one that
// can change or fail to come.
Result<Ip> read_ip(std::string_view field, std::string_view text);
std::string to_string(const Ip& ip);

struct Endpoint {
    Ip ip;
    std::uint16_t port = 0;

    auto operator<=>(const Endpoint&) const = default;
};

// "10.0.0.1:80", "[2001:db8::1]:80". Without a port: `port` if that is not 0.
Result<Endpoint> read_endpoint(std::string_view field, std::string_view text,
                               std::uint16_t port = 0);
std::string to_string(const Endpoint& endpoint);

} // namespace nfc
