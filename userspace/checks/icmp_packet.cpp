// SPDX-License-Identifier: GPL-2.0
#include "checks/icmp_packet.hpp"

#include <algorithm>

namespace nfc {

namespace {

constexpr std::size_t header_size = 8;
constexpr char request_v4 = 8;
constexpr char request_v6 = static_cast<char>(128);
constexpr char reply_v4 = 0;
constexpr char reply_v6 = static_cast<char>(129);

void put16(std::string& packet, std::size_t at, unsigned value) {
    packet[at] = static_cast<char>(value >> 8 & 255);
    packet[at + 1] = static_cast<char>(value & 255);
}

unsigned byte(std::string_view packet, std::size_t at) {
    return at < packet.size() ? static_cast<unsigned char>(packet[at]) : 0u;
}

unsigned checksum(std::string_view packet) {
    std::uint32_t sum = 0;
    for (std::size_t at = 0; at < packet.size(); at += 2)
        sum += byte(packet, at) << 8 | byte(packet, at + 1);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

} // namespace

std::string echo_request(Family family, const Echo& echo) {
    std::string packet(header_size, '\0');

    packet[0] = family == Family::V4 ? request_v4 : request_v6;
    put16(packet, 4, echo.id);
    put16(packet, 6, echo.sequence);
    packet += echo.token;
    if (family == Family::V4)
        put16(packet, 2, checksum(packet));
    return packet;
}

bool answers(Family family, bool with_header, std::string_view packet, const Echo& echo) {
    if (with_header && family == Family::V4) {
        const auto header = (byte(packet, 0) & 15) * std::size_t{4};
        packet.remove_prefix(std::min(header, packet.size()));
    }
    return packet.size() == header_size + echo.token.size() &&
           packet[0] == (family == Family::V4 ? reply_v4 : reply_v6) && packet[1] == 0 &&
           (byte(packet, 6) << 8 | byte(packet, 7)) == echo.sequence &&
           packet.substr(header_size) == echo.token;
}

} // namespace nfc
