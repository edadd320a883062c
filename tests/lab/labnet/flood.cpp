// Many packets, quickly, from many sources: traffic to test under. Nobody waits
// for answers.
#include "address.hpp"
#include "common.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/socket.h>

namespace labnet {
namespace {

constexpr unsigned batch = 64;
constexpr std::size_t longest = 1472;

struct Flood {
    std::uint8_t protocol = IPPROTO_UDP;
    in_addr address{};
    std::uint16_t port = 0;
    std::uint16_t first_port = 1024;
    AddressRange sources;
    std::size_t size = 0;
};

std::vector<std::uint8_t> packet_of(const Flood& flood) {
    std::size_t header = sizeof(icmphdr);
    if (flood.protocol == IPPROTO_UDP)
        header = sizeof(udphdr);
    else if (flood.protocol == IPPROTO_TCP)
        header = sizeof(tcphdr);
    std::vector<std::uint8_t> bytes(sizeof(iphdr) + header + flood.size);
    iphdr ip{};
    ip.version = 4;
    ip.ihl = 5;
    ip.ttl = 64;
    ip.protocol = flood.protocol;
    ip.daddr = flood.address.s_addr;
    std::memcpy(bytes.data(), &ip, sizeof ip);
    return bytes;
}

// What differs from packet to packet. The kernel fills in the IP checksum; a UDP
// packet needs none.
void vary(const Flood& flood, std::vector<std::uint8_t>& bytes, std::uint64_t index) {
    const in_addr source = flood.sources[index].as_v4();
    std::memcpy(&bytes[offsetof(iphdr, saddr)], &source, sizeof source);
    const auto port = static_cast<std::uint16_t>(
        flood.first_port + index / flood.sources.size() % (65536U - flood.first_port));
    const std::span<std::uint8_t> rest(&bytes[sizeof(iphdr)], bytes.size() - sizeof(iphdr));
    if (flood.protocol == IPPROTO_UDP) {
        udphdr udp{};
        udp.source = htons(port);
        udp.dest = htons(flood.port);
        udp.len = htons(static_cast<std::uint16_t>(rest.size()));
        std::memcpy(rest.data(), &udp, sizeof udp);
    } else if (flood.protocol == IPPROTO_TCP) {
        tcphdr tcp{};
        tcp.source = htons(port);
        tcp.dest = htons(flood.port);
        tcp.seq = htonl(static_cast<std::uint32_t>(index));
        tcp.doff = 5;
        tcp.syn = 1;
        tcp.window = htons(1024);
        std::memcpy(rest.data(), &tcp, sizeof tcp);
        const std::uint32_t from = ntohl(source.s_addr);
        const std::uint32_t to = ntohl(flood.address.s_addr);
        tcp.check = htons(internet_checksum(rest, (from >> 16) + (from & 0xffff) + (to >> 16) +
                                                      (to & 0xffff) + IPPROTO_TCP +
                                                      static_cast<std::uint32_t>(rest.size())));
        std::memcpy(rest.data(), &tcp, sizeof tcp);
    } else {
        icmphdr icmp{};
        icmp.type = ICMP_ECHO;
        icmp.un.echo.id = htons(port);
        std::memcpy(rest.data(), &icmp, sizeof icmp);
        icmp.checksum = htons(internet_checksum(rest));
        std::memcpy(rest.data(), &icmp, sizeof icmp);
    }
}

} // namespace

int flood(Options& options) {
    Flood flood;
    options.flag("--udp");
    if (options.flag("--syn"))
        flood.protocol = IPPROTO_TCP;
    else if (options.flag("--icmp"))
        flood.protocol = IPPROTO_ICMP;
    flood.first_port = static_cast<std::uint16_t>(options.number_or("--sport", 1024, 65535));
    const std::string sources = options.text_or("--source", "");
    flood.size = options.number_or("--size", 0, longest);
    const std::uint64_t seconds = options.number_or("--seconds", 0, 86400);
    std::uint64_t count = options.number_or("--count", 0, ~std::uint64_t{0});
    flood.address = parse_address(options.positional("ADDRESS"));
    flood.sources = AddressRange::sources(sources, Address(flood.address));
    flood.port =
        static_cast<std::uint16_t>(parse_number(options.positional("PORT"), 65535, "PORT"));
    options.done();
    if (!seconds && !count)
        throw Usage("no bound: --seconds, --count or both");
    if (!count)
        count = ~std::uint64_t{0};

    const Fd fd = checked(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW), "raw socket");
    sockaddr_in there = endpoint(flood.address, 0);
    std::array<std::vector<std::uint8_t>, batch> packets;
    packets.fill(packet_of(flood));
    std::array<iovec, batch> vectors;
    std::array<mmsghdr, batch> messages{};
    for (unsigned i = 0; i < batch; ++i) {
        vectors[i] = {packets[i].data(), packets[i].size()};
        messages[i].msg_hdr.msg_name = &there;
        messages[i].msg_hdr.msg_namelen = sizeof there;
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    const auto begin = Clock::now();
    const auto deadline =
        seconds ? begin + std::chrono::seconds(seconds) : Clock::time_point::max();
    std::uint64_t sent = 0;
    std::uint64_t lost = 0;
    while (sent + lost < count && Clock::now() < deadline) {
        const auto now = static_cast<unsigned>(std::min<std::uint64_t>(batch, count - sent - lost));
        for (unsigned i = 0; i < now; ++i)
            vary(flood, packets[i], sent + lost + i);
        const int done = sendmmsg(fd.get(), messages.data(), now, 0);
        if (done > 0)
            sent += static_cast<std::uint64_t>(done);
        else if (errno == ENOBUFS || errno == EPERM || errno == EHOSTUNREACH || errno == EAGAIN)
            ++lost; // full queue, a rule, an address nobody answers for: traffic goes on
        else if (errno != EINTR)
            fail("sendmmsg");
    }
    const double took = std::chrono::duration<double>(Clock::now() - begin).count();
    std::printf("sent %llu, refused %llu, in %.2f s\n", static_cast<unsigned long long>(sent),
                static_cast<unsigned long long>(lost), took);
    return sent ? 0 : 1;
}

} // namespace labnet
