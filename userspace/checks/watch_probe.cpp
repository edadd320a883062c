// SPDX-License-Identifier: GPL-2.0
#include "checks/connector.hpp"
#include "checks/kinds.hpp"
#include "checks/watch.hpp"

namespace nfc {

namespace {

using Clock = Probe::Clock;

// One timer, one thing to wait for: the next question, or its answer. Whoever waits does
// not keep it alive.
class ProbeWatch : public std::enable_shared_from_this<ProbeWatch> {
public:
    ProbeWatch(const asio::any_io_executor& executor, std::shared_ptr<const Check> check,
               const Endpoint& target, Chance chance, std::function<void(const Answer&)> tell)
        : check_(std::move(check)), chance_(std::move(chance)), tell_(std::move(tell)),
          probe_(executor, {target.ip, asked_port(*check_, target.port)}),
          due_(first_due(check_->rhythm, chance_())) {}

    void pause() {
        probe_.timer().expires_at(together(due_, check_->rhythm.interval));
        then(&ProbeWatch::ask);
    }

private:
    void then(void (ProbeWatch::*go_on)()) {
        probe_.timer().async_wait([weak = weak_from_this(), go_on](const asio::error_code&) {
            if (const auto self = weak.lock())
                ((*self).*go_on)();
        });
    }

    void ask() {
        begun_ = Clock::now();
        due_ = not_long_past(due_, begun_, check_->rhythm.interval);
        probe_.begin(check_->rhythm.timeout);
        then(&ProbeWatch::hear);
    }

    void hear() {
        Answer answer;
        answer.seen = seen_by_probe(probe_.end(), check_->rhythm.timeout);
        answer.latency =
            std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun_);
        due_ += next_interval(check_->rhythm, chance_());
        pause();
        tell_(answer); // which may be the end of us
    }

    std::shared_ptr<const Check> check_;
    Chance chance_;
    std::function<void(const Answer&)> tell_;
    Probe probe_;
    Clock::time_point due_;
    Clock::time_point begun_{};
};

} // namespace

std::shared_ptr<void> watch_by_probe(const asio::any_io_executor& executor,
                                     std::shared_ptr<const Check> check, const Endpoint& target,
                                     Chance chance, std::function<void(const Answer&)> tell) {
    auto watch = std::make_shared<ProbeWatch>(executor, std::move(check), target, std::move(chance),
                                              std::move(tell));
    watch->pause();
    return watch;
}

} // namespace nfc
