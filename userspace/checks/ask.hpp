// SPDX-License-Identifier: GPL-2.0
// Asks a backend whether it lives.
#pragma once

#include "checks/asio.hpp"
#include "checks/connector.hpp"
#include "checks/tls.hpp"
#include "core/check.hpp"
#include "core/health.hpp"
#include "core/ip.hpp"

#include <memory>
#include <optional>
#include <string>

namespace nfc {

struct Answer {
    Observation seen;
    std::chrono::microseconds latency{0};
    std::string warning; // what is well yet: a certificate that ends soon

    bool operator==(const Answer&) const = default;
};

// The port that a check asks at a backend that has `own`, or 0.
std::uint16_t asked_port(const Check& check, std::uint16_t own);

// Asks one backend again and again; one question at a time. Within the check's timeout
// there is an answer, whatever the server does. Whoever cancels the coroutine gets an
// asio::system_error at once; no socket and no process is left behind either way.
class Asker {
public:
    // Thousands share a check.
    Asker(std::shared_ptr<const Check> check, Endpoint target, TlsAuthorities& authorities);

    asio::awaitable<Answer> ask();
    const Rhythm& rhythm() const { return check_->rhythm; }

private:
    std::shared_ptr<const Check> check_;
    Endpoint target_; // with the port that is asked
    TlsAuthorities& authorities_;
    std::optional<Probe> probe_; // for TCP alone
};

// Once. Within a coroutine, pass what has a name: of an aggregate in braces behind
// co_await, gcc 12 destroys the strings twice.
asio::awaitable<Answer> ask(Check check, Endpoint target, TlsAuthorities& authorities);

} // namespace nfc
