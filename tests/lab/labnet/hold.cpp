// One connection that lives long. Every line on stdin, and every --interval, is
// one question; each answer is printed as it comes. Ends by saying how the
// connection ended: closed, reset or timed out (status 0, 3, 4).
#include "address.hpp"
#include "common.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace labnet {
namespace {

int ended(int error) {
    if (error == 0) {
        std::puts("closed");
        return 0;
    }
    const bool reset = error == ECONNRESET || error == ECONNREFUSED || error == EPIPE;
    std::puts(reset ? "reset" : strerrorname_np(error));
    return reset ? 3 : 4;
}

} // namespace

int hold(Options& options) {
    const std::string source = options.text_or("--source", "");
    const auto port = static_cast<std::uint16_t>(options.number_or("--sport", 0, 65535));
    const Milliseconds interval(options.number_or("--interval", 0, 3'600'000));
    // How long unanswered data may be sent again before the connection is given up.
    const auto patience = static_cast<unsigned>(options.timeout_or(30'000).count());
    // Connected at once: the first words go with the SYN, if the peer is known to like that.
    const int fast = options.flag("--fast");
    const Address address = Address::parse(options.positional("ADDRESS"));
    const Endpoint there(address, static_cast<std::uint16_t>(
                                      parse_number(options.positional("PORT"), 65535, "PORT")));
    const Endpoint here(AddressRange::sources(source, address)[0], port);
    options.done();
    setvbuf(stdout, nullptr, _IOLBF, 0);

    const Fd fd = checked(socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    const int on = 1;
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bind_freely(fd.get(), address.family());
    setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
    if (fast && setsockopt(fd.get(), IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &fast, sizeof fast) < 0)
        fail("TCP_FASTOPEN_CONNECT");
    if (bind(fd.get(), here.get(), here.size()) < 0)
        fail("bind");
    if (connect(fd.get(), there.get(), there.size()) < 0)
        return ended(errno);
    std::puts("connected");

    std::array<pollfd, 2> wanted{pollfd{fd.get(), POLLIN, 0}, pollfd{STDIN_FILENO, POLLIN, 0}};
    std::string asked;
    std::string answered;
    unsigned number = 0;
    auto next = Clock::now() + interval;
    const auto say = [&](const std::string& text) {
        return send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(text.size());
    };
    for (;;) {
        if (poll(wanted.data(), wanted.size(), interval.count() ? left_ms(next) : -1) < 0 &&
            errno != EINTR)
            fail("poll");
        std::array<char, 4096> data;
        if (wanted[0].revents) {
            const ssize_t got = recv(fd.get(), data.data(), data.size(), 0);
            if (got <= 0)
                return ended(got < 0 ? errno : 0);
            answered.append(data.data(), static_cast<std::size_t>(got));
            for (std::size_t end; (end = answered.find('\n')) != std::string::npos;) {
                std::puts(answered.substr(0, end).c_str());
                answered.erase(0, end + 1);
            }
        }
        if (wanted[1].revents) {
            const ssize_t got = read(STDIN_FILENO, data.data(), data.size());
            if (got <= 0) {
                wanted[1].fd = -1; // poll passes over it
            } else {
                asked.append(data.data(), static_cast<std::size_t>(got));
                for (std::size_t end; (end = asked.find('\n')) != std::string::npos;) {
                    if (!say(asked.substr(0, end + 1)))
                        return ended(errno);
                    asked.erase(0, end + 1);
                }
            }
        }
        if (interval.count() && Clock::now() >= next) {
            if (!say(std::to_string(++number) + "\n"))
                return ended(errno);
            next += interval;
        }
    }
}

} // namespace labnet
