// SPDX-License-Identifier: GPL-2.0
// The daemon's log: a line an event, on stderr. What servers say in it cannot
// begin a line of its own or move a terminal's cursor.
#pragma once

#include "core/observers.hpp"
#include "core/snapshot.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spdlog {
class logger;
}

namespace nfc {

// What belongs to a line, for programs: names and values.
using LogFields = std::vector<std::pair<std::string_view, std::string>>;

class Log {
public:
    using Write = std::function<void(std::string_view line)>;

    // On stderr. It never waits for whoever reads: what finds no room is dropped,
    // and how much that was is said when there is room again.
    explicit Log(const LogStyle& style);
    // `journal`: the lines' priority stands before them.
    Log(const LogStyle& style, bool journal, Write write);
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    ~Log();

    void set(const LogStyle& style);

    void tell(const Notice& notice);
    void say(LogLevel level, std::string_view text, const LogFields& fields = {});
    void error(std::string_view text) { say(LogLevel::Error, text); }
    void warning(std::string_view text) { say(LogLevel::Warning, text); }
    void info(std::string_view text) { say(LogLevel::Info, text); }
    void debug(std::string_view text) { say(LogLevel::Debug, text); }

private:
    LogFormat format_ = LogFormat::Text;
    bool journal_;
    std::shared_ptr<spdlog::logger> logger_;
};

} // namespace nfc
