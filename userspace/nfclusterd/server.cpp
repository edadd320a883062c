// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/server.hpp"

#include "drivers/fd.hpp"
#include "nfclusterd/peer_rights.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/write.hpp>
#include <fmt/format.h>
#include <sys/stat.h>

namespace nfc {

namespace {

using Local = asio::local::stream_protocol;
using control::Verb;

constexpr auto after_failure = std::chrono::seconds(1);

auto into(asio::error_code& error) {
    return asio::redirect_error(asio::use_awaitable, error);
}

} // namespace

struct ControlServer::Shared {
    asio::any_io_executor executor;
    Local::acceptor acceptor;
    std::filesystem::path path;
    gid_t group = 0;
    Handle handle;
    Log& log;
    ServerLimits limits;
    std::set<std::shared_ptr<Peer>> peers;
};

class ControlServer::Peer : public std::enable_shared_from_this<Peer> {
public:
    Peer(Local::socket socket, const ServerLimits& limits, gid_t group)
        : rights(rights_of(socket.native_handle(), group)), limits_(limits),
          socket_(std::move(socket)), deadline_(socket_.get_executor()),
          wake_(socket_.get_executor()) {}

    // A line without its newline; nothing: it is over.
    asio::awaitable<std::optional<std::string>> hear() {
        asio::error_code error;
        std::array<char, 4096> chunk;
        within(limits_.request);
        for (;;) {
            if (const auto end = heard_.find('\n'); end != heard_.npos) {
                deadline_.cancel();
                auto line = heard_.substr(0, end);
                heard_.erase(0, end + 1);
                co_return line;
            }
            if (heard_.size() > control::longest_request || error)
                break;
            const auto got = co_await socket_.async_read_some(asio::buffer(chunk), into(error));
            heard_.append(chunk.data(), got);
        }
        deadline_.cancel();
        if (heard_.size() > control::longest_request)
            co_await say(control::error_line(
                {Kind::BadInput,
                 fmt::format("message: expected at most {} bytes", control::longest_request)}));
        co_return std::nullopt;
    }

    // False: it is over.
    asio::awaitable<bool> say(std::string text) {
        asio::error_code error;
        within(limits_.answer);
        co_await asio::async_write(socket_, asio::buffer(text), into(error));
        deadline_.cancel();
        co_return !error;
    }

    // What was told since, one by one, until it is over.
    asio::awaitable<void> tell_events() {
        asio::error_code ignored;
        while (socket_.is_open()) {
            auto some = std::exchange(waiting_, {});
            if (!some.empty()) {
                if (!co_await say(std::move(some)))
                    break;
                continue;
            }
            wake_.expires_at(std::chrono::steady_clock::time_point::max());
            co_await wake_.async_wait(into(ignored));
        }
        hang_up();
    }

    // Whoever listens has nothing more to say; that it goes has to be noticed.
    asio::awaitable<void> wait_for_end() {
        asio::error_code error;
        std::array<char, 512> chunk;
        while (!error)
            co_await socket_.async_read_some(asio::buffer(chunk), into(error));
        hang_up();
    }

    void follow() { follows_ = true; }
    void tell(const std::string& line) {
        if (!follows_)
            return;
        waiting_ += line;
        if (waiting_.size() > limits_.events)
            hang_up();
        wake_.cancel();
    }

    void hang_up() {
        asio::error_code ignored;
        follows_ = false;
        socket_.close(ignored);
        deadline_.cancel();
        wake_.cancel();
    }

    const Rights rights;

private:
    void within(std::chrono::milliseconds limit) {
        deadline_.expires_after(limit);
        deadline_.async_wait([weak = weak_from_this()](asio::error_code error) {
            if (const auto peer = weak.lock(); peer && !error)
                peer->hang_up();
        });
    }

    ServerLimits limits_;
    Local::socket socket_;
    asio::steady_timer deadline_;
    asio::steady_timer wake_;
    std::string heard_;
    std::string waiting_;
    bool follows_ = false;
};

asio::awaitable<void> ControlServer::serve(std::shared_ptr<Shared> shared,
                                           std::shared_ptr<Peer> peer) {
    for (;;) {
        const auto line = co_await peer->hear();
        if (!line)
            break;
        const auto request = control::read_request(*line);
        Result<Json> reply = Json();
        if (!request)
            reply = request.error();
        else if (!may(peer->rights, request->verb))
            reply = Error{Kind::Refused, peer->rights == Rights::None
                                             ? "only root and the socket's group may ask"
                                             : "only root may change something"};
        else if (request->verb != Verb::Events)
            reply = shared->handle(*request);

        auto text = reply ? control::ok_line(*reply) : control::error_line(reply.error());
        const bool follows = reply && request->verb == Verb::Events;
        if (follows)
            peer->follow();
        if (!co_await peer->say(std::move(text)))
            break;
        if (follows) {
            asio::co_spawn(
                shared->executor, [peer] { return peer->wait_for_end(); }, asio::detached);
            co_await peer->tell_events();
            break;
        }
    }
    peer->hang_up();
    shared->peers.erase(peer);
}

asio::awaitable<void> ControlServer::accept(std::shared_ptr<Shared> shared) {
    asio::error_code error;
    asio::steady_timer pause(shared->executor);
    while (shared->acceptor.is_open()) {
        auto socket = co_await shared->acceptor.async_accept(into(error));
        if (error == asio::error::operation_aborted)
            break;
        if (error) { // no descriptors are left, most likely
            shared->log.error(fmt::format("control socket: {}", error.message()));
            pause.expires_after(after_failure);
            co_await pause.async_wait(into(error));
            continue;
        }
        if (shared->peers.size() >= shared->limits.peers) {
            const auto text =
                control::error_line({Kind::Unavailable, "too many ask at once: try again"});
            socket.non_blocking(true, error);
            socket.write_some(asio::buffer(text), error);
            continue;
        }
        const auto peer = std::make_shared<Peer>(std::move(socket), shared->limits, shared->group);
        shared->peers.insert(peer);
        asio::co_spawn(shared->executor, serve(shared, peer), asio::detached);
    }
}

Result<std::unique_ptr<ControlServer>> ControlServer::open(asio::any_io_executor executor,
                                                           const std::filesystem::path& socket,
                                                           Handle handle, Log& log,
                                                           const ServerLimits& limits) {
    asio::error_code error;
    const auto cannot = [&](const std::string& why) {
        return Error{Kind::Unavailable,
                     fmt::format("cannot listen on {}: {}", socket.native(), why)};
    };
    if (socket.native().size() >= sizeof(sockaddr_un::sun_path))
        return cannot("the path is too long");
    Local::socket other(executor);
    other.connect(socket.native(), error);
    if (!error)
        return cannot("another nfclusterd does already");
    if (error == asio::error::connection_refused) // one that died left it
        ::unlink(socket.c_str());

    Local::acceptor acceptor(executor);
    acceptor.open(Local(), error);
    const auto mask = ::umask(0117); // root and the group
    if (!error)
        acceptor.bind(socket.native(), error);
    ::umask(mask);
    if (!error)
        acceptor.listen(16, error);
    struct stat file {};
    if (!error && ::stat(socket.c_str(), &file) < 0)
        error.assign(errno, asio::error::get_system_category());
    if (error)
        return cannot(error.message());
    const auto shared = std::make_shared<Shared>(Shared{
        executor, std::move(acceptor), socket, file.st_gid, std::move(handle), log, limits, {}});
    asio::co_spawn(executor, accept(shared), asio::detached);
    return std::unique_ptr<ControlServer>(new ControlServer(shared));
}

ControlServer::~ControlServer() {
    asio::error_code ignored;
    ::unlink(shared_->path.c_str());
    shared_->acceptor.close(ignored);
    for (const auto& peer : std::set(shared_->peers))
        peer->hang_up();
}

void ControlServer::tell(const Notice& notice) {
    std::string line;
    for (const auto& peer : std::set(shared_->peers)) {
        if (line.empty())
            line = control::event_line(notice);
        peer->tell(line);
    }
}

std::size_t ControlServer::peers() const {
    return shared_->peers.size();
}

} // namespace nfc
