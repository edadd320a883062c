// SPDX-License-Identifier: GPL-2.0
// Asking again and again, and ending that at any moment.
#include "checks/watch.hpp"
#include "tests/checks_fixture.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

using namespace std::chrono_literals;

class WatchTest : public CheckTest {
protected:
    void begin(const Check& check, std::uint16_t port) {
        const auto count = [this](const Answer& answer) {
            answers_.push_back(answer);
            times_.push_back(std::chrono::steady_clock::now());
        };
        asio::co_spawn(io_,
                       watch(
                           std::make_shared<const Check>(check), {*read_ip("", "127.0.0.1"), port},
                           authorities_, [] { return 0.5; }, count),
                       asio::bind_cancellation_slot(signal_.slot(), [this](std::exception_ptr why) {
                           over_ = true;
                           cancelled_ = why != nullptr;
                       }));
    }
    void end() {
        signal_.emit(asio::cancellation_type::terminal);
        while (!over_)
            io_.run_one();
    }

    asio::cancellation_signal signal_;
    std::vector<Answer> answers_;
    std::vector<Moment> times_;
    bool over_ = false;
    bool cancelled_ = false;
};

Check every(std::chrono::milliseconds interval) {
    Check check{TcpCheck{}, {}, 0};
    check.rhythm.interval = interval;
    check.rhythm.timeout = interval;
    return check;
}

TEST_F(WatchTest, asks_at_each_interval_until_it_is_cancelled) {
    const auto start = std::chrono::steady_clock::now();
    begin(every(60ms),
          serve([](Socket socket) -> asio::awaitable<void> { co_await hold(socket); }));
    while (answers_.size() < 4)
        io_.run_one();
    EXPECT_GE(times_[3] - start, 30ms + 3 * 60ms) << "the first after half an interval";
    for (const auto& answer : answers_)
        EXPECT_TRUE(answer.seen.good);
    end();
    EXPECT_TRUE(cancelled_);
    EXPECT_EQ(answers_.size(), 4u);
}

TEST_F(WatchTest, goes_on_after_bad_answers) {
    begin(every(50ms), 1);
    while (answers_.size() < 2)
        io_.run_one();
    EXPECT_FALSE(answers_[1].seen.good);
    end();
}

TEST_F(WatchTest, tells_nothing_of_a_question_that_was_cut_short) {
    auto check = every(1h);
    check.kind = BannerCheck{};
    bool asked = false;
    begin(check, serve([&](Socket socket) -> asio::awaitable<void> {
              asked = true;
              co_await hold(socket);
          }));
    while (!asked)
        io_.run_one();
    end();
    EXPECT_TRUE(cancelled_);
    EXPECT_TRUE(answers_.empty());
}

RC_GTEST_PROP(Interval, stays_within_the_jitter, ()) {
    Rhythm rhythm;
    rhythm.interval = Duration{*rc::gen::inRange(50, 3'600'000)};
    rhythm.jitter = Duration{*rc::gen::inRange<std::int64_t>(0, rhythm.interval.count() / 2 + 1)};
    const auto next = next_interval(rhythm, *rc::gen::inRange(0, 1000) / 1000.0);
    RC_ASSERT(next >= rhythm.interval - rhythm.jitter);
    RC_ASSERT(next <= rhythm.interval + rhythm.jitter);
}

} // namespace
} // namespace nfc
