#include "frames.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace labnet {

int index_of(const std::string& device) {
    const unsigned index = if_nametoindex(device.c_str());
    if (!index)
        fail("interface " + device);
    return static_cast<int>(index);
}

Bytes mac_of(const std::string& device) {
    const Fd fd = checked(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), "packet socket");
    ifreq request{};
    device.copy(request.ifr_name, IFNAMSIZ - 1);
    if (ioctl(fd.get(), SIOCGIFHWADDR, &request) < 0)
        fail("MAC address of " + device);
    const auto* data = reinterpret_cast<const std::uint8_t*>(request.ifr_hwaddr.sa_data);
    return {data, data + 6};
}

Bytes mac_option(Options& options, std::string_view name, const Bytes& fallback) {
    std::string text;
    return options.text(name, text) ? parse_mac(text) : fallback;
}

void send_frame(const std::string& device, const Bytes& frame, std::uint64_t count) {
    const Fd fd = checked(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), "packet socket");
    sockaddr_ll there{};
    there.sll_family = AF_PACKET;
    there.sll_ifindex = index_of(device);
    if (frame.size() >= ETH_HLEN)
        std::memcpy(&there.sll_protocol, &frame[12], sizeof there.sll_protocol);
    for (std::uint64_t i = 0; i < count; ++i)
        if (sendto(fd.get(), frame.data(), frame.size(), 0,
                   reinterpret_cast<const sockaddr*>(&there), sizeof there) < 0)
            fail("send");
}

int watch_frames(const std::string& device, std::uint16_t kind, std::uint64_t count,
                 Clock::time_point deadline, const Line& line) {
    setvbuf(stdout, nullptr, _IOLBF, 0);
    // A socket for one kind alone would not see what this host sends.
    const Fd fd =
        checked(socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "packet socket");
    sockaddr_ll here{};
    here.sll_family = AF_PACKET;
    here.sll_ifindex = index_of(device);
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
        if (got < ETH_HLEN || ntohs(from.sll_protocol) != kind)
            continue;
        const std::string text =
            line({data.data(), static_cast<std::size_t>(got)}, from.sll_pkttype == PACKET_OUTGOING);
        if (text.empty())
            continue;
        ++seen;
        std::puts(text.c_str());
    }
    return 0;
}

} // namespace labnet
