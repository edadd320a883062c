#include "echo.hpp"

#include <cerrno>
#include <cstring>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <optional>
#include <sys/socket.h>

namespace labnet {
namespace {

using Bytes = std::vector<std::uint8_t>;

template <typename... Parts>
Bytes joined(const Parts&... parts) {
    Bytes bytes;
    const auto add = [&](const auto& part) {
        const auto* data = reinterpret_cast<const std::uint8_t*>(&part);
        bytes.insert(bytes.end(), data, data + sizeof part);
    };
    (add(parts), ...);
    return bytes;
}

Bytes request(const Address& source, const Address& peer, std::uint16_t id) {
    iphdr ip{};
    ip.version = 4;
    ip.ihl = 5;
    ip.ttl = 64;
    ip.protocol = IPPROTO_ICMP;
    ip.saddr = source.as_v4().s_addr;
    ip.daddr = peer.as_v4().s_addr;
    icmphdr icmp{};
    icmp.type = ICMP_ECHO;
    icmp.un.echo.id = htons(id);
    icmp.checksum = htons(internet_checksum(joined(icmp)));
    return joined(ip, icmp);
}

Bytes request6(const Address& source, const Address& peer, std::uint16_t id) {
    ip6_hdr ip{};
    icmp6_hdr icmp{};
    ip.ip6_flow = htonl(6U << 28);
    ip.ip6_plen = htons(sizeof icmp);
    ip.ip6_nxt = IPPROTO_ICMPV6;
    ip.ip6_hlim = 64;
    ip.ip6_src = source.as_v6();
    ip.ip6_dst = peer.as_v6();
    icmp.icmp6_type = ICMP6_ECHO_REQUEST;
    icmp.icmp6_id = htons(id);
    const Bytes covered = joined(ip.ip6_src, ip.ip6_dst, icmp);
    icmp.icmp6_cksum = htons(internet_checksum(covered, sizeof icmp + IPPROTO_ICMPV6));
    return joined(ip, icmp);
}

struct Reply {
    Address from;
    Address to;
    std::uint16_t id;
};

std::optional<Reply> reply(std::span<const std::uint8_t> data) {
    iphdr ip;
    icmphdr icmp;
    if (data.size() < sizeof ip + sizeof icmp)
        return {};
    std::memcpy(&ip, data.data(), sizeof ip);
    std::memcpy(&icmp, &data[sizeof ip], sizeof icmp);
    if (ip.ihl != 5 || ip.protocol != IPPROTO_ICMP || icmp.type != ICMP_ECHOREPLY)
        return {};
    return Reply{Address(in_addr{ip.saddr}), Address(in_addr{ip.daddr}), ntohs(icmp.un.echo.id)};
}

std::optional<Reply> reply6(std::span<const std::uint8_t> data) {
    ip6_hdr ip;
    icmp6_hdr icmp;
    if (data.size() < sizeof ip + sizeof icmp)
        return {};
    std::memcpy(&ip, data.data(), sizeof ip);
    std::memcpy(&icmp, &data[sizeof ip], sizeof icmp);
    if (ip.ip6_nxt != IPPROTO_ICMPV6 || icmp.icmp6_type != ICMP6_ECHO_REPLY)
        return {};
    return Reply{Address(ip.ip6_src), Address(ip.ip6_dst), ntohs(icmp.icmp6_id)};
}

} // namespace

Echoes::Echoes(const Address& peer)
    : peer_(peer),
      requests_(checked(socket(peer.family(), SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW), "raw socket")),
      replies_(checked(socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                              htons(peer.v6() ? ETH_P_IPV6 : ETH_P_IP)),
                       "packet socket")) {}

Address Echoes::usual_source() const {
    const Fd probe = checked(socket(peer_.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
    const Endpoint there(peer_, 1);
    if (connect(probe.get(), there.get(), there.size()) < 0)
        fail("no route to " + peer_.text());
    return bound_to(probe.get()).address();
}

int Echoes::send(const Address& source, std::uint16_t id) {
    const Bytes bytes = peer_.v6() ? request6(source, peer_, id) : request(source, peer_, id);
    const Endpoint there(peer_, 0);
    const auto sent =
        sendto(requests_.get(), bytes.data(), bytes.size(), 0, there.get(), there.size());
    return sent < 0 ? errno : 0;
}

void Echoes::hear(const Heard& heard) {
    std::array<std::uint8_t, 2048> data;
    sockaddr_ll from;
    socklen_t size = sizeof from;
    for (ssize_t got; (got = recvfrom(replies_.get(), data.data(), data.size(), 0,
                                      reinterpret_cast<sockaddr*>(&from), &size)) >= 0;
         size = sizeof from) {
        const std::span<const std::uint8_t> bytes(data.data(), static_cast<std::size_t>(got));
        const auto found = peer_.v6() ? reply6(bytes) : reply(bytes);
        if (found && from.sll_pkttype != PACKET_OUTGOING && found->from == peer_)
            heard(found->to, found->id, mac_text({from.sll_addr, 6}));
    }
}

} // namespace labnet
