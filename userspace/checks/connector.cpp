// SPDX-License-Identifier: GPL-2.0
#include "checks/connector.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/tcp.h>
#include <span>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace nfc {

namespace {

constexpr std::size_t batch = 256;

asio::io_context& loop_of(const asio::any_io_executor& executor) {
    return static_cast<asio::io_context&>(asio::query(executor, asio::execution::context));
}

} // namespace

asio::execution_context::id Connector::id;

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
    // They go on later: no probe ends while we look at others.
    for (const auto& event :
         std::span(events).first(static_cast<std::size_t>(std::max(count, 0)))) {
        auto& probe = *static_cast<Probe*>(event.data.ptr);
        probe.events_ = event.events;
        probe.timer_.cancel();
    }
    wait();
}

Probe::Probe(const asio::any_io_executor& executor, const Endpoint& peer)
    : connector_(asio::use_service<Connector>(loop_of(executor))), timer_(loop_of(executor)) {
    if (peer.ip.family == Family::V6) {
        peer_.v6.sin6_family = AF_INET6;
        peer_.v6.sin6_port = htons(peer.port);
        std::memcpy(&peer_.v6.sin6_addr, peer.ip.bytes.data(), sizeof peer_.v6.sin6_addr);
    } else {
        peer_.v4.sin_family = AF_INET;
        peer_.v4.sin_port = htons(peer.port);
        std::memcpy(&peer_.v4.sin_addr, peer.ip.bytes.data(), sizeof peer_.v4.sin_addr);
    }
}

Probe::~Probe() {
    unwatch();
    close();
}

// 0: the question is on its way.
int Probe::start() {
    const int family = peer_.v4.sin_family;

    if (fd_ < 0) {
        fd_ = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd_ < 0)
            return errno;
        // The last part of the handshake is held back, and a reset goes instead: three
        // packets and not seven, and the server has nothing to accept. If that is
        // refused it costs more, and is as good.
        const int seconds = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds);
    }
    const auto* peer = reinterpret_cast<const sockaddr*>(&peer_);
    const socklen_t length = family == AF_INET6 ? sizeof peer_.v6 : sizeof peer_.v4;
    return ::connect(fd_, peer, length) == 0 || errno == EINPROGRESS ? 0 : errno;
}

int Probe::watch() {
    epoll_event event{};
    event.events = EPOLLOUT | EPOLLONESHOT;
    event.data.ptr = this;
    events_ = 0;
    if (::epoll_ctl(connector_.epoll_->native_handle(), known_ ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd_,
                    &event) < 0)
        return errno;
    known_ = true;
    open_ = true;
    ++connector_.open_;
    connector_.wait();
    return 0;
}

// A child that has not come to its exec yet holds the socket too: that it is closed does
// not make epoll forget it.
void Probe::unwatch() {
    if (!std::exchange(open_, false))
        return;
    --connector_.open_;
    if (!events_ && connector_.epoll_)
        ::epoll_ctl(connector_.epoll_->native_handle(), EPOLL_CTL_DEL, fd_, nullptr);
}

// Reading it takes it away.
int Probe::result() const {
    int error = 0;
    socklen_t length = sizeof error;
    return ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length) < 0 ? errno : error;
}

// Sends the reset. A socket on which anything else has happened is not used again.
void Probe::part(int error) {
    const sockaddr nobody{};
    static_assert(AF_UNSPEC == 0);
    if (error || ::connect(fd_, &nobody, sizeof nobody) < 0)
        return close();
    result(); // that we have reset it ourselves
}

void Probe::close() {
    if (fd_ >= 0)
        ::close(fd_);
    fd_ = -1;
    known_ = false;
}

void Probe::begin(Duration timeout) {
    error_ = start();
    if (!error_)
        error_ = watch();
    timer_.expires_after(error_ ? Duration{0} : timeout);
}

int Probe::end() {
    if (open_) {
        unwatch();
        error_ = !events_ ? ETIMEDOUT : events_ & (EPOLLERR | EPOLLHUP) ? result() : 0;
    }
    part(error_);
    return error_;
}

asio::awaitable<int> Probe::try_connect(Duration timeout) {
    asio::error_code ignored;
    begin(timeout);
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return end();
}

} // namespace nfc
