// SPDX-License-Identifier: GPL-2.0
#include "observe/metrics_server.hpp"

#include "checks/stream.hpp"
#include "drivers/statmark.hpp"
#include "observe/http_request.hpp"
#include "observe/metrics.hpp"

#include <algorithm>
#include <array>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read_until.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <fmt/format.h>
#include <list>
#include <utility>

namespace nfc {

namespace {

using asio::ip::tcp;
using namespace std::chrono_literals;

constexpr auto listens_again = 5s; // to listen
constexpr auto breather = 50ms;    // when no client can be taken
constexpr std::string_view exposition = "text/plain; version=0.0.4; charset=utf-8";

Shown collect(const MetricsSources& sources) {
    Shown shown;
    if (sources.snapshot)
        shown.snapshot = sources.snapshot();
    if (sources.programs)
        shown.programs = sources.programs();
    if (sources.mails)
        shown.mails = sources.mails();
    if (sources.down_times_problem)
        shown.down_times_problem = sources.down_times_problem();
    shown.clusters = cluster_counters(sources.clusters);
    if (auto pools = statmark::Pools(sources.pools).list())
        shown.pools = std::move(*pools);
    return shown;
}

struct Client {
    tcp::socket socket;
    asio::steady_timer deadline;

    explicit Client(tcp::socket taken)
        : socket(std::move(taken)), deadline(socket.get_executor()) {}
    void close() {
        asio::error_code ignored;
        socket.close(ignored);
        deadline.cancel();
    }
};

using ClientPtr = std::shared_ptr<Client>;

void end_after(const ClientPtr& client, std::chrono::milliseconds time) {
    client->deadline.expires_after(time);
    client->deadline.async_wait([client](const asio::error_code& error) {
        if (!error)
            client->close();
    });
}

// Whoever closes a socket with something unread in it resets what was not yet read
// on the other side.
asio::awaitable<void> part(ClientPtr client) {
    asio::error_code error;
    client->socket.shutdown(tcp::socket::shutdown_send, error);
    std::array<char, 4096> unwanted{};
    for (int i = 0; i < 64 && !error; ++i)
        co_await client->socket.async_read_some(asio::buffer(unwanted),
                                                asio::redirect_error(asio::use_awaitable, error));
    client->close();
}

} // namespace

class MetricsServer::Server : public std::enable_shared_from_this<Server> {
public:
    Server(const asio::any_io_executor& executor, const Endpoint& at, const MetricsSources& sources,
           const MetricsLimits& limits, Log& log)
        : at_(at), sources_(sources), limits_(limits), log_(log), acceptor_(executor),
          pause_(executor) {}

    void begin() {
        asio::co_spawn(acceptor_.get_executor(), serve(shared_from_this()), asio::detached);
    }

    // The address is free from now on.
    void close() {
        closed_ = true;
        asio::error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
        for (const auto& client : clients_)
            client->close();
    }

    void listen() {
        const tcp::endpoint endpoint(address_of(at_.ip), at_.port);
        asio::error_code error;
        acceptor_.open(endpoint.protocol(), error);
        if (!error)
            acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
        if (!error)
            acceptor_.bind(endpoint, error);
        if (!error)
            acceptor_.listen(asio::socket_base::max_listen_connections, error);
        if (!error) {
            log_.info(fmt::format("metrics at {}", to_string(at_)));
            return;
        }
        if (!std::exchange(told_, true))
            log_.error(fmt::format("no metrics at {}: {}", to_string(at_), error.message()));
        asio::error_code ignored;
        acceptor_.close(ignored);
    }

    std::uint16_t port() const {
        asio::error_code error;
        const auto endpoint = acceptor_.local_endpoint(error);
        return error ? std::uint16_t{0} : endpoint.port();
    }
    std::size_t clients() const { return clients_.size(); }

private:
    static asio::awaitable<void> serve(std::shared_ptr<Server> self) {
        // The first try has been made.
        while (!self->closed_ && !self->acceptor_.is_open()) {
            co_await self->rest(listens_again);
            if (!self->closed_)
                self->listen();
        }
        while (!self->closed_) {
            asio::error_code error;
            auto socket = co_await self->acceptor_.async_accept(
                asio::redirect_error(asio::use_awaitable, error));
            if (self->closed_)
                break;
            if (error)
                co_await self->rest(breather);
            else
                self->take(std::move(socket));
        }
    }

    asio::awaitable<void> rest(std::chrono::milliseconds time) {
        asio::error_code ignored;
        pause_.expires_after(time);
        co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }

    void take(tcp::socket socket) {
        if (clients_.size() >= limits_.clients) {
            const auto oldest = std::ranges::find_if(
                clients_, [](const auto& client) { return client->socket.is_open(); });
            if (oldest != clients_.end())
                (*oldest)->close();
        }
        auto client = std::make_shared<Client>(std::move(socket));
        const auto at = clients_.insert(clients_.end(), client);
        asio::co_spawn(acceptor_.get_executor(), answer(shared_from_this(), std::move(client)),
                       [self = shared_from_this(), at](const std::exception_ptr&) {
                           (*at)->close();
                           self->clients_.erase(at);
                       });
    }

    static asio::awaitable<void> answer(std::shared_ptr<Server> self, ClientPtr client) {
        asio::error_code error;
        std::string head;
        end_after(client, self->limits_.request);
        co_await asio::async_read_until(client->socket,
                                        asio::dynamic_buffer(head, self->limits_.head), "\r\n\r\n",
                                        asio::redirect_error(asio::use_awaitable, error));
        if (self->closed_ || (error && error != asio::error::not_found))
            co_return;
        const auto text = self->text_for(head, !error);
        end_after(client, self->limits_.answer);
        co_await asio::async_write(client->socket, asio::buffer(*text),
                                   asio::redirect_error(asio::use_awaitable, error));
        if (!error)
            co_await part(client);
    }

    std::shared_ptr<const std::string> text_for(std::string_view head, bool whole) {
        const auto plain = [](unsigned status, std::string body, bool with_body = true) {
            HttpAnswer answer;
            answer.status = status;
            answer.body = std::move(body);
            return std::make_shared<const std::string>(to_string(answer, with_body));
        };
        if (!whole)
            return plain(431, "that is too much\n");
        const auto request = read_http_request(head);
        if (!request)
            return plain(400, "that is no request\n");
        const bool get = request->method == "GET";
        if (!get && request->method != "HEAD")
            return plain(405, "GET or HEAD\n");
        if (request->path != "/metrics")
            return plain(404, "metrics are at /metrics\n", get);
        return get ? page() : head_of(*page());
    }

    static std::shared_ptr<const std::string> head_of(const std::string& answer) {
        constexpr std::string_view blank = "\r\n\r\n";
        return std::make_shared<const std::string>(answer, 0, answer.find(blank) + blank.size());
    }

    // Made at most so often, whoever asks.
    std::shared_ptr<const std::string> page() {
        const auto now = std::chrono::steady_clock::now();
        if (!page_ || now - made_ >= limits_.fresh) {
            const HttpAnswer answer{200, exposition, metrics_text(collect(sources_))};
            page_ = std::make_shared<const std::string>(to_string(answer, true));
            made_ = now;
        }
        return page_;
    }

    Endpoint at_;
    MetricsSources sources_;
    MetricsLimits limits_;
    Log& log_;
    tcp::acceptor acceptor_;
    asio::steady_timer pause_;
    std::list<ClientPtr> clients_; // the oldest first
    std::shared_ptr<const std::string> page_;
    Moment made_{};
    bool told_ = false; // that it cannot listen
    bool closed_ = false;
};

MetricsServer::MetricsServer(asio::any_io_executor executor, const Metrics& metrics,
                             MetricsSources sources, Log& log, const MetricsLimits& limits)
    : executor_(std::move(executor)), metrics_(metrics), sources_(std::move(sources)), log_(log),
      limits_(limits) {
    listen();
}

MetricsServer::~MetricsServer() {
    if (server_)
        server_->close();
}

void MetricsServer::set(const Metrics& metrics) {
    if (metrics == metrics_)
        return;
    metrics_ = metrics;
    listen();
}

void MetricsServer::listen() {
    if (server_)
        server_->close();
    server_.reset();
    if (!metrics_.listen)
        return;
    server_ = std::make_shared<Server>(executor_, *metrics_.listen, sources_, limits_, log_);
    server_->listen();
    server_->begin();
}

std::uint16_t MetricsServer::port() const {
    return server_ ? server_->port() : std::uint16_t{0};
}

std::size_t MetricsServer::clients() const {
    return server_ ? server_->clients() : 0;
}

} // namespace nfc
