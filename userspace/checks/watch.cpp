// SPDX-License-Identifier: GPL-2.0
#include "checks/watch.hpp"

#include <algorithm>
#include <asio/steady_timer.hpp>

namespace nfc {

namespace {

Duration part(Duration whole, double factor) {
    return Duration{static_cast<Duration::rep>(static_cast<double>(whole.count()) * factor)};
}

} // namespace

Duration next_interval(const Rhythm& rhythm, double chance) {
    return rhythm.interval + part(rhythm.jitter, 2 * chance - 1);
}

asio::awaitable<void> watch(Check check, Endpoint target, TlsAuthorities& authorities,
                            Chance chance, std::function<void(const Answer&)> tell) {
    const auto first = std::min(check.rhythm.interval, Duration{std::chrono::seconds(1)});
    asio::steady_timer timer(co_await asio::this_coro::executor, part(first, chance()));

    for (;;) {
        co_await timer.async_wait(asio::use_awaitable);
        // Counted from when it was due, or all would drift; but nothing that was
        // missed while the machine slept is made up for.
        const auto now = std::chrono::steady_clock::now();
        const auto due = std::max(timer.expiry(), now - check.rhythm.interval);
        tell(co_await ask(check, target, authorities));
        timer.expires_at(due + next_interval(check.rhythm, chance()));
    }
}

} // namespace nfc
