// SPDX-License-Identifier: GPL-2.0
#include "core/config_parts.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc {

namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t metrics_port = 9799;

// A path, or an array of that and arguments.
std::vector<std::string> read_command(Section& section) {
    constexpr std::string_view expected = "a program's path, or that and its arguments";
    const auto* node = section.take("exec");
    if (!node)
        return {};
    const auto command =
        node->text() ? std::vector{*node->text()} : section.texts("exec", expected);
    if (!command.empty() && !is_absolute(command.front()))
        section.complaints().wrong(*node, section.field("exec"), expected);
    return command;
}

// It becomes an argument and a line of a header: so no blanks, no commas, and
// nothing that sendmail takes for an option, a file or a program.
bool is_mail_address(std::string_view text) {
    constexpr std::string_view others = ".!#$%&'*+-/=?^_{}~@";
    return !text.empty() && text.size() <= 254 && text.front() != '-' && text.front() != '/' &&
           std::ranges::count(text, '@') <= 1 && text.front() != '@' && text.back() != '@' &&
           std::ranges::all_of(text, [&](char c) {
               return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') ||
                      others.find(c) != others.npos;
           });
}

std::vector<std::string> read_addresses(Section& section, std::string_view key) {
    constexpr std::string_view expected = "a mail address such as root or ops@example.org, or "
                                          "several";
    const auto* node = section.take(key);
    if (!node)
        return {};
    auto addresses = node->text() ? std::vector{*node->text()} : section.texts(key, expected);
    if (!std::ranges::all_of(addresses, is_mail_address))
        section.complaints().wrong(*node, section.field(key), expected);
    return addresses;
}

void read_events(Section& section, Alert& alert) {
    const Section::Names<EventKind> names{{"rose", EventKind::Rose},
                                          {"fell", EventKind::Fell},
                                          {"held", EventKind::Held},
                                          {"weight", EventKind::WeightChanged},
                                          {"duty", EventKind::DutyChanged}};
    constexpr std::string_view expected = "some of \"rose\", \"fell\", \"held\", \"weight\" and "
                                          "\"duty\"";
    const auto* node = section.take("events");
    if (!node)
        return;
    alert.events.clear();
    for (const auto& word : section.texts("events", expected)) {
        const auto name =
            std::ranges::find(names, word, &std::pair<std::string_view, EventKind>::first);
        if (name == names.end())
            section.complaints().add(node->line,
                                     bad_value(section.field("events"), word, expected).text);
        else
            alert.events.push_back(name->second);
    }
}

void read_mail(Section& section, Alert& alert) {
    alert.mail = read_addresses(section, "mail");
    const auto* from = section.take("from");
    if (from && from->text() && is_mail_address(*from->text()))
        alert.from = *from->text();
    else if (from)
        section.complaints().wrong(*from, section.field("from"), "a mail address");
    alert.sendmail = read_path(section, "sendmail", "a program's path, such as /usr/sbin/sendmail",
                               alert.sendmail);
    alert.mail_pace.burst =
        static_cast<unsigned>(section.number("mail_burst", 1, 1000, alert.mail_pace.burst));
    alert.mail_pace.every = section.duration("mail_every", {10ms, 24h}, alert.mail_pace.every);
}

} // namespace

bool is_absolute(std::string_view path) {
    return path.starts_with('/') &&
           std::ranges::none_of(path, [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

std::string read_path(Section& section, std::string_view key, std::string_view expected,
                      std::string otherwise) {
    return section
        .as<std::string>(key, expected,
                         [&](const std::string& field, std::string_view text) {
                             return is_absolute(text) ? Result<std::string>(std::string(text))
                                                      : bad_value(field, text, expected);
                         })
        .value_or(std::move(otherwise));
}

Alert read_alert(Section& root) {
    Alert alert;
    auto section = root.section("alert");
    if (!section)
        return alert;
    alert.exec = read_command(*section);
    alert.convention =
        section
            ->choice<AlertConvention>(
                "convention", {{"plain", AlertConvention::Plain}, {"mon", AlertConvention::Mon}})
            .value_or(alert.convention);
    read_events(*section, alert);
    alert.timeout = section->duration("timeout", {100ms, 1h}, alert.timeout);
    alert.parallel = static_cast<unsigned>(section->number("parallel", 1, 64, alert.parallel));
    alert.queue = static_cast<unsigned>(section->number("queue", 1, 100'000, alert.queue));
    alert.pace.burst = static_cast<unsigned>(section->number("burst", 1, 1000, alert.pace.burst));
    alert.pace.every = section->duration("every", {10ms, 24h}, alert.pace.every);
    read_mail(*section, alert);
    if (!section->has("exec") && !section->has("mail"))
        section->complaints().add(section->line(),
                                  "alert: expected exec, a program to call, or mail, an address "
                                  "to write to");
    section->end();
    return alert;
}

Metrics read_metrics(Section& root) {
    Metrics metrics;
    auto section = root.section("metrics");
    if (!section)
        return metrics;
    constexpr std::string_view expected = "an address and a port, such as 127.0.0.1:9799";
    metrics.listen = section->need_as<Endpoint>(
        "listen", expected, [&](const std::string& field, std::string_view text) {
            auto read = read_endpoint(field, text, metrics_port);
            return read ? read : Result<Endpoint>(bad_value(field, text, expected));
        });
    section->end();
    return metrics;
}

LogStyle read_log_style(Section& root) {
    LogStyle style;
    auto section = root.section("log");
    if (!section)
        return style;
    style.level = section
                      ->choice<LogLevel>("level", {{"debug", LogLevel::Debug},
                                                   {"info", LogLevel::Info},
                                                   {"warning", LogLevel::Warning},
                                                   {"error", LogLevel::Error}})
                      .value_or(style.level);
    style.format = section
                       ->choice<LogFormat>(
                           "format", {{"text", LogFormat::Text}, {"json", LogFormat::JsonLines}})
                       .value_or(style.format);
    section->end();
    return style;
}

} // namespace nfc
