// SPDX-License-Identifier: GPL-2.0
#include "control/client.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace nfc::control {

namespace {

// More than any answer: that of 100000 backends is some 50 MB.
constexpr std::size_t longest_answer = std::size_t{256} << 20;

Error unavailable(std::string text) {
    return {Kind::Unavailable, std::move(text)};
}

Error no_daemon(const std::string& socket, int number) {
    switch (number) {
    case ENOENT:
    case ECONNREFUSED:
        return unavailable(
            fmt::format("nfclusterd does not run here: nobody answers at {}", socket));
    case EACCES:
    case EPERM:
        return unavailable(
            fmt::format("only root and the members of its group may use {}", socket));
    default:
        return unavailable(
            fmt::format("cannot ask nfclusterd at {}: {}", socket, errno_text(number)));
    }
}

Error too_late() {
    return unavailable("nfclusterd does not answer in time");
}

// False: not before the deadline.
bool ready(int fd, short events, Clock::time_point deadline) {
    pollfd one{fd, events, 0};
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
        const auto wait = static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
        const int got = ::poll(&one, 1, wait);
        if (got > 0)
            return true;
        if (got == 0 && left <= wait)
            return false;
    }
}

} // namespace

Result<Connection> Connection::open(const std::string& socket, milliseconds limit) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket.empty() || socket.size() >= sizeof(address.sun_path))
        return bad_value("socket", socket,
                         fmt::format("a path of 1 to {} bytes", sizeof(address.sun_path) - 1));
    std::ranges::copy(socket, address.sun_path);
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd)
        return no_daemon(socket, errno);
    // A daemon that hangs accepts nobody, and connect() would wait for that.
    const timeval wait{limit.count() / 1000, limit.count() % 1000 * 1000};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0)
        return errno == EAGAIN ? too_late() : no_daemon(socket, errno);
    return Connection(std::move(fd));
}

Result<Done> Connection::send(const std::string& line, Clock::time_point deadline) {
    std::string_view left = line;
    while (!left.empty()) {
        if (!ready(fd_.get(), POLLOUT, deadline))
            return too_late();
        const auto sent = ::send(fd_.get(), left.data(), left.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0)
            left.remove_prefix(static_cast<std::size_t>(sent));
        else if (errno == EPIPE)
            break; // it said why before it hung up
        else if (errno != EAGAIN && errno != EINTR)
            return unavailable(fmt::format("cannot ask nfclusterd: {}", errno_text(errno)));
    }
    return Done{};
}

Result<std::optional<std::string>> Connection::hear(Clock::time_point deadline) {
    std::array<char, 65536> chunk;
    std::size_t searched = 0;
    for (;;) {
        const auto end = heard_.find('\n', searched);
        if (end != heard_.npos) {
            auto line = heard_.substr(0, end);
            heard_.erase(0, end + 1);
            return std::optional(std::move(line));
        }
        searched = heard_.size();
        if (searched > longest_answer)
            return unavailable("nfclusterd's answer does not end");
        if (!ready(fd_.get(), POLLIN, deadline))
            return std::optional<std::string>();
        const auto got = ::recv(fd_.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
        if (got == 0)
            return unavailable("nfclusterd hung up");
        if (got > 0)
            heard_.append(chunk.data(), static_cast<std::size_t>(got));
        else if (errno != EAGAIN && errno != EINTR)
            return unavailable(fmt::format("nfclusterd: {}", errno_text(errno)));
    }
}

Result<Json> Connection::ask(const Request& request, milliseconds limit) {
    const auto deadline = Clock::now() + limit;
    if (const auto sent = send(to_line(request), deadline); !sent)
        return sent.error();
    const auto line = hear(deadline);
    if (!line)
        return line.error();
    if (!*line)
        return too_late();
    return read_reply(**line);
}

Result<std::optional<Notice>> Connection::event(milliseconds limit) {
    const auto line = hear(Clock::now() + limit);
    if (!line)
        return line.error();
    if (!*line)
        return std::optional<Notice>();
    auto notice = read_event(**line);
    if (!notice)
        return unavailable("nfclusterd's event makes no sense: " + notice.error().text);
    return std::optional(std::move(*notice));
}

Result<Json> ask(const std::string& socket, const Request& request, milliseconds limit) {
    const auto begin = Clock::now();
    auto connection = Connection::open(socket, limit);
    if (!connection)
        return connection.error();
    const auto left = std::chrono::ceil<milliseconds>(begin + limit - Clock::now());
    return connection->ask(request, std::max(left, milliseconds(0)));
}

} // namespace nfc::control
