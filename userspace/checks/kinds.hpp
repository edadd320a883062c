// SPDX-License-Identifier: GPL-2.0
// One coroutine a kind of check, for ask.cpp, which sees to the deadline.
#pragma once

#include "checks/connector.hpp"
#include "checks/stream.hpp"
#include "core/health.hpp"

namespace nfc {

// All live longer than the coroutine.
struct Question {
    Endpoint target;
    TlsAuthorities& authorities;
    Progress& progress;
};

asio::awaitable<Observation> ask_http(const HttpCheck& check, Question& question);
asio::awaitable<Observation> ask_smtp(const SmtpCheck& check, Question& question);
asio::awaitable<Observation> ask_dns(const DnsCheck& check, Question& question);
asio::awaitable<Observation> ask_icmp(const IcmpCheck& check, Question& question);
asio::awaitable<Observation> ask_banner(const BannerCheck& check, Question& question);
asio::awaitable<Observation> ask_exec(const ExecCheck& check, Question& question);

inline Observation good(std::string reason) {
    return {true, std::move(reason), std::nullopt};
}
inline Observation bad(std::string reason) {
    return {false, std::move(reason), std::nullopt};
}

// What Probe::try_connect() has found.
Observation seen_by_probe(int error, Duration timeout);
Observation late(Duration timeout, std::string_view doing);

// Unpredictable, so that nobody else can answer in a server's name.
std::uint16_t random_number();

} // namespace nfc
