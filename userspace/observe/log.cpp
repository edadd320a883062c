// SPDX-License-Identifier: GPL-2.0
#include "observe/log.hpp"

#include "observe/printable.hpp"
#include "observe/times.hpp"
#include "observe/words.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <mutex>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

// Its compiled part is linked, and it uses our fmt.
#define SPDLOG_COMPILED_LIB
#define SPDLOG_SHARED_LIB
#define SPDLOG_FMT_EXTERNAL
#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

namespace nfc {

namespace {

using Json = nlohmann::ordered_json;

spdlog::level::level_enum spdlog_level(LogLevel level) {
    switch (level) {
    case LogLevel::Debug:
        return spdlog::level::debug;
    case LogLevel::Info:
        return spdlog::level::info;
    case LogLevel::Warning:
        return spdlog::level::warn;
    case LogLevel::Error:
        break;
    }
    return spdlog::level::err;
}

// Of syslog, as journald reads it before a line.
int priority(spdlog::level::level_enum level) {
    return level >= spdlog::level::err    ? 3
           : level == spdlog::level::warn ? 4
           : level == spdlog::level::info ? 6
                                          : 7;
}

std::string_view level_word(spdlog::level::level_enum level) {
    return level >= spdlog::level::err    ? "error"
           : level == spdlog::level::warn ? "warning"
           : level == spdlog::level::info ? "info"
                                          : "debug";
}

// Whether what we say on stderr goes to the journal: systemd tells which file that is.
bool stderr_is_journal() {
    const char* named = std::getenv("JOURNAL_STREAM");
    struct stat is {};
    return named && ::fstat(STDERR_FILENO, &is) == 0 &&
           named == fmt::format("{}:{}", is.st_dev, is.st_ino);
}

// To stderr, as long as it takes what we say without our waiting for it.
class Stderr {
public:
    void operator()(std::string_view line) {
        if (lost_ && put(fmt::format("nfclusterd: {} lines of the log found no room\n", lost_)))
            lost_ = 0;
        if (lost_ || !put(line))
            ++lost_;
    }

private:
    static bool put(std::string_view line) {
        pollfd ready{STDERR_FILENO, POLLOUT, 0};
        if (::poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT))
            return false;
        // A pipe that is ready takes a page as a whole; no line is longer.
        return ::write(STDERR_FILENO, line.data(), line.size()) >= 0;
    }

    unsigned long lost_ = 0;
};

// One thread uses it, so it needs no lock.
class Sink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    Sink(bool journal, Log::Write write) : journal_(journal), write_(std::move(write)) {}

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        std::string line;
        if (journal_)
            line = fmt::format("<{}>", priority(message.level));
        line.append(message.payload.data(), message.payload.size());
        line += '\n';
        write_(line);
    }
    void flush_() override {}

    bool journal_;
    Log::Write write_;
};

LogLevel level_of(const Notice& notice) {
    switch (notice.kind) {
    case EventKind::Fell:
    case EventKind::Held:
        return LogLevel::Warning;
    case EventKind::Rose:
    case EventKind::WeightChanged:
    case EventKind::DutyChanged:
        break;
    }
    return LogLevel::Info;
}

// What a pipe takes as a whole; and of a text, however much of it has to be escaped.
constexpr std::size_t page = 4000;
constexpr std::size_t most = 500;

bool is_plain(std::string_view value) {
    return !value.empty() && value.find_first_of(" \"=\\") == value.npos;
}

std::string in_json(spdlog::level::level_enum level, std::string_view text,
                    const LogFields& fields) {
    Json json{{"time", utc(std::chrono::system_clock::now())},
              {"level", level_word(level)},
              {"message", text.substr(0, most)}};
    for (const auto& [name, value] : fields)
        json[std::string(name)] = value.substr(0, most);
    // In ASCII: a terminal obeys other characters too.
    return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string in_text(spdlog::level::level_enum level, std::string_view text, const LogFields& fields,
                    bool journal) {
    // The journal knows when, and how bad.
    auto line = journal ? std::string()
                        : fmt::format("{} {:<7} ", utc(std::chrono::system_clock::now()),
                                      level_word(level));
    line += printable(text, most);
    for (const auto& [name, value] : fields) {
        const auto shown = printable(value, most);
        line += fmt::format(" {}={}", name, is_plain(shown) ? shown : in_quotes(value, most));
    }
    return line;
}

} // namespace

Log::Log(const LogStyle& style) : Log(style, stderr_is_journal(), Stderr()) {}

Log::Log(const LogStyle& style, bool journal, Write write)
    : journal_(journal), logger_(std::make_shared<spdlog::logger>(
                             "nfclusterd", std::make_shared<Sink>(journal, std::move(write)))) {
    set(style);
}

Log::~Log() = default;

void Log::set(const LogStyle& style) {
    format_ = style.format;
    logger_->set_level(spdlog_level(style.level));
}

void Log::tell(const Notice& notice) {
    LogFields fields{{"event", std::string(words::of(notice.kind))},
                     {"pool", notice.pool},
                     {"backend", notice.backend},
                     {"address", to_string(notice.endpoint)},
                     {"state", std::string(words::of(notice.standing))},
                     {"duty", std::string(words::of(notice.duty))},
                     {"up", std::to_string(notice.up)},
                     {"total", std::to_string(notice.total)},
                     {"lasted_ms", std::to_string(notice.lasted.count())},
                     {"reason", notice.reason}};
    say(level_of(notice),
        fmt::format("{}/{} {}", notice.pool, notice.backend, words::of(notice.kind)), fields);
}

void Log::say(LogLevel level, std::string_view text, const LogFields& fields) {
    const auto as = spdlog_level(level);
    if (!logger_->should_log(as))
        return;
    const auto line_of = [&](const LogFields& these) {
        return format_ == LogFormat::JsonLines ? in_json(as, text, these)
                                               : in_text(as, text, these, journal_);
    };
    auto line = line_of(fields);
    if (line.size() > page)
        line = line_of({});
    logger_->log(as, spdlog::string_view_t(line.data(), line.size()));
}

} // namespace nfc
