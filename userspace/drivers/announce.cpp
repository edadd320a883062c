// SPDX-License-Identifier: GPL-2.0
#include "drivers/announce.hpp"

#include "drivers/fd.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <fstream>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace nfc::announcement {

namespace {

constexpr Mac broadcast{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
constexpr Mac all_nodes_mac{{0x33, 0x33, 0, 0, 0, 1}};
constexpr std::array<std::uint8_t, 16> all_nodes{0xff, 0x02, 0, 0, 0, 0, 0, 0,
                                                 0,    0,    0, 0, 0, 0, 0, 1};

void put16(Bytes& bytes, unsigned number) {
    bytes.push_back(static_cast<std::uint8_t>(number >> 8));
    bytes.push_back(static_cast<std::uint8_t>(number));
}

template <typename From>
void put(Bytes& bytes, const From& from, std::size_t size) {
    bytes.insert(bytes.end(), from.begin(), from.begin() + static_cast<std::ptrdiff_t>(size));
}

// RFC 1071, of a length that is even.
std::uint16_t checksum(const Bytes& bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
        sum += static_cast<std::uint32_t>(bytes[i] << 8 | bytes[i + 1]);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

bool forwards(const std::string& interface) {
    std::ifstream file("/proc/sys/net/ipv6/conf/" + interface + "/forwarding");
    unsigned value = 0;
    return file >> value && value;
}

Error cannot(const std::string& interface, const Ip& address, std::string_view why) {
    return {Kind::Unavailable,
            fmt::format("cannot announce {} on {}: {}", to_string(address), interface, why)};
}

} // namespace

Bytes arp(const Ip& address, const Mac& mac) {
    Bytes packet;
    put16(packet, ARPHRD_ETHER);
    put16(packet, ETHERTYPE_IP);
    packet.push_back(ETH_ALEN);
    packet.push_back(4);
    put16(packet, ARPOP_REQUEST);
    put(packet, mac.bytes, ETH_ALEN);
    put(packet, address.bytes, 4);
    packet.insert(packet.end(), ETH_ALEN, 0);
    put(packet, address.bytes, 4);
    return packet;
}

Bytes advertisement(const Ip& address, const Mac& mac, bool router) {
    constexpr std::uint8_t type = 136, is_router = 0x80, overrides = 0x20;
    constexpr std::uint8_t target_mac = 2, hops = 255, version = 6 << 4;

    Bytes message{type, 0, 0, 0, static_cast<std::uint8_t>(overrides | (router ? is_router : 0)),
                  0,    0, 0};
    put(message, address.bytes, address.bytes.size());
    message.push_back(target_mac);
    message.push_back(1); // eight bytes
    put(message, mac.bytes, ETH_ALEN);

    Bytes summed;
    put(summed, address.bytes, address.bytes.size());
    put(summed, all_nodes, all_nodes.size());
    put16(summed, 0);
    put16(summed, static_cast<unsigned>(message.size()));
    put16(summed, 0);
    put16(summed, IPPROTO_ICMPV6);
    put(summed, message, message.size());
    const auto sum = checksum(summed);
    message[2] = static_cast<std::uint8_t>(sum >> 8);
    message[3] = static_cast<std::uint8_t>(sum);

    Bytes packet{version, 0, 0, 0};
    put16(packet, static_cast<unsigned>(message.size()));
    packet.push_back(IPPROTO_ICMPV6);
    packet.push_back(hops);
    put(packet, address.bytes, address.bytes.size());
    put(packet, all_nodes, all_nodes.size());
    put(packet, message, message.size());
    return packet;
}

Result<Done> send(const std::string& interface, const Ip& address, const Mac& mac) {
    const bool v4 = address.family == Family::V4;
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_protocol = htons(v4 ? ETHERTYPE_ARP : ETHERTYPE_IPV6);
    to.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
    to.sll_halen = ETH_ALEN;
    std::ranges::copy((v4 ? broadcast : all_nodes_mac).bytes, to.sll_addr);
    if (!to.sll_ifindex)
        return cannot(interface, address, "there is no such interface");

    // Of protocol 0: it hears nothing.
    const Fd socket(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket)
        return cannot(interface, address, errno_text(errno));
    const auto packet = v4 ? arp(address, mac) : advertisement(address, mac, forwards(interface));
    if (::sendto(socket.get(), packet.data(), packet.size(), 0,
                 reinterpret_cast<const sockaddr*>(&to), sizeof(to)) < 0)
        return cannot(interface, address, errno_text(errno));
    return Done{};
}

} // namespace nfc::announcement
