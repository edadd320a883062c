// SPDX-License-Identifier: GPL-2.0
// Asks the daemon. It blocks, but never beyond its deadline.
#pragma once

#include "control/protocol.hpp"
#include "drivers/fd.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace nfc::control {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

class Connection {
public:
    static Result<Connection> open(const std::string& socket, milliseconds limit);

    Result<Done> send(const std::string& line, Clock::time_point deadline);
    // A line without its newline; nothing: none came in time.
    Result<std::optional<std::string>> hear(Clock::time_point deadline);
    // Within that time there is an answer.
    Result<Json> ask(const Request& request, milliseconds limit);
    // Of one who asked for events; nothing: none came in time.
    Result<std::optional<Notice>> event(milliseconds limit);
    int get() const { return fd_.get(); } // to wait for more than this

private:
    explicit Connection(Fd fd) : fd_(std::move(fd)) {}

    Fd fd_;
    std::string heard_;
};

// One question, one answer.
Result<Json> ask(const std::string& socket, const Request& request,
                 milliseconds limit = std::chrono::seconds(10));

} // namespace nfc::control
