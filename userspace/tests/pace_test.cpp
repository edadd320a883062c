// SPDX-License-Identifier: GPL-2.0
#include "observe/pace.hpp"
#include "tests/observers_fixture.hpp"

#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

using namespace std::chrono_literals;

const Pace pace{3, Duration{1000}};
const Moment start{1h};

Waiting waiting(Waiting::Manner manner, std::size_t count, std::size_t most = 100) {
    Waiting waiting(manner, pace, most);
    for (std::size_t i = 0; i < count; ++i)
        waiting.push(notice(EventKind::Fell, std::to_string(i)));
    return waiting;
}

TEST(Pace, tells_few_things_one_by_one) {
    auto w = waiting(Waiting::Manner::Single, 3);
    for (int i = 0; i < 3; ++i) {
        const auto batch = w.take(start);
        ASSERT_TRUE(batch);
        ASSERT_EQ(batch->notices.size(), 1u);
        EXPECT_EQ(batch->notices[0].backend, std::to_string(i));
    }
    EXPECT_FALSE(w.take(start));
    EXPECT_TRUE(w.empty());
}

TEST(Pace, tells_a_storm_at_once) {
    auto w = waiting(Waiting::Manner::Single, 4);
    EXPECT_EQ(w.take(start)->notices.size(), 4u);
    EXPECT_TRUE(w.empty());
}

TEST(Pace, waits_when_much_has_been_told) {
    auto w = waiting(Waiting::Manner::Together, 1);
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(w.take(start));
        w.push(notice(EventKind::Rose));
        w.push(notice(EventKind::Fell));
    }
    EXPECT_FALSE(w.take(start + 999ms));
    EXPECT_EQ(w.ready(start + 999ms), start + 1s);
    EXPECT_EQ(w.take(start + 1s)->notices.size(), 2u);
    w.push(notice(EventKind::Rose));
    EXPECT_FALSE(w.take(start + 1s));
    EXPECT_TRUE(w.take(start + 1h));
    EXPECT_EQ(w.ready(start + 1h), start + 1h) << "the pace is all there again";
}

TEST(Pace, counts_what_finds_no_room) {
    auto w = waiting(Waiting::Manner::Single, 105);
    const auto batch = w.take(start);
    EXPECT_EQ(batch->notices.size(), 100u);
    EXPECT_EQ(batch->lost, 5u);
}

// Nothing is told twice or forgotten, in order, and calls keep the pace.
RC_GTEST_PROP(Pace, keeps_its_laws, (bool single, const std::vector<std::uint16_t>& steps)) {
    Waiting w(single ? Waiting::Manner::Single : Waiting::Manner::Together, pace, 5);
    auto now = start;
    std::uint64_t pushed = 0;
    std::uint64_t told = 0;
    std::uint64_t calls = 0;
    for (const auto step : steps) {
        now += std::chrono::milliseconds(step % 700);
        for (int i = 0; i < step % 4; ++i) {
            auto one = notice(EventKind::Fell);
            one.up = static_cast<unsigned>(pushed++);
            w.push(one);
        }
        while (const auto batch = w.take(now)) {
            ++calls;
            RC_ASSERT(!batch->notices.empty());
            RC_ASSERT(batch->notices.front().up == told);
            told += batch->notices.size() + batch->lost;
        }
    }
    RC_ASSERT(told <= pushed);
    RC_ASSERT(w.empty() == (told == pushed));
    RC_ASSERT(calls <= 3 + static_cast<std::uint64_t>((now - start) / 1s));
    RC_ASSERT(w.empty() || w.ready(now) > now);
}

} // namespace
} // namespace nfc
