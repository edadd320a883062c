// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/notify.hpp"

#include <ctime>
#include <fmt/format.h>
#include <systemd/sd-daemon.h>

namespace nfc {

namespace {

void say(const std::string& lines) {
    ::sd_notify(0, lines.c_str());
}

} // namespace

Notify::Notify(asio::any_io_executor executor) : timer_(executor) {
    std::uint64_t limit = 0;
    if (::sd_watchdog_enabled(0, &limit) <= 0)
        return;
    pause_ = std::chrono::microseconds(limit / 3);
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
