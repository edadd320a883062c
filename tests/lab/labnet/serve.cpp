// A server that says its name. TCP: an HTTP request is answered as a web server
// would, and the connection closed; a line that asks for a stream by the name and
// the stream; any other line by the name and the line itself, and the connection
// stays. UDP: a datagram is answered by the
// name, from the address it was sent to.
#include "address.hpp"
#include "common.hpp"
#include "stream.hpp"

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

    void listen_tcp(int family, std::uint16_t port) {
        Fd fd = bound(family, SOCK_STREAM, port);
        if (listen(fd.get(), 4096) < 0)
            fail("listen");
        add(Kind::listener, std::move(fd));
    }

    void listen_udp(int family, std::uint16_t port) {
        Fd fd = bound(family, SOCK_DGRAM, port);
        const int on = 1;
        if (family == AF_INET6
                ? setsockopt(fd.get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on) < 0
                : setsockopt(fd.get(), IPPROTO_IP, IP_PKTINFO, &on, sizeof on) < 0)
            fail("PKTINFO");
        add(Kind::datagrams, std::move(fd));
    }

    [[noreturn]] void run() {
        std::array<epoll_event, 256> events;
        for (;;) {
            const int count =
                epoll_wait(epoll_.get(), events.data(), events.size(), streams_.timeout_ms());
            if (count < 0 && errno != EINTR)
                fail("epoll_wait");
            for (int i = 0; i < count; ++i)
                serve_one(events[static_cast<std::size_t>(i)].data.fd);
            for (const int fd : streams_.send_due())
                close(fd);
        }
    }

private:
    enum class Kind { listener, datagrams, connection };
    struct Socket {
        Kind kind;
        Fd fd;
        std::string received;
    };

    void add(Kind kind, Fd fd) {
        watch(fd.get());
        const int number = fd.get();
        sockets_.emplace(number, Socket{kind, std::move(fd), {}});
    }

    static Fd bound(int family, int type, std::uint16_t port) {
        Fd fd = checked(socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
        const int on = 1;
        setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (family == AF_INET6)
            setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        const Endpoint here(Address::any(family), port);
        if (bind(fd.get(), here.get(), here.size()) < 0)
            fail("bind to port " + std::to_string(port));
        return fd;
    }

    void close(int fd) {
        streams_.forget(fd);
        sockets_.erase(fd);
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
                   0)
                add(Kind::connection, Fd(fd));
            break;
        case Kind::datagrams:
            while (answer_datagram(fd)) {
            }
            break;
        case Kind::connection:
            if (!answer_lines(found->second))
                close(fd);
            break;
        }
    }

    bool answer_datagram(int fd) {
        std::array<char, 2048> data;
        alignas(cmsghdr) std::array<char, 256> control;
        sockaddr_storage peer;
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
            if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
                in6_pktinfo info;
                std::memcpy(&info, CMSG_DATA(part), sizeof info);
                info.ipi6_ifindex = 0;
                std::memcpy(CMSG_DATA(part), &info, sizeof info);
            }
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
            if (const auto request = StreamRequest::parse(line)) {
                say(socket, name_ + "\n");
                streams_.begin(socket.fd.get(), *request);
                continue;
            }
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
    Streams streams_;
};

} // namespace

int serve(Options& options) {
    Server server(options.text_or("--name", "server"));
    const auto ports = [&](std::string_view name) {
        std::vector<std::uint16_t> numbers;
        for (const std::string& port : options.all(name))
            numbers.push_back(static_cast<std::uint16_t>(parse_number(port, 65535, name)));
        return numbers;
    };
    const auto tcp = ports("--tcp"), tcp6 = ports("--tcp6");
    const auto udp = ports("--udp"), udp6 = ports("--udp6");
    options.done();
    if (tcp.empty() && tcp6.empty() && udp.empty() && udp6.empty())
        throw Usage("no port: --tcp, --tcp6, --udp or --udp6");
    raise_descriptor_limit();
    for (const std::uint16_t port : tcp)
        server.listen_tcp(AF_INET, port);
    for (const std::uint16_t port : tcp6)
        server.listen_tcp(AF_INET6, port);
    for (const std::uint16_t port : udp)
        server.listen_udp(AF_INET, port);
    for (const std::uint16_t port : udp6)
        server.listen_udp(AF_INET6, port);
    std::puts("ready");
    std::fflush(stdout);
    server.run();
}

} // namespace labnet
