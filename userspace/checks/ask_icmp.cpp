// SPDX-License-Identifier: GPL-2.0
#include "checks/icmp_packet.hpp"
#include "checks/kinds.hpp"

#include <asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace nfc {

namespace {

constexpr std::size_t token_size = 16;
constexpr std::size_t reply_most = 2048;

// The kernel may let everyone ping, or those with CAP_NET_RAW.
struct PingSocket {
    int fd = -1;
    bool raw = false;
};

PingSocket open_socket(Family family) {
    const int domain = family == Family::V4 ? AF_INET : AF_INET6;
    const int protocol = family == Family::V4 ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6};
    constexpr int flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
    PingSocket socket{::socket(domain, SOCK_DGRAM | flags, protocol), false};
    if (socket.fd < 0)
        socket = {::socket(domain, SOCK_RAW | flags, protocol), true};
    return socket;
}

bool connect_to(int fd, const Ip& ip) {
    const asio::ip::tcp::endpoint peer(address_of(ip), 0);
    return ::connect(fd, peer.data(), static_cast<socklen_t>(peer.size())) == 0;
}

Observation bad_errno(std::string_view doing) {
    return bad(fmt::format("{}: {}", doing, std::generic_category().message(errno)));
}

} // namespace

asio::awaitable<Observation> ask_icmp(const IcmpCheck&, Question& question) {
    const auto& ip = question.target.ip;
    const auto [fd, raw] = open_socket(ip.family);
    if (fd < 0)
        co_return bad_errno("ping socket");
    asio::posix::stream_descriptor socket(co_await asio::this_coro::executor, fd);
    if (!connect_to(fd, ip))
        co_return bad_errno("ping");

    Echo echo{random_number(), random_number(), {}};
    while (echo.token.size() < token_size)
        echo.token += static_cast<char>(random_number());
    const auto request = echo_request(ip.family, echo);
    if (::send(fd, request.data(), request.size(), 0) < 0)
        co_return bad_errno("ping");

    question.progress.doing = "waiting for the echo";
    std::string packet(reply_most, '\0');
    for (;;) {
        co_await socket.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
        const auto got = ::recv(fd, packet.data(), packet.size(), 0);
        if (got < 0 && errno != EAGAIN && errno != EINTR)
            co_return bad_errno("ping");
        if (got > 0 &&
            answers(ip.family, raw,
                    std::string_view(packet).substr(0, static_cast<std::size_t>(got)), echo))
            co_return good("echo");
    }
}

} // namespace nfc
