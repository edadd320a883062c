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
// The first question: within the first interval, and within a second.
Moment first_due(const Rhythm& rhythm, double chance);
// Questions are counted from when they were due, or all would drift; but nothing that was
// missed while the machine slept is made up for.
Moment not_long_past(Moment due, Moment now, Duration interval);
// When it is asked that is due then: what is due within a short time is asked together,
// so that the processor is woken once for all of it.
Moment together(Moment due, Duration interval);

// Until it is cancelled; it ends with an asio::system_error then.
asio::awaitable<void> watch(std::shared_ptr<const Check> check, Endpoint target,
                            TlsAuthorities& authorities, Chance chance,
                            std::function<void(const Answer&)> tell);

// The same for TCP alone, in a quarter of the memory: of that kind there are
// thousands. Until nobody holds what it returns; then nothing is told any more.
std::shared_ptr<void> watch_by_probe(const asio::any_io_executor& executor,
                                     std::shared_ptr<const Check> check, const Endpoint& target,
                                     Chance chance, std::function<void(const Answer&)> tell);

} // namespace nfc
