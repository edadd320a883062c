// SPDX-License-Identifier: GPL-2.0
// Connections that are begun to see whether a server's kernel answers, thousands a
// second.
#pragma once

#include "checks/asio.hpp"
#include "core/check.hpp"
#include "core/ip.hpp"

#include <asio/execution_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <netinet/in.h>
#include <optional>

namespace nfc {

// Waits for the answers of all probes of a loop by one descriptor; made at its first
// use. A socket of the loop's own would cost much more, most of it for what a
// connection that nobody uses does not need.
class Connector : public asio::execution_context::service {
public:
    using key_type = Connector;
    static asio::execution_context::id id;

    // Of an io_context.
    explicit Connector(asio::execution_context& context);

private:
    friend class Probe;

    void shutdown() override;
    void wait();
    void wake();

    std::optional<asio::posix::stream_descriptor> epoll_;
    std::size_t open_ = 0; // probes that wait for an answer
    bool waiting_ = false;
};

// Asks one server again and again. Its socket is kept from one good answer to the next
// question, which has a port of its own nevertheless.
class Probe {
public:
    explicit Probe(const Endpoint& peer);
    Probe(const Probe&) = delete;
    Probe& operator=(const Probe&) = delete;
    ~Probe();

    // 0: the server would have taken the connection. ETIMEDOUT: nothing came within
    // `timeout`, or the coroutine was cancelled. Else why not, as in errno. The server
    // gets a reset as soon as it has answered. The loop is that of the first call.
    asio::awaitable<int> try_connect(Duration timeout);

private:
    friend class Connector;

    int start();
    int watch();
    void unwatch();
    int result() const;
    void part(int result);
    void close();

    union {
        sockaddr_in v4;
        sockaddr_in6 v6;
    } peer_{};
    int fd_ = -1;
    bool known_ = false;                      // epoll has it
    bool open_ = false;                       // it waits for an answer
    std::uint32_t events_ = 0;                // the answer, as epoll tells it
    Connector* connector_ = nullptr;          // of its loop
    std::optional<asio::steady_timer> timer_; // the deadline; cancelled if the answer comes before
};

} // namespace nfc
