// SPDX-License-Identifier: GPL-2.0
#include "core/config_parts.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view regex_expected = "a regular expression";

std::optional<Regex> regex(Section& section, std::string_view key) {
    return section.as<Regex>(key, regex_expected, &Regex::compile);
}

// Printable ASCII without blanks: what protocols take as one word.
bool is_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return '!' <= c && c <= '~'; });
}

std::optional<std::string> word(Section& section, std::string_view key, std::string_view expected) {
    return section.as<std::string>(key, expected,
                                   [&](const std::string& field, std::string_view text) {
                                       return is_word(text) ? Result<std::string>(std::string(text))
                                                            : bad_value(field, text, expected);
                                   });
}

TlsTrust read_trust(Section& section, const std::string& name) {
    TlsTrust trust;
    trust.verify = section.truth("verify", true);
    trust.authority = section.text("authority", "the path of a file").value_or("");
    trust.name = word(section, "sni", "a host's name").value_or(name);
    trust.expiry_warning = std::chrono::duration_cast<std::chrono::hours>(
        section.duration("expiry_warning", {0ms, 24h * 365}, 24h * 14));
    return trust;
}

std::optional<StatusRange> read_status(const tree::Node& node) {
    StatusRange range;
    if (const auto* number = node.number()) {
        if (*number < 100 || *number > 599)
            return std::nullopt;
        range.first = range.last = static_cast<unsigned>(*number);
        return range;
    }
    if (!node.text())
        return std::nullopt;
    std::string_view rest = *node.text();
    const auto first = read_number(take_until(rest, '-'), 100, 599);
    const auto last = read_number(rest, 100, 599);
    if (!first || !last || *last < *first)
        return std::nullopt;
    return StatusRange{*first, *last};
}

void read_statuses(Section& section, HttpCheck& check) {
    const auto* node = section.take("expect");
    if (!node)
        return;
    std::vector<tree::Node> nodes{*node};
    if (node->array())
        nodes = *node->array();
    check.expect.clear();
    for (const auto& one : nodes) {
        const auto range = read_status(one);
        if (range)
            check.expect.push_back(*range);
        else
            section.complaints().wrong(one, section.field("expect"),
                                       "statuses from 100 to 599, such as 200, \"200-299\" or "
                                       "[200, 301]");
    }
    if (nodes.empty())
        section.complaints().wrong(*node, section.field("expect"), "one status at least");
}

// "a.example:8443", "[2001:db8::1]:8443"
std::string without_port(const std::string& host) {
    if (host.starts_with('['))
        return host.substr(1, host.find(']') - 1);
    return host.substr(0, host.find(':'));
}

HttpCheck read_http(Section& section, bool tls) {
    HttpCheck check;
    check.method =
        section
            .choice<std::string>(
                "method",
                {{"GET", "GET"}, {"HEAD", "HEAD"}, {"POST", "POST"}, {"OPTIONS", "OPTIONS"}})
            .value_or("GET");
    check.path =
        section
            .as<std::string>("path", "a path such as /health",
                             [](const std::string& field, std::string_view text) {
                                 const bool good = is_word(text) && text.front() == '/';
                                 return good ? Result<std::string>(std::string(text))
                                             : bad_value(field, text, "a path such as /health");
                             })
            .value_or("/");
    check.host = word(section, "host", "a host's name").value_or("");
    read_statuses(section, check);
    check.body = regex(section, "body");
    check.body_limit =
        static_cast<std::size_t>(section.number("body_limit", 0, 16 << 20, 64 << 10));
    // It could never match.
    if (check.body && check.method == "HEAD")
        section.complaints().wrong(*section.take("body"), section.field("body"),
                                   "another method than HEAD, whose answers have no body");
    if (check.body && !check.body_limit)
        section.complaints().wrong(*section.take("body_limit"), section.field("body_limit"),
                                   "room for the body");
    if (tls)
        check.tls = read_trust(section, without_port(check.host));
    return check;
}

SmtpCheck read_smtp(Section& section) {
    SmtpCheck check;
    check.hello = word(section, "hello", "a host's name").value_or(check.hello);
    if (section.truth("starttls", false))
        check.starttls = read_trust(section, "");
    return check;
}

Result<std::string> read_dns_name(const std::string& field, std::string_view text) {
    const auto wrong = bad_value(field, text, "a name such as www.example.org");
    std::string_view rest = text.ends_with('.') ? text.substr(0, text.size() - 1) : text;

    if (text == ".")
        return std::string(text);
    if (!is_word(rest) || rest.find('\\') != rest.npos || rest.size() > 253 || rest.ends_with('.'))
        return wrong;
    while (!rest.empty()) {
        const auto label = take_until(rest, '.');
        if (label.empty() || label.size() > 63)
            return wrong;
    }
    return std::string(text);
}

DnsCheck read_dns(Section& section) {
    DnsCheck check;
    const auto name = section.need_as<std::string>("name", "whom to ask for", &read_dns_name);
    check.name = name.value_or("");
    check.type = section
                     .choice<DnsType>("record", {{"A", DnsType::A},
                                                 {"AAAA", DnsType::Aaaa},
                                                 {"CNAME", DnsType::Cname},
                                                 {"MX", DnsType::Mx},
                                                 {"NS", DnsType::Ns},
                                                 {"PTR", DnsType::Ptr},
                                                 {"SOA", DnsType::Soa},
                                                 {"SRV", DnsType::Srv},
                                                 {"TXT", DnsType::Txt}})
                     .value_or(check.type);
    check.expect = section.texts("expect", "answers such as [\"10.0.0.1\"]");
    check.tcp = section.choice<bool>("transport", {{"udp", false}, {"tcp", true}}).value_or(false);
    return check;
}

BannerCheck read_banner(Section& section) {
    BannerCheck check;
    check.send = section
                     .as<std::string>("send", "a text",
                                      [](const std::string&, std::string_view text) {
                                          return Result<std::string>(std::string(text));
                                      })
                     .value_or("");
    check.match = regex(section, "match");
    return check;
}

ExecCheck read_exec(Section& section) {
    constexpr std::string_view expected =
        "a program's path and its arguments, such as [\"/usr/local/bin/check\", \"{address}\"]";
    ExecCheck check;
    if (const auto* node = section.need("command", expected)) {
        check.command = section.texts("command", expected);
        if (!check.command.empty() && !check.command.front().starts_with('/'))
            section.complaints().wrong(node->array()->front(), section.field("command"), expected);
    }
    check.convention =
        section
            .choice<ExecConvention>("convention", {{"plain", ExecConvention::Plain},
                                                   {"keepalived", ExecConvention::Keepalived},
                                                   {"mon", ExecConvention::Mon}})
            .value_or(check.convention);
    return check;
}

Rhythm read_rhythm(Section& section) {
    Rhythm rhythm;
    const auto before = section.complaints().count();
    rhythm.interval = section.duration("interval", {50ms, 1h}, rhythm.interval);
    const bool known = section.complaints().count() == before;

    // Two questions never overlap.
    const Duration most = known ? rhythm.interval : Duration{1h};
    rhythm.timeout =
        section.duration("timeout", {10ms, most}, std::min(rhythm.timeout, rhythm.interval));
    rhythm.jitter = section.duration("jitter", {0ms, most / 2}, rhythm.interval / 10);
    rhythm.fall = static_cast<unsigned>(section.number("fall", 1, 100, rhythm.fall));
    rhythm.rise = static_cast<unsigned>(section.number("rise", 1, 100, rhythm.rise));
    rhythm.slow_start = section.duration("slow_start", {0ms, 24h}, rhythm.slow_start);
    if (auto damping = section.section("damping")) {
        auto& d = rhythm.damping;
        d.window = damping->duration("window", {0ms, 24h}, d.window);
        d.hold = damping->duration("hold", {0ms, 24h}, d.hold);
        d.limit = damping->duration("limit", {0ms, 24h}, std::max(d.limit, d.hold));
        damping->end();
    }
    return rhythm;
}

enum class Type { Tcp, Http, Https, Smtp, Dns, Icmp, Banner, Exec };

CheckKind read_kind(Section& section, Type type) {
    switch (type) {
    case Type::Http:
    case Type::Https:
        return read_http(section, type == Type::Https);
    case Type::Smtp:
        return read_smtp(section);
    case Type::Dns:
        return read_dns(section);
    case Type::Icmp:
        return IcmpCheck{};
    case Type::Banner:
        return read_banner(section);
    case Type::Exec:
        return read_exec(section);
    case Type::Tcp:
        break;
    }
    return TcpCheck{};
}

enum class Ports { None, Optional, Needed };

// Does a check of this type ask a port, and has it to be told which?
Ports ports_of(Type type) {
    switch (type) {
    case Type::Icmp:
        return Ports::None;
    case Type::Tcp:
    case Type::Banner:
        return Ports::Needed;
    case Type::Http:
    case Type::Https:
    case Type::Smtp:
    case Type::Dns:
    case Type::Exec:
        break;
    }
    return Ports::Optional;
}

std::uint16_t read_port(Section& section, Type type, bool have_ports) {
    constexpr std::string_view expected =
        "a port from 1 to 65535, here or with each backend's address";
    const auto ports = ports_of(type);
    if (ports == Ports::None)
        return 0;
    if (ports == Ports::Needed && !have_ports)
        section.need("port", expected);
    return static_cast<std::uint16_t>(section.number("port", 1, 65535, 0));
}

} // namespace

std::optional<Check> read_check(Section& parent, bool have_ports) {
    auto section = parent.section("check");
    if (!section)
        return std::nullopt;
    const auto type = section->need_choice<Type>("type", {{"tcp", Type::Tcp},
                                                          {"http", Type::Http},
                                                          {"https", Type::Https},
                                                          {"smtp", Type::Smtp},
                                                          {"dns", Type::Dns},
                                                          {"icmp", Type::Icmp},
                                                          {"banner", Type::Banner},
                                                          {"exec", Type::Exec}});
    Check check;
    // Which keys there are depends on the type.
    if (type) {
        check.kind = read_kind(*section, *type);
        check.port = read_port(*section, *type, have_ports);
    }
    check.rhythm = read_rhythm(*section);
    if (type)
        section->end();
    return check;
}

} // namespace nfc
