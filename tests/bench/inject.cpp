// inject: how many instructions the network stack spends on one UDP packet.
//
// Writes frames to a tap device one by one: the kernel takes each of them
// through the whole receive path before write() returns. In a VM whose TSC
// counts instructions the difference around that call is the packet's cost,
// exactly. What was delivered is read outside of the measured part.
#include "../lab/labnet/common.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <map>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <x86intrin.h>

namespace {

using namespace labnet;

constexpr const char* usage =
    "usage: inject --interface TAP --mac MAC --from ADDRESS --to ADDRESS --packets N [--by N]\n"
    "    [--answer] [--refused]\n";
constexpr std::uint16_t client_port = 40000, server_port = 7;
// Caches and per-processor lists settle; the first packet makes the connection.
constexpr unsigned warm_up = 64;

// What an Ethernet frame carries at least, without its header.
constexpr std::size_t shortest = 46;

// An address of either family.
struct Address {
    bool ipv6;
    in6_addr bytes; // of IPv4 the first four

    explicit Address(const std::string& text) : ipv6(text.find(':') != text.npos), bytes{} {
        if (inet_pton(ipv6 ? AF_INET6 : AF_INET, text.c_str(), &bytes) != 1)
            throw Usage("no address: " + text);
    }
    in_addr ipv4() const { return std::bit_cast<std::array<in_addr, 4>>(bytes)[0]; }
    sockaddr_storage endpoint(std::uint16_t port) const {
        sockaddr_storage result{};
        if (ipv6) {
            const sockaddr_in6 here{AF_INET6, htons(port), 0, bytes, 0};
            std::memcpy(&result, &here, sizeof(here));
        } else {
            const sockaddr_in here = labnet::endpoint(ipv4(), port);
            std::memcpy(&result, &here, sizeof(here));
        }
        return result;
    }
};

using Bytes = std::vector<std::uint8_t>;

void append(Bytes& frame, const auto& header) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&header);
    frame.insert(frame.end(), bytes, bytes + sizeof(header));
}

template <typename T>
std::span<const std::uint8_t> as_bytes(const T& value) {
    return {reinterpret_cast<const std::uint8_t*>(&value), sizeof(value)};
}

// Of IPv4 none: a network card would have checked it, and a tap does not. IPv6
// does not go without.
std::uint16_t checksum(const Address& from, const Address& to, const Bytes& datagram) {
    if (!from.ipv6)
        return 0;
    Bytes summed;
    append(summed, from.bytes);
    append(summed, to.bytes);
    append(summed, htonl(static_cast<std::uint32_t>(datagram.size())));
    append(summed, htonl(IPPROTO_UDP));
    summed.insert(summed.end(), datagram.begin(), datagram.end());
    return htons(internet_checksum(summed));
}

Bytes make_datagram(const Address& from, const Address& to) {
    const std::size_t header = from.ipv6 ? sizeof(ip6_hdr) : sizeof(iphdr);
    udphdr udp{};
    udp.source = htons(client_port);
    udp.dest = htons(server_port);
    udp.len = htons(static_cast<std::uint16_t>(from.ipv6 ? sizeof(udp) + 18 : shortest - header));
    Bytes datagram;
    append(datagram, udp);
    datagram.resize(ntohs(udp.len));
    udp.check = checksum(from, to, datagram);
    std::memcpy(datagram.data(), &udp, sizeof(udp));
    return datagram;
}

iphdr make_ipv4(const Address& from, const Address& to, std::size_t payload) {
    iphdr ip{};
    ip.version = 4;
    ip.ihl = sizeof(ip) / 4;
    ip.tot_len = htons(static_cast<std::uint16_t>(sizeof(ip) + payload));
    ip.ttl = 64;
    ip.protocol = IPPROTO_UDP;
    ip.saddr = from.ipv4().s_addr;
    ip.daddr = to.ipv4().s_addr;
    ip.check = htons(internet_checksum(as_bytes(ip)));
    return ip;
}

ip6_hdr make_ipv6(const Address& from, const Address& to, std::size_t payload) {
    ip6_hdr ip{};
    ip.ip6_vfc = 6 << 4;
    ip.ip6_plen = htons(static_cast<std::uint16_t>(payload));
    ip.ip6_nxt = IPPROTO_UDP;
    ip.ip6_hlim = 64;
    ip.ip6_src = from.bytes;
    ip.ip6_dst = to.bytes;
    return ip;
}

Bytes make_frame(std::span<const std::uint8_t> mac, const Address& from, const Address& to) {
    constexpr std::uint8_t client_mac[] = {2, 0, 0, 0, 0, 0x64};
    ether_header ethernet{};
    std::copy(mac.begin(), mac.end(), ethernet.ether_dhost);
    std::copy(std::begin(client_mac), std::end(client_mac), ethernet.ether_shost);
    ethernet.ether_type = htons(from.ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
    const Bytes datagram = make_datagram(from, to);
    Bytes frame;
    append(frame, ethernet);
    if (from.ipv6)
        append(frame, make_ipv6(from, to, datagram.size()));
    else
        append(frame, make_ipv4(from, to, datagram.size()));
    frame.insert(frame.end(), datagram.begin(), datagram.end());
    return frame;
}

Fd open_tap(const std::string& name) {
    Fd tap = checked(open("/dev/net/tun", O_RDWR | O_CLOEXEC), "/dev/net/tun");
    ifreq request{};
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    if (ioctl(tap.get(), TUNSETIFF, &request) < 0)
        fail(name);
    return tap;
}

Fd open_server(const Address& address) {
    const sockaddr_storage here = address.endpoint(server_port);
    Fd server = checked(socket(here.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
    if (bind(server.get(), reinterpret_cast<const sockaddr*>(&here), sizeof(here)) < 0)
        fail("bind");
    return server;
}

// An interface that is down refuses the frame when it has been made.
std::uint64_t send(const Fd& tap, const Bytes& frame, bool refused) {
    const std::uint64_t before = __rdtsc();
    const ssize_t written = write(tap.get(), frame.data(), frame.size());
    const std::uint64_t after = __rdtsc();
    if (refused ? written != -1 || errno != EIO : written != std::ssize(frame))
        fail("write");
    return after - before;
}

bool receive(const Fd& server) {
    char data[64];
    return recv(server.get(), data, sizeof(data), MSG_DONTWAIT) >= 0;
}

void answer(const Fd& server, const Address& client) {
    const sockaddr_storage there = client.endpoint(client_port);
    if (sendto(server.get(), "", 1, 0, reinterpret_cast<const sockaddr*>(&there), sizeof(there)) <
        0)
        fail("answer");
}

int measure(Options options) {
    const std::string interface = options.text_or("--interface", "tap0");
    const std::vector<std::uint8_t> mac = parse_mac(options.text_or("--mac", ""));
    const Address from(options.text_or("--from", ""));
    const Address to(options.text_or("--to", ""));
    const std::uint64_t packets = options.number_or("--packets", 1000, 1'000'000);
    // A rule that treats every Nth packet otherwise costs the same every N packets.
    const std::uint64_t by = options.number_or("--by", 1, 1000);
    const bool answers = options.flag("--answer");
    const bool refused = options.flag("--refused");
    options.done();

    const Bytes frame = make_frame(mac, from, to);
    const Fd tap = open_tap(interface);
    // Down, it has no IPv6 address either.
    const Fd server = refused ? Fd() : open_server(to);

    for (unsigned i = 0; i < warm_up; i++) {
        send(tap, frame, refused);
        const bool delivered = receive(server);
        if (answers && i == 0) {
            if (!delivered)
                throw std::runtime_error("nothing came that could be answered");
            answer(server, from);
        }
    }
    // By far the most packets cost the same; a timer that ticks while one is on
    // its way adds to that one.
    std::map<std::uint64_t, std::uint64_t> times;
    std::uint64_t delivered = 0;
    for (std::uint64_t i = 0; i < packets; i += by) {
        std::uint64_t time = 0;
        for (std::uint64_t j = 0; j < by; j++) {
            time += send(tap, frame, refused);
            delivered += receive(server);
        }
        times[time] += by;
    }
    const auto usual = std::max_element(times.begin(), times.end(),
                                        [](auto& a, auto& b) { return a.second < b.second; });
    std::printf("%llu\t%llu\t%llu\t%llu\t%llu\n", static_cast<unsigned long long>(usual->first),
                static_cast<unsigned long long>(usual->second),
                static_cast<unsigned long long>(times.begin()->first),
                static_cast<unsigned long long>(times.rbegin()->first),
                static_cast<unsigned long long>(delivered));
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return measure(Options(argc - 1, argv + 1));
    } catch (const Usage& error) {
        std::fprintf(stderr, "inject: %s\n%s", error.what(), usage);
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "inject: %s\n", error.what());
        return 1;
    }
}
