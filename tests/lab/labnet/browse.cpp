// A client that never rests: web requests at a steady rate, each a connection of
// its own. Says one line for each soon after it has ended: when it was asked and
// when it ended, in milliseconds since the start, its port, and the first line of
// the answer's body, or "-" when none came in time, or why it failed.
#include "common.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <optional>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace labnet {
namespace {

// Lines wait for each other so long: on its way out of an emulated machine a line costs
// as much as some packets.
constexpr Milliseconds gathered(50);

struct Request {
    Fd fd;
    Clock::time_point asked;
    std::uint16_t port = 0;
    bool sent = false;
    std::string received;
};

class Browser {
public:
    Browser(sockaddr_in server, std::chrono::microseconds period, Milliseconds timeout)
        : server_(server), period_(period), timeout_(timeout),
          epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}

    [[noreturn]] void run() {
        std::puts("ready");
        std::fflush(stdout);
        began_ = Clock::now();
        for (auto next = began_;;) {
            const auto now = Clock::now();
            if (now >= next) {
                start();
                // After a pause of the whole VM it goes on; it does not catch up.
                next = std::max(next + period_, now);
            }
            give_up();
            auto wake = next;
            if (unsaid_since_ && now >= *unsaid_since_ + gathered)
                say_all();
            if (unsaid_since_)
                wake = std::min(wake, *unsaid_since_ + gathered);
            if (!open_.empty())
                wake = std::min(wake, open_.begin()->second.asked + timeout_);
            std::array<epoll_event, 64> events;
            const int count = epoll_wait(epoll_.get(), events.data(), events.size(), left_ms(wake));
            if (count < 0 && errno != EINTR)
                fail("epoll_wait");
            for (int i = 0; i < count; ++i)
                go_on(events[static_cast<std::size_t>(i)].data.u64);
        }
    }

private:
    void start() {
        Request request;
        request.asked = Clock::now();
        request.fd =
            checked(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
        const int fd = request.fd.get();
        if (connect(fd, reinterpret_cast<const sockaddr*>(&server_), sizeof server_) < 0 &&
            errno != EINPROGRESS)
            return say(request, strerrorname_np(errno));
        sockaddr_in here{};
        socklen_t size = sizeof here;
        getsockname(fd, reinterpret_cast<sockaddr*>(&here), &size);
        request.port = ntohs(here.sin_port);
        watch(EPOLL_CTL_ADD, fd, EPOLLOUT, number_);
        open_.emplace(number_++, std::move(request));
    }

    void watch(int operation, int fd, std::uint32_t events, std::uint64_t number) {
        epoll_event wanted{.events = events, .data = {.u64 = number}};
        if (epoll_ctl(epoll_.get(), operation, fd, &wanted) < 0)
            fail("epoll_ctl");
    }

    void go_on(std::uint64_t number) {
        const auto found = open_.find(number);
        if (found == open_.end())
            return;
        Request& request = found->second;
        const int fd = request.fd.get();
        if (!request.sent) {
            constexpr std::string_view get = "GET / HTTP/1.0\r\n\r\n";
            if (send(fd, get.data(), get.size(), MSG_NOSIGNAL) < 0)
                return end(number, strerrorname_np(errno));
            request.sent = true;
            return watch(EPOLL_CTL_MOD, fd, EPOLLIN, number);
        }
        std::array<char, 4096> data;
        const ssize_t got = recv(fd, data.data(), data.size(), 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got < 0)
            return end(number, strerrorname_np(errno));
        request.received.append(data.data(), static_cast<std::size_t>(got));
        // The server closes when it has said all.
        if (got == 0)
            end(number, first_line_of_body(request.received));
    }

    static std::string first_line_of_body(const std::string& answer) {
        const std::size_t head = answer.find("\r\n\r\n");
        if (head == std::string::npos)
            return "closed";
        const std::string body = answer.substr(head + 4, answer.find('\n', head + 4) - head - 4);
        return body.empty() ? "empty" : body;
    }

    // All wait equally long, so the oldest is the first in the map.
    void give_up() {
        while (!open_.empty() && open_.begin()->second.asked + timeout_ <= Clock::now())
            end(open_.begin()->first, "-");
    }

    void end(std::uint64_t number, std::string_view answer) {
        const auto found = open_.find(number);
        say(found->second, answer);
        open_.erase(found);
    }

    void say(const Request& request, std::string_view answer) {
        const auto now = Clock::now();
        std::printf("%lld %lld %u %.*s\n", since_start(request.asked), since_start(now),
                    request.port, static_cast<int>(answer.size()), answer.data());
        if (!unsaid_since_)
            unsaid_since_ = now;
    }

    void say_all() {
        std::fflush(stdout);
        unsaid_since_.reset();
    }

    long long since_start(Clock::time_point time) const {
        return std::chrono::duration_cast<Milliseconds>(time - began_).count();
    }

    sockaddr_in server_;
    std::chrono::microseconds period_;
    Milliseconds timeout_;
    Fd epoll_;
    Clock::time_point began_;
    std::optional<Clock::time_point> unsaid_since_;
    std::map<std::uint64_t, Request> open_;
    std::uint64_t number_ = 0;
};

} // namespace

int browse(Options& options) {
    const std::uint64_t rate = std::max<std::uint64_t>(options.number_or("--rate", 10, 10'000), 1);
    const Milliseconds timeout(options.number_or("--timeout", 1000, 600'000));
    const in_addr address = parse_address(options.positional("ADDRESS"));
    const auto port =
        static_cast<std::uint16_t>(parse_number(options.positional("PORT"), 65535, "PORT"));
    options.done();
    raise_descriptor_limit();
    Browser(endpoint(address, port), std::chrono::microseconds(1'000'000 / rate), timeout).run();
}

} // namespace labnet
