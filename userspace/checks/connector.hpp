// SPDX-License-Identifier: GPL-2.0
// Connections that are begun to see whether a server's kernel answers, thousands a
// second.
#pragma once

#include "checks/asio.hpp"
#include "core/check.hpp"
#include "core/ip.hpp"

#include <asio/basic_waitable_timer.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <chrono>
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
    // Thousands are there at once, and each waits for one thing at a time: a timer of the
    // plain kind of executor is a third of the size, and so is what waits for it.
    using Clock = std::chrono::steady_clock;
    using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>,
                                             asio::io_context::executor_type>;

    // `executor`: of an io_context.
    Probe(const asio::any_io_executor& executor, const Endpoint& peer);
    Probe(const Probe&) = delete;
    Probe& operator=(const Probe&) = delete;
    ~Probe();

    // The question is on its way; it is over when timer() is: when it was cancelled by the
    // answer, and after `timeout` at the latest.
    void begin(Duration timeout);
    // Once after each begin(). 0: the server would have taken the connection. ETIMEDOUT:
    // nothing has come. Else why not, as in errno. The server gets a reset.
    int end();
    // From end() to begin() the caller's, for what he likes.
    Timer& timer() { return timer_; }

    // All of it; ETIMEDOUT as well if the coroutine was cancelled.
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
    int error_ = 0;            // why begin() did not come far
    std::uint32_t events_ = 0; // the answer, as epoll tells it
    bool known_ = false;       // epoll has it
    bool open_ = false;        // it waits for an answer
    Connector& connector_;     // of its loop
    Timer timer_;
};

} // namespace nfc
