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
        probe.answered_ = true;
        probe.timer_->cancel();
    }
    wait();
}

Probe::Probe(const Endpoint& peer) {
    if (peer.ip.family == Family::V6) {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(peer.port);
        std::memcpy(&v6.sin6_addr, peer.ip.bytes.data(), sizeof v6.sin6_addr);
        std::memcpy(&peer_, &v6, length_ = sizeof v6);
    } else {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(peer.port);
        std::memcpy(&v4.sin_addr, peer.ip.bytes.data(), sizeof v4.sin_addr);
        std::memcpy(&peer_, &v4, length_ = sizeof v4);
    }
}

Probe::~Probe() {
    unwatch();
    close();
}

// 0: the question is on its way.
int Probe::start() {
    if (fd_ < 0)
        fd_ = ::socket(peer_.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0)
        return errno;
    // The last part of the handshake is held back, and a reset goes instead: three
    // packets and not seven, and the server has nothing to accept. If that is refused
    // it costs more, and is as good.
    const int off = 0;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
    const auto* peer = reinterpret_cast<const sockaddr*>(&peer_);
    return ::connect(fd_, peer, length_) == 0 || errno == EINPROGRESS ? 0 : errno;
}

int Probe::watch(Connector& connector) {
    epoll_event event{};
    event.events = EPOLLOUT | EPOLLONESHOT;
    event.data.ptr = this;
    if (::epoll_ctl(connector.epoll_->native_handle(), known_ ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd_,
                    &event) < 0)
        return errno;
    known_ = true;
    answered_ = false;
    connector_ = &connector;
    ++connector.open_;
    connector.wait();
    return 0;
}

// A child that has not come to its exec yet holds the socket too: that it is closed does
// not make epoll forget it.
void Probe::unwatch() {
    if (!connector_)
        return;
    --connector_->open_;
    if (!answered_ && connector_->epoll_)
        ::epoll_ctl(connector_->epoll_->native_handle(), EPOLL_CTL_DEL, fd_, nullptr);
    connector_ = nullptr;
}

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

asio::awaitable<int> Probe::try_connect(Duration timeout) {
    const auto executor = co_await asio::this_coro::executor;
    auto& connector = asio::use_service<Connector>(asio::query(executor, asio::execution::context));
    asio::steady_timer timer(executor, timeout);
    asio::error_code ignored;

    timer_ = &timer;
    int error = start();
    if (!error)
        error = watch(connector);
    if (!error) {
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        unwatch();
        error = answered_ ? result() : ETIMEDOUT;
    }
    part(error);
    co_return error;
}

} // namespace nfc
