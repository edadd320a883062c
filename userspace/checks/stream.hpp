// SPDX-License-Identifier: GPL-2.0
// A TCP connection to a server that may be hostile, with TLS once that is asked
// for. Whoever cancels the coroutine ends whatever it waits for.
#pragma once

#include "checks/asio.hpp"
#include "checks/tls.hpp"
#include "core/check.hpp"
#include "core/ip.hpp"
#include "core/result.hpp"

#include <asio/ip/tcp.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace nfc {

// What a check is doing and has noticed, for whoever has to say why it ended.
struct Progress {
    std::string_view doing = "starting";
    std::string warning;
};

asio::ip::address address_of(const Ip& ip);

class Stream {
public:
    Stream(asio::any_io_executor executor, Progress& progress)
        : socket_(std::move(executor)), progress_(progress) {}

    asio::awaitable<Result<Done>> connect(Endpoint peer);
    asio::awaitable<Result<Done>> start_tls(TlsAuthorities& authorities, TlsTrust trust, Ip peer);
    asio::awaitable<Result<Done>> write(std::string text);
    // Appends at least one byte and at most `most`; 0: the peer has ended.
    asio::awaitable<Result<std::size_t>> read(std::string& into, std::size_t most);

private:
    asio::awaitable<Result<Done>> send(std::string bytes);
    asio::awaitable<Result<std::size_t>> receive(std::string& into, std::size_t most);
    // Feeds TLS; false: the peer has ended.
    asio::awaitable<Result<bool>> feed();

    asio::ip::tcp::socket socket_;
    Progress& progress_;
    std::optional<Tls> tls_;
};

} // namespace nfc
