// SPDX-License-Identifier: GPL-2.0
#include "membership/beat_socket.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/format.h>
#include <netinet/in.h>

namespace nfc {

namespace {

constexpr std::chrono::milliseconds bind_again_after{500};
constexpr std::size_t longest_datagram = 8192; // more than the longest heartbeat
constexpr int at_once = 64;                    // others want their turn

asio::ip::udp::endpoint to_asio(const Endpoint& endpoint) {
    const auto& bytes = endpoint.ip.bytes;
    if (endpoint.ip.family == Family::V6)
        return {asio::ip::address_v6(bytes), endpoint.port};
    return {asio::ip::address_v4({bytes[0], bytes[1], bytes[2], bytes[3]}), endpoint.port};
}

Ip from_asio(const asio::ip::address& address) {
    Ip ip;
    if (address.is_v6()) {
        ip.family = Family::V6;
        ip.bytes = address.to_v6().to_bytes();
    } else {
        std::ranges::copy(address.to_v4().to_bytes(), ip.bytes.begin());
    }
    return ip;
}

} // namespace

BeatSocket::BeatSocket(asio::any_io_executor executor, const Endpoint& own)
    : own_(own), socket_(executor), again_(executor) {}

bool BeatSocket::bind(asio::error_code& error) {
    using FreeBind = asio::detail::socket_option::boolean<IPPROTO_IP, IP_FREEBIND>;
    using FreeBind6 = asio::detail::socket_option::boolean<IPPROTO_IPV6, IPV6_FREEBIND>;
    const auto own = to_asio(own_);
    if (socket_.open(own.protocol(), error))
        return false;
    if (own_.ip.family == Family::V6)
        socket_.set_option(FreeBind6(true), error);
    else
        socket_.set_option(FreeBind(true), error);
    if (!error)
        socket_.non_blocking(true, error);
    if (!error)
        socket_.bind(own, error);
    return !error;
}

void BeatSocket::open() {
    asio::error_code error;
    const bool bound = bind(error);
    problem_ = bound ? ""
                     : fmt::format("heartbeats cannot be heard on {}: {}", to_string(own_),
                                   error.message());
    for (const auto& [cluster, events] : std::map(clusters_))
        events.problem(problem_);
    if (bound)
        return wait();
    socket_.close(error);
    again_.expires_after(bind_again_after);
    again_.async_wait([weak = weak_from_this()](const asio::error_code& stopped) {
        if (const auto self = weak.lock(); self && !stopped)
            self->open();
    });
}

void BeatSocket::add(const Ip& cluster, Events events) {
    const auto& added = clusters_[cluster] = std::move(events);
    if (!problem_.empty())
        added.problem(problem_);
}

void BeatSocket::remove(const Ip& cluster) {
    clusters_.erase(cluster);
}

void BeatSocket::send(const Endpoint& to, const std::string& bytes, asio::error_code& error) {
    socket_.send_to(asio::buffer(bytes), to_asio(to), 0, error);
}

void BeatSocket::wait() {
    socket_.async_wait(asio::ip::udp::socket::wait_read,
                       [weak = weak_from_this()](const asio::error_code& error) {
                           const auto self = weak.lock();
                           if (!self || error)
                               return;
                           self->receive();
                           self->wait();
                       });
}

void BeatSocket::receive() {
    const auto self = shared_from_this(); // whoever is told may let it go
    std::array<char, longest_datagram> bytes{};
    for (int i = 0; i < at_once && socket_.is_open(); ++i) {
        asio::ip::udp::endpoint from;
        asio::error_code error;
        const auto size = socket_.receive_from(asio::buffer(bytes), from, 0, error);
        if (error)
            return;
        tell(from_asio(from.address()), {bytes.data(), size});
    }
}

void BeatSocket::tell(const Ip& from, std::string_view bytes) {
    const auto read = read_beat(bytes);
    if (!read) {
        for (const auto& [cluster, events] : std::map(clusters_))
            events.heard(from, read);
    } else if (const auto found = clusters_.find(read->beat.cluster); found != clusters_.end()) {
        const auto heard = found->second.heard; // it may be removed while it is told
        heard(from, read);
    }
}

} // namespace nfc
