// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/notify.hpp"

#include "core/text.hpp"
#include "drivers/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fmt/format.h>
#include <optional>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace nfc {

namespace {

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

// A datagram to the socket that systemd has named, see sd_notify(3): a path, or '@' and
// the rest of an abstract name. The library that has a function for this brings four
// more into a process with rights over the network.
void say(const std::string& lines) {
    const auto path = environment("NOTIFY_SOCKET");
    sockaddr_un name{};
    if (path.size() < 2 || path.size() >= sizeof name.sun_path)
        return;
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, path.data(), path.size());
    if (path.front() == '@')
        name.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    const Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    // Nobody listens: then nobody wants to know.
    if (fd)
        ::sendto(fd.get(), lines.data(), lines.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                 reinterpret_cast<const sockaddr*>(&name), length);
}

// After how long without food systemd starts us again; none: it does not.
std::optional<std::chrono::microseconds> watchdog() {
    const auto pid = environment("WATCHDOG_PID");
    if (!pid.empty() && pid != std::to_string(::getpid()))
        return {};
    const auto limit = read_number(environment("WATCHDOG_USEC"), 1, UINT32_MAX);
    if (!limit)
        return {};
    return std::chrono::microseconds(*limit);
}

} // namespace

Notify::Notify(asio::any_io_executor executor) : timer_(executor) {
    const auto limit = watchdog();
    if (!limit)
        return;
    pause_ = *limit / 3;
    feed();
}

void Notify::feed() {
    say("WATCHDOG=1");
    timer_.expires_after(pause_);
    timer_.async_wait([this](asio::error_code error) {
        if (!error)
            feed();
    });
}

void Notify::ready(const std::string& status) {
    said_ = status;
    say("READY=1\nSTATUS=" + status);
}

void Notify::reloading() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    say(fmt::format("RELOADING=1\nMONOTONIC_USEC={}",
                    std::uint64_t(now.tv_sec) * 1'000'000 + std::uint64_t(now.tv_nsec) / 1000));
}

void Notify::stopping() {
    timer_.cancel();
    say("STOPPING=1");
}

void Notify::status(const std::string& status) {
    if (status == said_)
        return;
    said_ = status;
    say("STATUS=" + status);
}

} // namespace nfc
