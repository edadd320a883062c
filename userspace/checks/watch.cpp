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

constexpr Duration most_together{10};

} // namespace

Duration next_interval(const Rhythm& rhythm, double chance) {
    return rhythm.interval + part(rhythm.jitter, 2 * chance - 1);
}

Moment first_due(const Rhythm& rhythm, double chance) {
    const auto first = std::min(rhythm.interval, Duration{std::chrono::seconds(1)});
    return Clock::now() + part(first, chance);
}

Moment not_long_past(Moment due, Moment now, Duration interval) {
    return std::max(due, now - interval);
}

Moment together(Moment due, Duration interval) {
    const auto grid = std::clamp(interval / 20, Duration{1}, most_together);
    const auto late = due.time_since_epoch() % grid;
    return late.count() ? due + (grid - late) : due;
}

asio::awaitable<void> watch(std::shared_ptr<const Check> check, Endpoint target,
                            TlsAuthorities& authorities, Chance chance,
                            std::function<void(const Answer&)> tell) {
    Asker asker(std::move(check), target, authorities);
    const auto& rhythm = asker.rhythm();
    asio::steady_timer timer(co_await asio::this_coro::executor);
    auto due = first_due(rhythm, chance());

    for (;;) {
        timer.expires_at(together(due, rhythm.interval));
        co_await timer.async_wait(asio::use_awaitable);
        due = not_long_past(due, Clock::now(), rhythm.interval);
        tell(co_await asker.ask());
        due += next_interval(rhythm, chance());
    }
}

} // namespace nfc
