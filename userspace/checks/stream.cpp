// SPDX-License-Identifier: GPL-2.0
#include "checks/stream.hpp"

#include <asio/read.hpp>
#include <asio/write.hpp>
#include <fmt/format.h>

namespace nfc {

namespace {

constexpr std::size_t received_most = 16384;

Error failed(std::string_view doing, const asio::error_code& error) {
    return {Kind::Unavailable, fmt::format("{}: {}", doing, error.message())};
}

Error tls_failed(const Tls& tls) {
    return {Kind::Unavailable, fmt::format("TLS: {}", tls.error())};
}

} // namespace

asio::ip::address address_of(const Ip& ip) {
    if (ip.family == Family::V6)
        return asio::ip::address_v6(ip.bytes);
    return asio::ip::address_v4({ip.bytes[0], ip.bytes[1], ip.bytes[2], ip.bytes[3]});
}

asio::awaitable<Result<Done>> Stream::connect(Endpoint peer) {
    const asio::ip::tcp::endpoint endpoint(address_of(peer.ip), peer.port);
    asio::error_code error;

    progress_.doing = "connecting";
    co_await socket_.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
    if (error)
        co_return failed("connect", error);
    socket_.set_option(asio::ip::tcp::no_delay(true), error);
    co_return Done{};
}

asio::awaitable<Result<Done>> Stream::start_tls(TlsAuthorities& authorities, TlsTrust trust,
                                                Ip peer) {
    progress_.doing = "in the TLS handshake";
    auto tls = Tls::make(authorities, trust, peer);
    if (!tls)
        co_return tls.error();
    tls_ = std::move(*tls);
    for (;;) {
        const auto state = tls_->handshake();
        // An alert goes out even when it failed.
        const auto sent = co_await send(tls_->output());
        if (state == Tls::State::Failed)
            co_return tls_failed(*tls_);
        if (!sent)
            co_return sent.error();
        if (state == Tls::State::Ready)
            break;
        const auto fed = co_await feed();
        if (!fed)
            co_return fed.error();
        if (!*fed)
            co_return Error{Kind::Unavailable, "TLS: the server hung up in the handshake"};
    }
    const auto remaining = tls_->remaining();
    if (trust.expiry_warning <= std::chrono::hours{0})
        co_return Done{};
    if (remaining < std::chrono::hours{0})
        progress_.warning = "the certificate has ended";
    else if (remaining < trust.expiry_warning)
        progress_.warning = fmt::format("the certificate ends in {} days", remaining.count() / 24);
    co_return Done{};
}

asio::awaitable<Result<Done>> Stream::write(std::string text) {
    if (!tls_)
        co_return co_await send(std::move(text));
    if (tls_->write(text) != Tls::State::Ready)
        co_return tls_failed(*tls_);
    co_return co_await send(tls_->output());
}

asio::awaitable<Result<std::size_t>> Stream::read(std::string& into, std::size_t most) {
    if (!tls_)
        co_return co_await receive(into, most);
    for (;;) {
        const auto before = into.size();
        const auto state = tls_->read(into, most);
        if (state == Tls::State::Ready)
            co_return into.size() - before;
        if (state == Tls::State::Ended)
            co_return std::size_t{0};
        if (state == Tls::State::Failed)
            co_return tls_failed(*tls_);
        const auto sent = co_await send(tls_->output());
        if (!sent)
            co_return sent.error();
        const auto fed = co_await feed();
        if (!fed)
            co_return fed.error();
        // Many servers end without the farewell of TLS.
        if (!*fed)
            co_return std::size_t{0};
    }
}

asio::awaitable<Result<Done>> Stream::send(std::string bytes) {
    asio::error_code error;
    co_await asio::async_write(socket_, asio::buffer(bytes),
                               asio::redirect_error(asio::use_awaitable, error));
    if (error)
        co_return failed("write", error);
    co_return Done{};
}

asio::awaitable<Result<std::size_t>> Stream::receive(std::string& into, std::size_t most) {
    const auto before = into.size();
    asio::error_code error;

    into.resize(before + most);
    const auto got = co_await socket_.async_read_some(
        asio::buffer(into.data() + before, most), asio::redirect_error(asio::use_awaitable, error));
    into.resize(before + got);
    if (error == asio::error::eof)
        co_return std::size_t{0};
    if (error)
        co_return failed("read", error);
    co_return got;
}

asio::awaitable<Result<bool>> Stream::feed() {
    std::string bytes;
    const auto got = co_await receive(bytes, received_most);
    if (!got)
        co_return got.error();
    tls_->feed(bytes);
    co_return *got > 0;
}

} // namespace nfc
