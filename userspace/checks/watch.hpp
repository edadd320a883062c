// SPDX-License-Identifier: GPL-2.0
// Asks a backend again and again.
#pragma once

#include "checks/ask.hpp"

#include <functional>
#include <memory>

namespace nfc {

// From 0 to below 1: spreads what would otherwise happen at once.
using Chance = std::function<double()>;

// From the beginning of one question to that of the next.
Duration next_interval(const Rhythm& rhythm, double chance);

// Until it is cancelled; it ends with an asio::system_error then. The first
// question comes within the first interval, and within a second.
asio::awaitable<void> watch(std::shared_ptr<const Check> check, Endpoint target,
                            TlsAuthorities& authorities, Chance chance,
                            std::function<void(const Answer&)> tell);

} // namespace nfc
