// SPDX-License-Identifier: GPL-2.0
// Checks that need no protocol: a connection, and what a server says by itself.
#include "checks/kinds.hpp"

#include <asio/steady_timer.hpp>
#include <fmt/format.h>
#include <memory>
#include <netinet/tcp.h>

namespace nfc {

namespace {

// No banner is longer.
constexpr std::size_t banner_limit = 4096;

// The server's kernel answers a SYN while there is room for the connection. That is all
// we ask, so the last part of the handshake is held back and a reset goes instead: three
// packets, not seven, and the server need not accept what nobody will use.
void end_at_the_answer(asio::ip::tcp::socket& socket) {
    asio::error_code ignored; // it is a matter of cost only
    socket.set_option(asio::detail::socket_option::boolean<IPPROTO_TCP, TCP_QUICKACK>(false),
                      ignored);
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
}

} // namespace

asio::awaitable<Observation> ask_tcp(Endpoint target, Duration timeout) {
    const auto executor = co_await asio::this_coro::executor;
    // The deadline's handler may run when this coroutine has ended.
    struct Attempt {
        asio::ip::tcp::socket socket;
        bool late = false;
    };
    const auto attempt = std::make_shared<Attempt>(asio::ip::tcp::socket(executor));
    auto& socket = attempt->socket;
    const asio::ip::tcp::endpoint peer(address_of(target.ip), target.port);
    asio::error_code error;

    socket.open(peer.protocol(), error);
    if (error)
        co_return bad(fmt::format("socket: {}", error.message()));
    end_at_the_answer(socket);
    asio::steady_timer deadline(executor, timeout);
    deadline.async_wait([attempt](const asio::error_code& cancelled) {
        asio::error_code ignored;
        attempt->late = !cancelled;
        attempt->socket.close(ignored);
    });
    co_await socket.async_connect(peer, asio::redirect_error(asio::use_awaitable, error));
    if (attempt->late)
        co_return late(timeout, "connecting");
    asio::error_code ignored;
    socket.close(ignored); // its destructor would take the time to part politely
    if (error)
        co_return bad(fmt::format("connect: {}", error.message()));
    co_return good("connected");
}

asio::awaitable<Observation> ask_banner(const BannerCheck& check, Question& question) {
    Stream stream(co_await asio::this_coro::executor, question.progress);
    const auto connected = co_await stream.connect(question.target);
    if (!connected)
        co_return bad(connected.error().text);
    if (!check.send.empty()) {
        question.progress.doing = "sending";
        const auto sent = co_await stream.write(check.send);
        if (!sent)
            co_return bad(sent.error().text);
    }

    std::string banner;
    question.progress.doing = "waiting for a banner that matches";
    while (banner.size() < banner_limit) {
        const auto got = co_await stream.read(banner, banner_limit - banner.size());
        if (!got)
            co_return bad(got.error().text);
        if (check.match ? check.match->found_in(banner) : !banner.empty())
            co_return good(fmt::format("{:?}", banner.substr(0, 60)));
        if (!*got)
            co_return bad(fmt::format("the server hung up after {:?}", banner.substr(0, 60)));
    }
    co_return bad(fmt::format("no match in the first {} bytes", banner_limit));
}

} // namespace nfc
