// Speaks with a daemon on its unix socket, a line each way.
#include "common.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace labnet {
namespace {

Fd connected(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path))
        throw Usage("SOCKET: too long");
    std::ranges::copy(path, address.sun_path);
    Fd fd = checked(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0)
        fail(path);
    return fd;
}

} // namespace

// Says each LINE; prints what comes until there are as many lines, or the end.
int control(Options& options) {
    const auto deadline = Clock::now() + options.timeout_or(10000);
    const Fd fd = connected(options.positional("SOCKET"));
    std::ptrdiff_t wanted = 0;
    while (!options.empty()) {
        const auto line = options.positional("LINE") + '\n';
        if (send(fd.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0)
            fail("send");
        ++wanted;
    }
    for (char chunk[4096]; wanted > 0;) {
        pollfd wait{fd.get(), POLLIN, 0};
        if (poll(&wait, 1, left_ms(deadline)) <= 0)
            throw std::runtime_error("no answer in time");
        const ssize_t got = read(fd.get(), chunk, sizeof(chunk));
        if (got <= 0)
            break;
        std::fwrite(chunk, 1, static_cast<std::size_t>(got), stdout);
        wanted -= std::count(chunk, chunk + got, '\n');
    }
    return wanted > 0;
}

} // namespace labnet
