// Many long downloads side by side, every byte of them checked. One line each:
// ADDRESS PORT SERVER END BYTES STALL - END is complete, short, wrong, reset,
// stalled, or the error's name; STALL the longest time in milliseconds without a
// byte, or without an answer to the handshake.
#include "address.hpp"
#include "stream.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace labnet {
namespace {

struct Plan {
    Address address;
    std::uint16_t port = 0;
    std::uint64_t count = 1;
    std::uint16_t first_port = 0;
    AddressRange sources;
    Milliseconds timeout{10'000};
    StreamRequest request;
};

struct Download {
    Fd fd;
    Endpoint here;
    StreamRequest request;
    std::string server;
    bool named = false; // the first line has come
    std::uint64_t received = 0;
    Clock::time_point heard;
    Milliseconds stall{0};
    std::string end;
};

class Fetcher {
public:
    explicit Fetcher(const Plan& plan)
        : plan_(plan), epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
          downloads_(plan.count) {}

    void run() {
        for (std::size_t i = 0; i < downloads_.size(); ++i)
            start(downloads_[i], i);
        while (open_) {
            std::array<epoll_event, 256> events;
            const int count = epoll_wait(epoll_.get(), events.data(), events.size(), 100);
            if (count < 0 && errno != EINTR)
                fail("epoll_wait");
            for (int i = 0; i < count; ++i) {
                const epoll_event& event = events[static_cast<std::size_t>(i)];
                hear(downloads_[event.data.u64], event);
            }
            if (count == 0)
                give_up();
        }
    }

    void print() const {
        for (const Download& one : downloads_)
            std::printf("%s %u %s %s %llu %lld\n", one.here.address().text().c_str(),
                        one.here.port(), one.named ? one.server.c_str() : "-", one.end.c_str(),
                        static_cast<unsigned long long>(one.received),
                        static_cast<long long>(one.stall.count()));
    }

private:
    void start(Download& one, std::size_t index) {
        const Address source = plan_.sources[index];
        std::uint16_t port = plan_.first_port;
        if (port)
            port = static_cast<std::uint16_t>(port + index / plan_.sources.size());
        one.request = plan_.request;
        one.request.seed = index;
        one.fd =
            checked(socket(plan_.address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                    "socket");
        const int on = 1;
        setsockopt(one.fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        bind_freely(one.fd.get(), plan_.address.family());
        const Endpoint here(source, port), there(plan_.address, plan_.port);
        if (bind(one.fd.get(), here.get(), here.size()) < 0)
            fail("bind to " + source.text() + ":" + std::to_string(port));
        one.heard = Clock::now();
        ++open_;
        if (connect(one.fd.get(), there.get(), there.size()) < 0 && errno != EINPROGRESS)
            return ended(one, strerrorname_np(errno));
        one.here = bound_to(one.fd.get());
        watch(EPOLL_CTL_ADD, one, EPOLLOUT);
    }

    void watch(int operation, const Download& one, std::uint32_t events) {
        const auto index = static_cast<std::uint64_t>(&one - downloads_.data());
        epoll_event wanted{.events = events, .data = {.u64 = index}};
        if (epoll_ctl(epoll_.get(), operation, one.fd.get(), &wanted) < 0)
            fail("epoll_ctl");
    }

    void hear(Download& one, const epoll_event& event) {
        if (!one.end.empty())
            return;
        if (event.events & EPOLLOUT && !(event.events & (EPOLLERR | EPOLLHUP))) {
            note_time(one);
            const std::string line = one.request.line();
            if (send(one.fd.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0)
                return ended(one, strerrorname_np(errno));
            return watch(EPOLL_CTL_MOD, one, EPOLLIN);
        }
        std::array<char, 16384> data;
        const ssize_t got = recv(one.fd.get(), data.data(), data.size(), 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got < 0)
            return ended(one, errno == ECONNRESET ? "reset" : strerrorname_np(errno));
        note_time(one);
        if (got == 0)
            return ended(one, one.received == one.request.size ? "complete" : "short");
        take(one, {data.data(), static_cast<std::size_t>(got)});
    }

    void take(Download& one, std::string_view data) {
        if (!one.named) {
            const std::size_t end = data.find('\n');
            one.server += data.substr(0, end);
            if (end == std::string_view::npos)
                return;
            one.named = true;
            data.remove_prefix(end + 1);
        }
        for (const char byte : data) {
            if (one.received == one.request.size ||
                static_cast<std::uint8_t>(byte) != stream_byte(one.request.seed, one.received))
                return ended(one, "wrong");
            ++one.received;
        }
    }

    static void note_time(Download& one) {
        const auto now = Clock::now();
        one.stall = std::max(one.stall, std::chrono::duration_cast<Milliseconds>(now - one.heard));
        one.heard = now;
    }

    void ended(Download& one, const std::string& end) {
        one.end = end;
        one.fd.reset();
        --open_;
    }

    // Only in a moment in which nothing came: a slow machine gives nobody up.
    void give_up() {
        for (Download& one : downloads_) {
            if (!one.end.empty() || Clock::now() - one.heard < plan_.timeout)
                continue;
            note_time(one);
            ended(one, "stalled");
        }
    }

    Plan plan_;
    Fd epoll_;
    std::vector<Download> downloads_;
    std::uint64_t open_ = 0;
};

} // namespace

int fetch(Options& options) {
    Plan plan;
    plan.count = options.number_or("--count", 1, 60'000);
    plan.first_port = static_cast<std::uint16_t>(options.number_or("--sport", 0, 65535));
    plan.timeout = options.timeout_or(10'000);
    plan.request.size = options.number_or("--size", 100'000, ~std::uint64_t{0});
    plan.request.chunk = options.number_or("--chunk", 1000, 1'000'000);
    plan.request.interval = Milliseconds(options.number_or("--interval", 100, 3'600'000));
    const std::string sources = options.text_or("--source", "");
    plan.address = Address::parse(options.positional("ADDRESS"));
    plan.sources = AddressRange::sources(sources, plan.address);
    plan.port = static_cast<std::uint16_t>(parse_number(options.positional("PORT"), 65535, "PORT"));
    options.done();
    if (!plan.request.chunk || !plan.request.interval.count())
        throw Usage("--chunk and --interval: not 0");
    if (!plan.count || plan.first_port + (plan.count - 1) / plan.sources.size() > 65535)
        throw Usage("--sport and --count go past port 65535");
    raise_descriptor_limit();
    Fetcher fetcher(plan);
    fetcher.run();
    fetcher.print();
    return 0;
}

} // namespace labnet
