// SPDX-License-Identifier: GPL-2.0
// HTTP checks, and servers that mean no good.
#include "tests/checks_fixture.hpp"

namespace nfc {
namespace {

using namespace std::chrono_literals;

class HttpTest : public CheckTest {
protected:
    // A server that answers each request with this, and hangs up.
    std::uint16_t answer(std::string text) {
        return serve([this, text](Socket socket) -> asio::awaitable<void> {
            request_ = co_await hear(socket, "\r\n\r\n");
            co_await put(socket, text);
        });
    }
    static HttpCheck with_body(const std::string& pattern) {
        HttpCheck check;
        check.body = *Regex::compile("", pattern);
        return check;
    }
    Observation seen(const HttpCheck& check, const std::string& text) {
        return ask_at(check, answer(text)).seen;
    }

    std::string request_;
};

TEST_F(HttpTest, is_good_if_the_status_is_expected) {
    const auto answer = ask_at(HttpCheck{}, this->answer("HTTP/1.1 200 OK\r\n\r\n"));
    EXPECT_EQ(answer.seen, (Observation{true, "status 200", std::nullopt}));
    EXPECT_GT(answer.latency, 0us);
    EXPECT_LT(answer.latency, 5s);
}

TEST_F(HttpTest, follows_no_redirect) {
    EXPECT_EQ(seen({}, "HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n").reason, "status 302");
    HttpCheck check;
    check.expect = {{200, 200}, {300, 399}};
    EXPECT_TRUE(seen(check, "HTTP/1.0 302\r\n\r\n").good);
}

TEST_F(HttpTest, asks_as_configured) {
    HttpCheck check;
    check.method = "POST";
    check.path = "/up?full=1";
    check.host = "www.example.org";
    seen(check, "HTTP/1.1 200 OK\r\n\r\n");
    EXPECT_EQ(request_, "POST /up?full=1 HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: "
                        "nfcluster\r\nAccept: */*\r\nContent-Length: 0\r\nConnection: "
                        "close\r\n\r\n");
    const auto port = answer("HTTP/1.1 200 OK\r\n\r\n");
    ask_at(HttpCheck{}, port);
    EXPECT_NE(request_.find("\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n"),
              std::string::npos);
}

TEST_F(HttpTest, searches_the_body) {
    EXPECT_TRUE(seen(with_body("^fine$"), "HTTP/1.1 200 OK\r\n\r\nfine").good);
    EXPECT_TRUE(seen(with_body("^fine$"),
                     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nfi\r\n2\r\nne\r\n"
                     "0\r\n\r\n")
                    .good);
    EXPECT_EQ(
        seen(with_body("fine"), "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbad!fine").reason,
        "status 200, but no match for \"fine\" in 4 bytes of the body");
    EXPECT_EQ(seen(with_body("x"), "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").reason,
              "the server hung up in the body");
}

TEST_F(HttpTest, needs_no_body_if_nobody_searches_it) {
    const auto port = serve([](Socket socket) -> asio::awaitable<void> {
        co_await hear(socket, "\r\n\r\n");
        co_await put(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        co_await hold(socket);
    });
    EXPECT_TRUE(ask_at(HttpCheck{}, port).seen.good);
}

TEST_F(HttpTest, tells_what_is_no_http) {
    EXPECT_EQ(seen({}, "SSH-2.0-x\r\n").reason, "this is no HTTP: \"SSH-2.0-x\"");
    EXPECT_EQ(seen({}, "").reason, "the server hung up before it answered");
    EXPECT_EQ(seen({}, "HTTP/1.1 200 OK\r\nA: b").reason, "the server hung up in the head");
}

TEST_F(HttpTest, ends_in_time_when_bytes_come_slowly) {
    const auto port = serve([](Socket socket) -> asio::awaitable<void> {
        co_await drip(socket, "HTTP/1.1 200 OK\r\n" + std::string(10000, 'x'));
    });
    const auto answer = ask_at(HttpCheck{}, port, 300ms);
    EXPECT_EQ(answer.seen.reason, "no answer within 300ms: the answer is not complete");
    EXPECT_GE(answer.latency, 300ms);
    EXPECT_LT(answer.latency, 3s);
}

TEST_F(HttpTest, ends_in_time_when_nothing_comes) {
    const auto port = serve([](Socket socket) -> asio::awaitable<void> { co_await hold(socket); });
    EXPECT_EQ(ask_at(HttpCheck{}, port, 300ms).seen.reason,
              "no answer within 300ms: no answer to the request");
}

// Sends until the client goes, and says so.
Serve endless(std::string head, bool& gone) {
    return [head, &gone](Socket socket) -> asio::awaitable<void> {
        const std::string more = "X-Y: " + std::string(1000, 'z') + "\r\n";
        asio::error_code error;
        co_await put(socket, head);
        while (!error)
            co_await asio::async_write(socket, asio::buffer(more),
                                       asio::redirect_error(asio::use_awaitable, error));
        gone = true;
    };
}

TEST_F(HttpTest, reads_no_endless_head_or_body) {
    bool gone = false;
    const auto head = serve(endless("HTTP/1.1 200 OK\r\n", gone));
    EXPECT_EQ(ask_at(HttpCheck{}, head).seen.reason, "a head of more than 16384 bytes");
    const auto body = serve(endless("HTTP/1.1 200 OK\r\n\r\n", gone));
    EXPECT_EQ(ask_at(with_body("nowhere"), body).seen.reason,
              "status 200, but no match for \"nowhere\" in 65536 bytes of the body");
    const auto chunk =
        serve(endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", gone));
    EXPECT_EQ(ask_at(with_body("x"), chunk).seen.reason, "no length of a chunk");
    while (!gone)
        io_.run_one();
}

TEST_F(HttpTest, tells_a_reset) {
    const auto port = serve([](Socket socket) -> asio::awaitable<void> {
        co_await hear(socket, "\r\n\r\n");
        co_await put(socket, "HTTP/1.1 200 OK\r\n");
        reset(socket);
    });
    EXPECT_EQ(ask_at(HttpCheck{}, port).seen.reason, "read: Connection reset by peer");
}

TEST_F(HttpTest, takes_a_half_closed_connection_for_an_end) {
    const auto port = serve([](Socket socket) -> asio::awaitable<void> {
        co_await hear(socket, "\r\n\r\n");
        co_await put(socket, "HTTP/1.1 200 OK\r\n\r\nfine");
        socket.shutdown(Socket::shutdown_send);
        co_await hold(socket);
    });
    EXPECT_TRUE(ask_at(with_body("fine"), port).seen.good);
}

TEST_F(HttpTest, is_not_stalled_by_a_pattern_that_explodes) {
    HttpCheck check = with_body("^(a+)+$");
    EXPECT_FALSE(seen(check, "HTTP/1.1 200 OK\r\n\r\n" + std::string(5000, 'a') + "b").good);
}

} // namespace
} // namespace nfc
