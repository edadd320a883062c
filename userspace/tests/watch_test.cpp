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

class ProbeWatchTest : public CheckTest {
protected:
    void begin(const Check& check, std::uint16_t port) {
        watch_ = watch_by_probe(
            io_.get_executor(), std::make_shared<const Check>(check),
            {*read_ip("", "127.0.0.1"), port}, [] { return 0.5; },
            [this](const Answer& answer) {
                answers_.push_back(answer);
                times_.push_back(std::chrono::steady_clock::now());
                if (answers_.size() == enough_)
                    watch_.reset();
            });
    }
    void hear(std::size_t count) {
        while (answers_.size() < count && io_.run_one())
            continue;
        ASSERT_EQ(answers_.size(), count);
    }

    std::shared_ptr<void> watch_;
    std::size_t enough_ = 0;
    std::vector<Answer> answers_;
    std::vector<Moment> times_;
};

TEST_F(ProbeWatchTest, asks_at_each_interval_until_nobody_wants_it) {
    const asio::ip::tcp::acceptor server(io_, {asio::ip::address_v4::loopback(), 0});
    const auto before = descriptors();
    const auto start = std::chrono::steady_clock::now();
    begin(every(60ms), server.local_endpoint().port());
    hear(4);
    EXPECT_GE(times_[3] - start, 30ms + 3 * 60ms) << "the first after half an interval";
    for (const auto& answer : answers_) {
        EXPECT_EQ(answer.seen.reason, "connected");
        EXPECT_GT(answer.latency, 0us);
        EXPECT_LT(answer.latency, 60ms);
    }
    watch_.reset();
    io_.run_for(100ms);
    EXPECT_EQ(answers_.size(), 4u);
    EXPECT_EQ(descriptors(), before + 1) << "what all wait by";
}

TEST_F(ProbeWatchTest, goes_on_after_bad_answers) {
    std::optional<asio::ip::tcp::acceptor> server;
    server.emplace(io_, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    const auto there = server->local_endpoint();
    server.reset();
    begin(every(50ms), there.port());
    hear(2);
    EXPECT_EQ(answers_[1].seen.reason, "connect: Connection refused");
    server.emplace(io_, there);
    hear(3);
    EXPECT_EQ(answers_[2].seen.reason, "connected");
}

TEST_F(ProbeWatchTest, waits_no_longer_than_it_should) {
    const FullServer full(io_);
    begin(every(100ms), full.port());
    hear(2);
    EXPECT_EQ(answers_[1].seen.reason, "no answer within 100ms: connecting");
    EXPECT_GE(answers_[1].latency, 100ms);
}

TEST_F(ProbeWatchTest, may_be_ended_by_who_is_told) {
    const asio::ip::tcp::acceptor server(io_, {asio::ip::address_v4::loopback(), 0});
    enough_ = 2;
    begin(every(20ms), server.local_endpoint().port());
    hear(2);
    io_.run_for(50ms);
    EXPECT_EQ(answers_.size(), 2u);
}

TEST_F(ProbeWatchTest, tells_nothing_of_a_question_that_was_cut_short) {
    const FullServer full(io_);
    const auto before = descriptors();
    auto check = every(10ms);
    check.rhythm.timeout = 1h;
    begin(check, full.port());
    while (descriptors() < before + 2) // it asks
        io_.run_one();
    watch_.reset();
    io_.poll();
    EXPECT_TRUE(answers_.empty());
    EXPECT_EQ(descriptors(), before + 1);
}

TEST_F(ProbeWatchTest, may_end_with_its_loop) {
    const asio::ip::tcp::acceptor server(io_, {asio::ip::address_v4::loopback(), 0});
    const auto check = std::make_shared<const Check>(every(20ms));
    std::size_t count = 0;
    std::optional<asio::io_context> loop(std::in_place, 1);
    auto watch = watch_by_probe(
        loop->get_executor(), check, {*read_ip("", "127.0.0.1"), server.local_endpoint().port()},
        [] { return 0.5; }, [&](const Answer&) { ++count; });
    while (!count)
        loop->run_one();
    watch.reset();
    loop.reset();
    EXPECT_EQ(count, 1u);
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
