// SPDX-License-Identifier: GPL-2.0
// Who is told what happens, and how: plain values.
#pragma once

#include "core/health.hpp"
#include "core/ip.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nfc {

enum class AlertConvention : std::uint8_t {
    Plain, // the environment says all
    Mon,   // arguments and input of mon's alert programs as well
};

// So many calls in a row; then one each `every`, which tells all that has come.
struct Pace {
    unsigned burst = 1;
    Duration every{0};

    bool operator==(const Pace&) const = default;
};

struct Alert {
    std::vector<std::string> exec; // a program and its arguments; empty: none is called
    AlertConvention convention = AlertConvention::Plain;
    std::vector<EventKind> events{EventKind::Rose, EventKind::Fell, EventKind::Held,
                                  EventKind::DutyChanged};
    Duration timeout{30'000};
    unsigned parallel = 4; // programs at once
    unsigned queue = 1000; // notices that wait; of those beyond only the number is told
    Pace pace{20, Duration{500}};

    std::vector<std::string> mail; // to whom; empty: nobody
    std::string from;              // empty: as sendmail sees fit
    std::string sendmail = "/usr/sbin/sendmail";
    Pace mail_pace{5, Duration{30'000}};

    bool operator==(const Alert&) const = default;
};

struct Metrics {
    std::optional<Endpoint> listen; // none: there are no metrics

    bool operator==(const Metrics&) const = default;
};

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };
enum class LogFormat : std::uint8_t { Text, JsonLines };

struct LogStyle {
    LogLevel level = LogLevel::Info; // and what is worse
    LogFormat format = LogFormat::Text;

    bool operator==(const LogStyle&) const = default;
};

} // namespace nfc
