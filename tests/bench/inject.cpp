// inject: how many instructions the network stack spends on one UDP packet.
//
// Writes frames to a tap device one by one: the kernel takes each of them
// through the whole receive path before write() returns. In a VM whose TSC
// counts instructions the difference around that call is the packet's cost,
// exactly. What was delivered is read outside of the measured part.
#include "../lab/labnet/common.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <map>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <x86intrin.h>

namespace {

using namespace labnet;

constexpr const char* usage =
    "usage: inject --interface TAP --mac MAC --from ADDRESS --to ADDRESS --packets N [--by N]\n"
    "    [--answer]\n";
constexpr std::uint16_t client_port = 40000, server_port = 7;
// Caches and per-processor lists settle; the first packet makes the connection.
constexpr unsigned warm_up = 64;

struct [[gnu::packed]] Frame {
    ether_header ethernet;
    iphdr ip;
    udphdr udp;
    char payload[18]; // the shortest frame that Ethernet allows
};
static_assert(sizeof(Frame) == 60);

std::uint16_t checksum(std::span<const std::uint8_t> header) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < header.size(); i += 2)
        sum += std::uint32_t{header[i]} << 8 | header[i + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return htons(static_cast<std::uint16_t>(~sum));
}

Frame make_frame(std::span<const std::uint8_t> mac, in_addr from, in_addr to) {
    constexpr std::uint8_t client_mac[] = {2, 0, 0, 0, 0, 0x64};
    Frame frame{};
    std::copy(mac.begin(), mac.end(), frame.ethernet.ether_dhost);
    std::copy(std::begin(client_mac), std::end(client_mac), frame.ethernet.ether_shost);
    frame.ethernet.ether_type = htons(ETHERTYPE_IP);
    frame.ip.version = 4;
    frame.ip.ihl = sizeof(iphdr) / 4;
    frame.ip.tot_len = htons(sizeof(Frame) - sizeof(ether_header));
    frame.ip.ttl = 64;
    frame.ip.protocol = IPPROTO_UDP;
    frame.ip.saddr = from.s_addr;
    frame.ip.daddr = to.s_addr;
    std::uint8_t header[sizeof(iphdr)];
    std::memcpy(header, &frame.ip, sizeof(header));
    frame.ip.check = checksum(header);
    // No UDP checksum: a network card would have checked it, and a tap does not.
    frame.udp.source = htons(client_port);
    frame.udp.dest = htons(server_port);
    frame.udp.len = htons(sizeof(udphdr) + sizeof(Frame::payload));
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

Fd open_server(in_addr address) {
    Fd server = checked(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
    const sockaddr_in here = endpoint(address, server_port);
    if (bind(server.get(), reinterpret_cast<const sockaddr*>(&here), sizeof(here)) < 0)
        fail("bind");
    return server;
}

std::uint64_t send(const Fd& tap, const Frame& frame) {
    const std::uint64_t before = __rdtsc();
    const ssize_t written = write(tap.get(), &frame, sizeof(frame));
    const std::uint64_t after = __rdtsc();
    if (written != sizeof(frame))
        fail("write");
    return after - before;
}

bool receive(const Fd& server) {
    char data[64];
    return recv(server.get(), data, sizeof(data), MSG_DONTWAIT) >= 0;
}

void answer(const Fd& server, in_addr client) {
    const sockaddr_in there = endpoint(client, client_port);
    if (sendto(server.get(), "", 1, 0, reinterpret_cast<const sockaddr*>(&there), sizeof(there)) <
        0)
        fail("answer");
}

int measure(Options options) {
    const std::string interface = options.text_or("--interface", "tap0");
    const std::vector<std::uint8_t> mac = parse_mac(options.text_or("--mac", ""));
    const in_addr from = parse_address(options.text_or("--from", ""));
    const in_addr to = parse_address(options.text_or("--to", ""));
    const std::uint64_t packets = options.number_or("--packets", 1000, 1'000'000);
    // A rule that treats every Nth packet otherwise costs the same every N packets.
    const std::uint64_t by = options.number_or("--by", 1, 1000);
    const bool answers = options.flag("--answer");
    options.done();

    const Frame frame = make_frame(mac, from, to);
    const Fd tap = open_tap(interface);
    const Fd server = open_server(to);

    for (unsigned i = 0; i < warm_up; i++) {
        send(tap, frame);
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
            time += send(tap, frame);
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
