// ARP on the wire: frames with any field set, short ones and wrong ones too; and
// what passes an interface in both directions, one comparable line a frame.
#include "common.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace labnet {
namespace {

using Bytes = std::vector<std::uint8_t>;

void append(Bytes& bytes, std::span<const std::uint8_t> more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

void append16(Bytes& bytes, std::uint64_t value) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8));
    bytes.push_back(static_cast<std::uint8_t>(value));
}

void append(Bytes& bytes, in_addr address) {
    append(bytes, {reinterpret_cast<const std::uint8_t*>(&address), sizeof address});
}

unsigned index_of(const std::string& device) {
    const unsigned index = if_nametoindex(device.c_str());
    if (!index)
        fail("interface " + device);
    return index;
}

Bytes mac_of(int fd, const std::string& device) {
    ifreq request{};
    device.copy(request.ifr_name, IFNAMSIZ - 1);
    if (ioctl(fd, SIOCGIFHWADDR, &request) < 0)
        fail("MAC address of " + device);
    const auto* data = reinterpret_cast<const std::uint8_t*>(request.ifr_hwaddr.sa_data);
    return {data, data + 6};
}

Bytes mac_option(Options& options, std::string_view name, const Bytes& fallback) {
    std::string text;
    return options.text(name, text) ? parse_mac(text) : fallback;
}

int send_frames(Options& options) {
    const std::string device = options.text_or("--dev", "eth0");
    const Fd fd = checked(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), "packet socket");
    const unsigned index = index_of(device);
    const Bytes own = mac_of(fd.get(), device);
    const Bytes everyone(6, 0xff);

    Bytes frame = mac_option(options, "--eth-dst", everyone);
    append(frame, mac_option(options, "--eth-src", own));
    append16(frame, ETH_P_ARP);
    Bytes payload;
    append16(payload, options.number_or("--htype", ARPHRD_ETHER, 0xffff));
    append16(payload, options.number_or("--ptype", ETH_P_IP, 0xffff));
    payload.push_back(static_cast<std::uint8_t>(options.number_or("--hlen", 6, 0xff)));
    payload.push_back(static_cast<std::uint8_t>(options.number_or("--plen", 4, 0xff)));
    append16(payload, options.number_or("--op", ARPOP_REQUEST, 0xffff));
    append(payload, mac_option(options, "--sha", own));
    append(payload, parse_address(options.text_or("--spa", "0.0.0.0")));
    append(payload, mac_option(options, "--tha", Bytes(6, 0)));
    append(payload, parse_address(options.text_or("--tpa", "0.0.0.0")));
    if (std::string hex; options.text("--payload", hex))
        payload = parse_hex(hex, "--payload");
    if (std::uint64_t cut; options.number("--cut", cut, 65535))
        payload.resize(std::min<std::size_t>(cut, payload.size()));
    payload.resize(payload.size() + options.number_or("--pad", 0, 1400));
    append(frame, payload);
    const std::uint64_t count = options.number_or("--count", 1, 1'000'000);
    options.done();

    sockaddr_ll there{};
    there.sll_family = AF_PACKET;
    there.sll_ifindex = static_cast<int>(index);
    there.sll_protocol = htons(ETH_P_ARP);
    there.sll_halen = 6;
    std::copy_n(frame.begin(), 6, there.sll_addr);
    for (std::uint64_t i = 0; i < count; ++i)
        if (sendto(fd.get(), frame.data(), frame.size(), 0,
                   reinterpret_cast<const sockaddr*>(&there), sizeof there) < 0)
            fail("send");
    return 0;
}

std::string described(std::span<const std::uint8_t> frame, bool outgoing) {
    const std::string ends = " eth=" + mac_text(frame.subspan(6, 6)) + ">" +
                             mac_text(frame.subspan(0, 6)) + (outgoing ? " out" : " in");
    const auto arp = frame.subspan(ETH_HLEN);
    if (arp.size() < 28)
        return "short " + std::to_string(arp.size()) + ends;
    const auto word = [&](std::size_t at) { return arp[at] << 8 | arp[at + 1]; };
    if (word(0) != ARPHRD_ETHER || word(2) != ETH_P_IP || arp[4] != 6 || arp[5] != 4)
        return "other " + mac_text(arp.subspan(0, 8)) + ends;
    const auto address = [&](std::size_t at) {
        in_addr value;
        std::memcpy(&value, &arp[at], sizeof value);
        return to_text(value);
    };
    const int operation = word(6);
    std::string name = std::to_string(operation);
    if (operation == ARPOP_REQUEST)
        name = "request";
    else if (operation == ARPOP_REPLY)
        name = "reply";
    return name + " sha=" + mac_text(arp.subspan(8, 6)) + " spa=" + address(14) +
           " tha=" + mac_text(arp.subspan(18, 6)) + " tpa=" + address(24) + ends;
}

int watch(Options& options) {
    const std::string device = options.text_or("--dev", "eth0");
    const std::uint64_t count = options.number_or("--count", 1, ~std::uint64_t{0});
    const auto deadline = Clock::now() + options.timeout_or(5000);
    options.done();
    setvbuf(stdout, nullptr, _IOLBF, 0);

    // A socket for ARP alone would not see what this host sends.
    const Fd fd =
        checked(socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "packet socket");
    sockaddr_ll here{};
    here.sll_family = AF_PACKET;
    here.sll_ifindex = static_cast<int>(index_of(device));
    here.sll_protocol = htons(ETH_P_ALL);
    if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) < 0)
        fail("bind to " + device);
    std::fputs("ready\n", stderr);

    for (std::uint64_t seen = 0; seen < count;) {
        pollfd wanted{fd.get(), POLLIN, 0};
        if (poll(&wanted, 1, left_ms(deadline)) == 0)
            return 1;
        std::array<std::uint8_t, 2048> data;
        sockaddr_ll from;
        socklen_t size = sizeof from;
        const ssize_t got = recvfrom(fd.get(), data.data(), data.size(), 0,
                                     reinterpret_cast<sockaddr*>(&from), &size);
        if (got < 0 && errno != EAGAIN && errno != EINTR)
            fail("receive on " + device);
        if (got < ETH_HLEN || ntohs(from.sll_protocol) != ETH_P_ARP)
            continue;
        ++seen;
        std::puts(described({data.data(), static_cast<std::size_t>(got)},
                            from.sll_pkttype == PACKET_OUTGOING)
                      .c_str());
    }
    return 0;
}

} // namespace

int arp(Options& options) {
    const std::string what = options.positional("send or watch");
    if (what == "send")
        return send_frames(options);
    if (what == "watch")
        return watch(options);
    throw Usage("\"" + what + "\" is neither send nor watch");
}

} // namespace labnet
