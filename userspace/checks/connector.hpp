// SPDX-License-Identifier: GPL-2.0
// Connections that are begun to see whether a server's kernel answers, thousands a
// second.
#pragma once

#include "checks/asio.hpp"
#include "core/check.hpp"
#include "core/ip.hpp"

#include <asio/execution_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <optional>

namespace nfc {

// One a loop, made at its first use. A socket of the loop's own would cost twice as
// much, most of it for what a connection that nobody uses does not need.
class Connector : public asio::execution_context::service {
public:
    using key_type = Connector;
    static asio::execution_context::id id;

    // Of an io_context.
    explicit Connector(asio::execution_context& context);

    // 0: the server would have taken the connection. ETIMEDOUT: nothing came within
    // `timeout`, or the coroutine was cancelled. Else why not, as in errno. The server
    // gets a reset as soon as it has answered.
    asio::awaitable<int> try_connect(Endpoint peer, Duration timeout);

private:
    class Attempt;

    void shutdown() override;
    void wait();
    void wake();

    std::optional<asio::posix::stream_descriptor> epoll_;
    std::size_t open_ = 0; // attempts that wait for an answer
    bool waiting_ = false;
};

} // namespace nfc
