// SPDX-License-Identifier: GPL-2.0
// Servers for checks to ask, on the same loop as the checks: nothing runs beside
// the test, so nothing is left to chance.
#pragma once

#include "checks/ask.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <iterator>
#include <list>
#include <optional>
#include <string>

namespace nfc {

using Socket = asio::ip::tcp::socket;
using Serve = std::function<asio::awaitable<void>(Socket)>;

inline asio::awaitable<void> put(Socket& socket, std::string text) {
    asio::error_code error;
    co_await asio::async_write(socket, asio::buffer(text),
                               asio::redirect_error(asio::use_awaitable, error));
}

// Up to a text, which is part of what is returned.
inline asio::awaitable<std::string> hear(Socket& socket, std::string until) {
    std::string text;
    asio::error_code error;
    co_await asio::async_read_until(socket, asio::dynamic_buffer(text), until,
                                    asio::redirect_error(asio::use_awaitable, error));
    co_return text;
}

// Until the client goes.
inline asio::awaitable<void> hold(Socket& socket) {
    std::string text;
    asio::error_code error;
    co_await asio::async_read(socket, asio::dynamic_buffer(text),
                              asio::redirect_error(asio::use_awaitable, error));
}

inline asio::awaitable<void> drip(Socket& socket, std::string text) {
    asio::steady_timer timer(socket.get_executor());
    for (const char c : text) {
        co_await put(socket, std::string(1, c));
        timer.expires_after(std::chrono::milliseconds(5));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

// The client gets a reset.
inline void reset(Socket& socket) {
    asio::error_code error;
    socket.set_option(asio::socket_base::linger(true, 0), error);
    socket.close(error);
}

// Listens, and has no room for one more: whoever connects waits in vain.
class FullServer {
public:
    explicit FullServer(asio::io_context& io) : acceptor_(io), first_(io) {
        acceptor_.open(asio::ip::tcp::v4());
        acceptor_.bind({asio::ip::address_v4::loopback(), 0});
        acceptor_.listen(0);
        first_.connect(acceptor_.local_endpoint());
    }
    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    asio::ip::tcp::acceptor acceptor_;
    Socket first_;
};

class CheckTest : public testing::Test {
protected:
    // Serves all who come, each by itself; the port. 0: any.
    std::uint16_t serve(Serve one, std::uint16_t port = 0) {
        acceptors_.emplace_back(io_,
                                asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), port));
        auto& acceptor = acceptors_.back();
        asio::co_spawn(io_, accept(acceptor, std::move(one)), asio::detached);
        return acceptor.local_endpoint().port();
    }

    Answer ask_at(const CheckKind& kind, std::uint16_t port,
                  std::chrono::milliseconds timeout = std::chrono::seconds(5)) {
        return ask_about({kind, rhythm(timeout), 0}, {*read_ip("", "127.0.0.1"), port});
    }

    Answer ask_about(const Check& check, const Endpoint& target) {
        return run(ask(check, target, authorities_));
    }

    Answer ask_with(Asker& asker) { return run(asker.ask()); }

    Answer run(asio::awaitable<Answer> question) {
        std::optional<Answer> answer;
        std::exception_ptr problem;
        asio::co_spawn(io_, std::move(question), [&](std::exception_ptr thrown, Answer got) {
            problem = thrown;
            answer = std::move(got);
        });
        io_.restart();
        while (!answer)
            io_.run_one();
        if (problem)
            std::rethrow_exception(problem);
        return *answer;
    }

    static Rhythm rhythm(std::chrono::milliseconds timeout) {
        Rhythm rhythm;
        rhythm.timeout = timeout;
        return rhythm;
    }

    static std::ptrdiff_t descriptors() {
        const std::filesystem::directory_iterator all("/proc/self/fd");
        return std::distance(begin(all), end(all));
    }

    asio::io_context io_{1};
    TlsAuthorities authorities_;

private:
    static asio::awaitable<void> accept(asio::ip::tcp::acceptor& acceptor, Serve one) {
        for (;;) {
            auto socket = co_await acceptor.async_accept(asio::use_awaitable);
            asio::co_spawn(acceptor.get_executor(), one(std::move(socket)), asio::detached);
        }
    }

    std::list<asio::ip::tcp::acceptor> acceptors_;
};

} // namespace nfc
