// SPDX-License-Identifier: GPL-2.0
// What systemd is told; nothing where no systemd started us.
#pragma once

#include "checks/asio.hpp"

#include <asio/steady_timer.hpp>
#include <chrono>
#include <string>

namespace nfc {

class Notify {
public:
    // Feeds the watchdog from the loop: one that is stuck is started again.
    explicit Notify(asio::any_io_executor executor);

    void ready(const std::string& status);
    void reloading();
    void stopping();
    void status(const std::string& status);

private:
    void feed();

    asio::steady_timer timer_;
    std::chrono::microseconds pause_{0}; // 0: there is no watchdog
    std::string said_;
};

} // namespace nfc
