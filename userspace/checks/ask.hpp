// SPDX-License-Identifier: GPL-2.0
// Asks a backend once whether it lives.
#pragma once

#include "checks/asio.hpp"
#include "checks/tls.hpp"
#include "core/check.hpp"
#include "core/health.hpp"
#include "core/ip.hpp"

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

// Within the check's timeout there is an answer, whatever the server does. Whoever
// cancels the coroutine gets an asio::system_error at once; no socket and no
// process is left behind either way. Within a coroutine, pass what has a name: of
// an aggregate in braces behind co_await, gcc 12 destroys the strings twice.
asio::awaitable<Answer> ask(Check check, Endpoint target, TlsAuthorities& authorities);

} // namespace nfc
