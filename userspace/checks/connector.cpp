// SPDX-License-Identifier: GPL-2.0
#include "checks/connector.hpp"

#include <algorithm>
#include <array>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <span>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace nfc {

namespace {

constexpr std::size_t batch = 256;

struct Name {
    sockaddr_storage storage{};
    socklen_t length = 0;

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

Name name_of(const Endpoint& peer) {
    Name name;
    if (peer.ip.family == Family::V6) {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(peer.port);
        std::memcpy(&v6.sin6_addr, peer.ip.bytes.data(), sizeof v6.sin6_addr);
        std::memcpy(&name.storage, &v6, name.length = sizeof v6);
    } else {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(peer.port);
        std::memcpy(&v4.sin_addr, peer.ip.bytes.data(), sizeof v4.sin_addr);
        std::memcpy(&name.storage, &v4, name.length = sizeof v4);
    }
    return name;
}

} // namespace

asio::execution_context::id Connector::id;

// A connection that waits for its answer. The timer is its deadline, and is cancelled
// when the answer comes before.
class Connector::Attempt {
public:
    Attempt(int family, asio::steady_timer& timer)
        : timer_(timer), fd_(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;
    ~Attempt() {
        // A child that has not come to its exec yet holds the socket too: what epoll
        // knows of it does not go with ours.
        if (connector_) {
            --connector_->open_;
            if (!answered_ && connector_->epoll_)
                ::epoll_ctl(connector_->epoll_->native_handle(), EPOLL_CTL_DEL, fd_, nullptr);
        }
        if (fd_ >= 0)
            ::close(fd_);
    }

    // 0: it is on its way.
    int start(const Name& peer) const {
        if (fd_ < 0)
            return errno;
        // The last part of the handshake is held back, and a reset goes instead: three
        // packets and not seven, and the server has nothing to accept. If either is
        // refused it costs more, and is as good.
        const int off = 0;
        const linger at_once{1, 0};
        ::setsockopt(fd_, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        return ::connect(fd_, peer.get(), peer.length) == 0 || errno == EINPROGRESS ? 0 : errno;
    }

    int watch(Connector& connector) {
        epoll_event event{};
        event.events = EPOLLOUT | EPOLLONESHOT;
        event.data.ptr = this;
        if (::epoll_ctl(connector.epoll_->native_handle(), EPOLL_CTL_ADD, fd_, &event) < 0)
            return errno;
        connector_ = &connector;
        ++connector.open_;
        return 0;
    }

    void answer() {
        answered_ = true;
        timer_.cancel();
    }

    int result() const {
        int error = 0;
        socklen_t length = sizeof error;
        if (!answered_)
            return ETIMEDOUT;
        return ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length) < 0 ? errno : error;
    }

private:
    asio::steady_timer& timer_;
    int fd_;
    Connector* connector_ = nullptr; // who watches it
    bool answered_ = false;
};

Connector::Connector(asio::execution_context& context) : asio::execution_context::service(context) {
    const int fd = ::epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0)
        throw std::system_error(errno, std::generic_category(), "epoll_create1");
    epoll_.emplace(static_cast<asio::io_context&>(context), fd);
}

void Connector::shutdown() {
    epoll_.reset();
}

void Connector::wait() {
    if (waiting_ || !open_)
        return;
    waiting_ = true;
    epoll_->async_wait(asio::posix::stream_descriptor::wait_read,
                       [this](const asio::error_code& error) {
                           waiting_ = false;
                           if (!error)
                               wake();
                       });
}

void Connector::wake() {
    std::array<epoll_event, batch> events;
    const int count =
        ::epoll_wait(epoll_->native_handle(), events.data(), static_cast<int>(batch), 0);
    // They go on later: no attempt ends while we look at others.
    for (const auto& event : std::span(events).first(static_cast<std::size_t>(std::max(count, 0))))
        static_cast<Attempt*>(event.data.ptr)->answer();
    wait();
}

asio::awaitable<int> Connector::try_connect(Endpoint peer, Duration timeout) {
    asio::steady_timer timer(co_await asio::this_coro::executor, timeout);
    Attempt attempt(peer.ip.family == Family::V6 ? AF_INET6 : AF_INET, timer);
    if (const int error = attempt.start(name_of(peer)))
        co_return error;
    if (const int error = attempt.watch(*this))
        co_return error;
    wait();
    asio::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return attempt.result();
}

} // namespace nfc
