// SPDX-License-Identifier: GPL-2.0
#include "checks/watch.hpp"

#include <algorithm>
#include <asio/steady_timer.hpp>

namespace nfc {

namespace {

Duration part(Duration whole, double factor) {
    return Duration{static_cast<Duration::rep>(static_cast<double>(whole.count()) * factor)};
}

using Clock = std::chrono::steady_clock;

// Questions that are due within so short a time are asked together: the processor is
// woken once for all of them.
constexpr Duration most_together{10};

Clock::time_point together(Clock::time_point due, Duration interval) {
    const auto grid = std::clamp(interval / 20, Duration{1}, most_together);
    const auto late = due.time_since_epoch() % grid;
    return late.count() ? due + (grid - late) : due;
}

} // namespace

Duration next_interval(const Rhythm& rhythm, double chance) {
    return rhythm.interval + part(rhythm.jitter, 2 * chance - 1);
}

asio::awaitable<void> watch(std::shared_ptr<const Check> check, Endpoint target,
                            TlsAuthorities& authorities, Chance chance,
                            std::function<void(const Answer&)> tell) {
    Asker asker(std::move(check), target, authorities);
    const auto& rhythm = asker.rhythm();
    const auto first = std::min(rhythm.interval, Duration{std::chrono::seconds(1)});
    asio::steady_timer timer(co_await asio::this_coro::executor);
    auto due = Clock::now() + part(first, chance());

    for (;;) {
        timer.expires_at(together(due, rhythm.interval));
        co_await timer.async_wait(asio::use_awaitable);
        // Counted from when it was due, or all would drift; but nothing that was
        // missed while the machine slept is made up for.
        due = std::max(due, Clock::now() - rhythm.interval);
        tell(co_await asker.ask());
        due += next_interval(rhythm, chance());
    }
}

} // namespace nfc
