// A server that says its name. TCP: an HTTP request is answered as a web server
// would, and the connection closed; any other line is answered by the name and
// the line itself, and the connection stays. UDP: a datagram is answered by the
// name, from the address it was sent to.
#include "common.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace labnet {
namespace {

constexpr std::size_t longest_request = 65536;

class Server {
public:
    explicit Server(std::string name) : name_(std::move(name)) {
        epoll_ = checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    }

    void listen_tcp(std::uint16_t port) { listen_on(bound(SOCK_STREAM, port)); }
    void listen_tcp6(std::uint16_t port) { listen_on(bound6(SOCK_STREAM, port)); }

    void listen_udp(std::uint16_t port) {
        Fd fd = bound(SOCK_DGRAM, port);
        const int on = 1;
        if (setsockopt(fd.get(), IPPROTO_IP, IP_PKTINFO, &on, sizeof on) < 0)
            fail("IP_PKTINFO");
        watch(fd.get());
        const int number = fd.get();
        sockets_.emplace(number, Socket{Kind::datagrams, std::move(fd), {}});
    }

    [[noreturn]] void run() {
        std::array<epoll_event, 256> events;
        for (;;) {
            const int count = epoll_wait(epoll_.get(), events.data(), events.size(), -1);
            if (count < 0 && errno != EINTR)
                fail("epoll_wait");
            for (int i = 0; i < count; ++i)
                serve_one(events[static_cast<std::size_t>(i)].data.fd);
        }
    }

private:
    enum class Kind { listener, datagrams, connection };
    struct Socket {
        Kind kind;
        Fd fd;
        std::string received;
    };

    void listen_on(Fd fd) {
        if (listen(fd.get(), 4096) < 0)
            fail("listen");
        watch(fd.get());
        const int number = fd.get();
        sockets_.emplace(number, Socket{Kind::listener, std::move(fd), {}});
    }

    static Fd bound6(int type, std::uint16_t port) {
        Fd fd = checked(socket(AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
        const int on = 1;
        setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        sockaddr_in6 here{};
        here.sin6_family = AF_INET6;
        here.sin6_port = htons(port);
        if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) < 0)
            fail("bind to port " + std::to_string(port));
        return fd;
    }

    static Fd bound(int type, std::uint16_t port) {
        Fd fd = checked(socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
        const int on = 1;
        setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        const sockaddr_in here = endpoint({INADDR_ANY}, port);
        if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) < 0)
            fail("bind to port " + std::to_string(port));
        return fd;
    }

    void watch(int fd) {
        epoll_event wanted{.events = EPOLLIN, .data = {.fd = fd}};
        if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &wanted) < 0)
            fail("epoll_ctl");
    }

    void serve_one(int fd) {
        const auto found = sockets_.find(fd);
        if (found == sockets_.end())
            return;
        switch (found->second.kind) {
        case Kind::listener:
            while ((fd = accept4(found->first, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >=
                   0) {
                watch(fd);
                sockets_.emplace(fd, Socket{Kind::connection, Fd(fd), {}});
            }
            break;
        case Kind::datagrams:
            while (answer_datagram(fd)) {
            }
            break;
        case Kind::connection:
            if (!answer_lines(found->second))
                sockets_.erase(found);
            break;
        }
    }

    bool answer_datagram(int fd) {
        std::array<char, 2048> data;
        alignas(cmsghdr) std::array<char, 256> control;
        sockaddr_in peer;
        iovec vector{data.data(), data.size()};
        msghdr message{};
        message.msg_name = &peer;
        message.msg_namelen = sizeof peer;
        message.msg_iov = &vector;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        if (recvmsg(fd, &message, 0) < 0)
            return false;
        // The packet information that came in tells the address we answer from.
        for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
            if (part->cmsg_level != IPPROTO_IP || part->cmsg_type != IP_PKTINFO)
                continue;
            in_pktinfo info;
            std::memcpy(&info, CMSG_DATA(part), sizeof info);
            info.ipi_spec_dst = info.ipi_addr;
            info.ipi_ifindex = 0;
            std::memcpy(CMSG_DATA(part), &info, sizeof info);
        }
        vector = {name_.data(), name_.size()};
        sendmsg(fd, &message, 0);
        return true;
    }

    // False: the connection is over.
    bool answer_lines(Socket& socket) {
        std::array<char, 4096> data;
        const ssize_t got = read(socket.fd.get(), data.data(), data.size());
        if (got <= 0)
            return got < 0 && (errno == EAGAIN || errno == EINTR);
        std::string& received = socket.received;
        received.append(data.data(), static_cast<std::size_t>(got));
        if (received.size() > longest_request)
            return false;
        if (received.starts_with("GET ") || received.starts_with("HEAD ")) {
            if (received.find("\r\n\r\n") == std::string::npos)
                return true;
            const std::string body = received[0] == 'G' ? name_ + "\n" : "";
            say(socket, "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
                            std::to_string(name_.size() + 1) + "\r\n\r\n" + body);
            return false;
        }
        for (std::size_t end; (end = received.find('\n')) != std::string::npos;) {
            const std::string line = received.substr(0, end);
            received.erase(0, end + 1);
            say(socket, name_ + (line.empty() ? "" : " ") + line + "\n");
        }
        return true;
    }

    static void say(const Socket& socket, const std::string& text) {
        // A peer that reads nothing loses the answer; this server never waits.
        if (send(socket.fd.get(), text.data(), text.size(), MSG_NOSIGNAL) < 0)
            return;
    }

    std::string name_;
    Fd epoll_;
    std::map<int, Socket> sockets_;
};

} // namespace

int serve(Options& options) {
    Server server(options.text_or("--name", "server"));
    const auto tcp = options.all("--tcp");
    const auto tcp6 = options.all("--tcp6");
    const auto udp = options.all("--udp");
    options.done();
    if (tcp.empty() && tcp6.empty() && udp.empty())
        throw Usage("no port: --tcp, --tcp6 or --udp");
    raise_descriptor_limit();
    for (const std::string& port : tcp)
        server.listen_tcp(static_cast<std::uint16_t>(parse_number(port, 65535, "--tcp")));
    for (const std::string& port : tcp6)
        server.listen_tcp6(static_cast<std::uint16_t>(parse_number(port, 65535, "--tcp6")));
    for (const std::string& port : udp)
        server.listen_udp(static_cast<std::uint16_t>(parse_number(port, 65535, "--udp")));
    std::puts("ready");
    std::fflush(stdout);
    server.run();
}

} // namespace labnet
