// SPDX-License-Identifier: GPL-2.0
// The endpoint against clients on its own loop, most of them hostile.
#include "observe/http_request.hpp"
#include "observe/metrics_server.hpp"
#include "tests/observers_fixture.hpp"

#include <asio/connect.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <list>
#include <optional>
#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

using asio::ip::tcp;
using namespace std::chrono_literals;

class MetricsServerTest : public ObserverTest {
protected:
    MetricsServer& begin(const MetricsLimits& limits = {}) {
        MetricsSources sources;
        sources.snapshot = [this] {
            ++asked_;
            return snapshot_;
        };
        sources.clusters = file("clusters");
        sources.pools = file("pools");
        Metrics metrics;
        metrics.listen = Endpoint{*read_ip("", "127.0.0.1"), 0};
        server_.emplace(io_.get_executor(), metrics, sources, log_, limits);
        EXPECT_NE(server_->port(), 0);
        return *server_;
    }

    tcp::socket& connect() {
        auto& socket = sockets_.emplace_back(io_);
        socket.connect({asio::ip::address_v4::loopback(), server_->port()});
        return socket;
    }
    void send(tcp::socket& socket, const std::string& text) {
        asio::error_code ignored;
        asio::write(socket, asio::buffer(text), ignored);
    }
    // All that comes until the other side goes.
    std::string hear(tcp::socket& socket) {
        std::string text;
        bool done = false;
        asio::async_read(socket, asio::dynamic_buffer(text),
                         [&](const asio::error_code&, std::size_t) { done = true; });
        EXPECT_TRUE(until([&] { return done; }));
        return text;
    }
    std::string ask(const std::string& text) {
        auto& socket = connect();
        send(socket, text);
        return hear(socket);
    }
    bool gone() {
        return until([this] { return server_->clients() == 0; });
    }

    Snapshot snapshot_;
    int asked_ = 0;
    std::optional<MetricsServer> server_;
    std::list<tcp::socket> sockets_;
};

TEST_F(MetricsServerTest, answers) {
    std::ofstream(file("clusters")) << "10.0.0.1 interface eth0 accepted 1 foreign 2 kept 3 "
                                       "silenced 4\n";
    begin();
    const auto answer = ask("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(answer.substr(0, 89), "HTTP/1.1 200 OK\r\nContent-Type: text/plain; "
                                    "version=0.0.4; charset=utf-8\r\nContent-Length");
    EXPECT_NE(answer.find("\r\n\r\n# HELP nfcluster_build_info"), answer.npos) << answer;
    EXPECT_NE(answer.find(
                  "nfcluster_cluster_packets_total{address=\"10.0.0.1\",verdict=\"foreign\"} 2\n"),
              answer.npos);
    sockets_.clear();
    EXPECT_TRUE(gone());
}

TEST_F(MetricsServerTest, refuses_what_it_does_not_have) {
    begin();
    EXPECT_EQ(ask("GET / HTTP/1.1\r\n\r\n").substr(9, 3), "404");
    EXPECT_EQ(ask("GET /metrics?x=1 HTTP/1.0\r\n\r\n").substr(9, 3), "200");
    EXPECT_EQ(ask("POST /metrics HTTP/1.1\r\n\r\nbody").substr(9, 3), "405");
    EXPECT_EQ(ask("GET /metrics HTTP/2\r\n\r\n").substr(9, 3), "400");
    EXPECT_EQ(ask("\r\n\r\n").substr(9, 3), "400");
    EXPECT_EQ(ask("\x16\x03\x01\x02\r\n\r\n").substr(9, 3), "400");
    const auto head = ask("HEAD /metrics HTTP/1.1\r\n\r\n");
    EXPECT_EQ(head.substr(9, 3), "200");
    EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST_F(MetricsServerTest, is_asked_often_and_looks_seldom) {
    begin({.fresh = 1h});
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(ask("GET /metrics HTTP/1.1\r\n\r\n").substr(9, 3), "200");
    EXPECT_EQ(asked_, 1);
}

TEST_F(MetricsServerTest, takes_no_flood_of_headers) {
    begin();
    auto& socket = connect();
    send(socket, "GET /metrics HTTP/1.1\r\n" + std::string(20'000, 'x'));
    EXPECT_EQ(hear(socket).substr(9, 3), "431");
    sockets_.clear();
    EXPECT_TRUE(gone());
}

TEST_F(MetricsServerTest, waits_so_long_and_no_longer) {
    begin({.request = 200ms});
    auto& silent = connect();
    auto& slow = connect();
    send(slow, "GET /met");
    EXPECT_EQ(hear(silent), "");
    EXPECT_EQ(hear(slow), "");
    EXPECT_TRUE(gone());
}

TEST_F(MetricsServerTest, does_not_wait_for_who_does_not_read) {
    auto& pool = snapshot_.pools.emplace_back();
    pool.backends.resize(20'000);
    begin({.answer = 500ms});
    auto& socket = connect();
    send(socket, "GET /metrics HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(until([this] { return asked_ == 1; }));
    EXPECT_TRUE(gone());
}

TEST_F(MetricsServerTest, has_room_for_the_next_one) {
    begin({.request = 1h, .clients = 4});
    for (int i = 0; i < 30; ++i)
        connect();
    const auto answer = ask("GET /metrics HTTP/1.1\r\n\r\n");
    EXPECT_EQ(answer.substr(9, 3), "200");
    EXPECT_LE(server_->clients(), 4u);
}

TEST_F(MetricsServerTest, is_not_impressed_by_resets) {
    begin();
    for (int i = 0; i < 50; ++i) {
        auto& socket = connect();
        send(socket, i % 2 ? "GET /metrics HTTP/1.1\r\n\r\n" : "GET ");
        socket.set_option(asio::socket_base::linger(true, 0));
        socket.close();
    }
    EXPECT_EQ(ask("GET /metrics HTTP/1.1\r\n\r\n").substr(9, 3), "200");
}

TEST_F(MetricsServerTest, listens_elsewhere_when_told) {
    auto& server = begin();
    tcp::acceptor other(io_, {asio::ip::address_v4::loopback(), 0});
    const auto taken = other.local_endpoint().port();
    Metrics metrics;
    metrics.listen = Endpoint{*read_ip("", "127.0.0.1"), taken};
    server.set(metrics);
    EXPECT_EQ(server.port(), 0);
    EXPECT_NE(logged_.find("<3>no metrics at 127.0.0.1:" + std::to_string(taken) +
                           ": Address already in use\n"),
              logged_.npos)
        << logged_;
    other.close();
    EXPECT_TRUE(until([&] { return server.port() == taken; })) << "it tries again";
    server.set(Metrics{});
    EXPECT_EQ(server.port(), 0);
}

TEST_F(MetricsServerTest, ends_with_the_object) {
    begin();
    auto& socket = connect();
    ASSERT_TRUE(until([this] { return server_->clients() == 1; }));
    server_.reset();
    EXPECT_EQ(hear(socket), "");
}

RC_GTEST_PROP(HttpRequest, is_taken_apart_or_refused, (const std::string& text)) {
    const auto request = read_http_request(text);
    if (request)
        RC_ASSERT(request->path.starts_with("/"));
    RC_ASSERT(!read_http_request("GET /" + text + "\n HTTP/1.1\r\n"));
}

} // namespace
} // namespace nfc
