// IPv4 packets that no stack would send: any field wrong, any part missing, or
// a good packet with random bytes changed. They leave as they are, straight
// from the interface.
#include "common.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <random>
#include <sys/socket.h>

namespace labnet {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Packet {
    iphdr head{};
    Bytes options; // of IP, whole words
    Bytes payload;
    std::int64_t checksum = -1; // as it should be

    Bytes bytes() const {
        Bytes all(sizeof head);
        std::memcpy(all.data(), &head, sizeof head);
        all.insert(all.end(), options.begin(), options.end());
        seal(all, sizeof head + options.size());
        if (checksum >= 0)
            put16(all, offsetof(iphdr, check), static_cast<std::uint16_t>(checksum));
        all.insert(all.end(), payload.begin(), payload.end());
        return all;
    }

    static void put16(Bytes& bytes, std::size_t at, std::uint16_t value) {
        bytes[at] = static_cast<std::uint8_t>(value >> 8);
        bytes[at + 1] = static_cast<std::uint8_t>(value);
    }

    // The right checksum over the first `length` bytes.
    static void seal(Bytes& bytes, std::size_t length) {
        put16(bytes, offsetof(iphdr, check), 0);
        put16(bytes, offsetof(iphdr, check), internet_checksum({bytes.data(), length}));
    }
};

Packet packet_from(Options& options) {
    Packet packet;
    packet.options = parse_hex(options.text_or("--options", ""), "--options");
    packet.payload = parse_hex(options.text_or("--payload", ""), "--payload");
    if (std::uint64_t length; options.number("--payload-size", length, 65535))
        packet.payload.resize(length);
    if (packet.options.size() % 4 || packet.options.size() > 40)
        throw Usage("--options: whole words, ten at most");
    const std::size_t header = sizeof(iphdr) + packet.options.size();

    iphdr& head = packet.head;
    head.version = options.number_or("--version", 4, 15) & 15;
    head.ihl = options.number_or("--ihl", header / 4, 15) & 15;
    head.tot_len = htons(static_cast<std::uint16_t>(
        options.number_or("--total-length", header + packet.payload.size(), 0xffff)));
    head.id = htons(static_cast<std::uint16_t>(options.number_or("--id", 1, 0xffff)));
    head.ttl = static_cast<std::uint8_t>(options.number_or("--ttl", 64, 0xff));
    head.protocol = static_cast<std::uint8_t>(options.number_or("--proto", IPPROTO_UDP, 0xff));
    const std::uint64_t offset = options.number_or("--offset", 0, 65528);
    if (offset % 8)
        throw Usage("--offset: fragments begin at multiples of 8");
    head.frag_off = htons(static_cast<std::uint16_t>(
        offset / 8 | (options.flag("--more") ? IP_MF : 0) | (options.flag("--df") ? IP_DF : 0)));
    head.saddr = parse_address(options.text_or("--source", "192.168.0.100")).s_addr;
    if (std::uint64_t checksum; options.number("--checksum", checksum, 0xffff))
        packet.checksum = static_cast<std::int64_t>(checksum);
    return packet;
}

// A few bytes somewhere become others; sometimes the end is missing. Source and
// destination stay, and the checksum is right again, or hardly one of them would
// come as far as the rules.
void mutate(Bytes& bytes, std::mt19937& random) {
    if (bytes.size() < sizeof(iphdr))
        return;
    const auto below = [&](std::size_t limit) { return random() % limit; };
    for (std::size_t changes = 1 + below(4); changes; --changes) {
        const std::size_t at = below(bytes.size());
        if (at < offsetof(iphdr, saddr) || at >= sizeof(iphdr))
            bytes[at] = static_cast<std::uint8_t>(random());
    }
    if (below(4) == 0)
        bytes.resize(sizeof(iphdr) + below(bytes.size() - sizeof(iphdr) + 1));
    if (below(2) == 0) {
        bytes[0] = 0x45;
        Packet::put16(bytes, offsetof(iphdr, tot_len), static_cast<std::uint16_t>(bytes.size()));
    }
    Packet::seal(bytes, std::min<std::size_t>(bytes.size(), (bytes[0] & 15U) * 4U));
}

} // namespace

int packet(Options& options) {
    const std::string device = options.text_or("--dev", "eth0");
    const Bytes mac = parse_mac(options.text_or("--eth-dst", "01:02:03:04:05:06"));
    Packet packet = packet_from(options);
    const std::uint64_t count = options.number_or("--count", 1, 10'000'000);
    std::uint64_t seed = 0;
    const bool mutated = options.number("--mutate", seed, 0xffffffff);
    std::uint64_t cut = 0;
    options.number("--cut", cut, 65535);
    packet.head.daddr = parse_address(options.positional("ADDRESS")).s_addr;
    options.done();

    const Fd fd = checked(socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "packet socket");
    sockaddr_ll there{};
    there.sll_family = AF_PACKET;
    there.sll_protocol = htons(ETH_P_IP);
    there.sll_ifindex = static_cast<int>(if_nametoindex(device.c_str()));
    there.sll_halen = ETH_ALEN;
    std::copy(mac.begin(), mac.end(), there.sll_addr);
    if (!there.sll_ifindex)
        fail("interface " + device);

    std::mt19937 random(static_cast<std::mt19937::result_type>(seed));
    for (std::uint64_t i = 0; i < count; ++i) {
        Bytes bytes = packet.bytes();
        bytes.resize(bytes.size() - std::min<std::size_t>(bytes.size(), cut));
        if (mutated)
            mutate(bytes, random);
        // A full queue is the interface's own affair; anything else is ours.
        while (sendto(fd.get(), bytes.data(), bytes.size(), 0,
                      reinterpret_cast<const sockaddr*>(&there), sizeof there) < 0)
            if (errno != ENOBUFS && errno != EINTR)
                fail("send");
    }
    return 0;
}

} // namespace labnet
