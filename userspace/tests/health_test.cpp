// SPDX-License-Identifier: GPL-2.0
#include "core/health.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

using namespace std::chrono_literals;

const Observation good{true, "200", std::nullopt};
const Observation bad{false, "refused", std::nullopt};

Rhythm rhythm(unsigned fall, unsigned rise) {
    Rhythm r;
    r.fall = fall;
    r.rise = rise;
    r.damping = {};
    return r;
}

// A backend, a second between two answers.
struct Backend {
    Rhythm rules;
    Health health{};
    Moment now{1000s};

    std::vector<EventKind> see(const Observation& seen) {
        now += 1s;
        const auto step = observe(health, seen, rules, now);
        health = step.health;
        std::vector<EventKind> kinds;
        for (const auto& event : step.events)
            kinds.push_back(event.kind);
        return kinds;
    }
    Standing after(const std::string& answers) {
        for (const char c : answers)
            see(c == '+' ? good : bad);
        return health.standing;
    }
};

using Kinds = std::vector<EventKind>;

TEST(Health, serves_after_the_first_good_answer_and_not_before) {
    Backend b{rhythm(3, 2)};
    EXPECT_EQ(b.health.standing, Standing::Unknown);
    EXPECT_EQ(b.see(good), Kinds{EventKind::Rose});
    EXPECT_EQ(b.health.standing, Standing::Up);
}

TEST(Health, is_down_after_a_first_bad_answer_and_needs_all_to_rise) {
    Backend b{rhythm(3, 2)};
    EXPECT_EQ(b.see(bad), Kinds{EventKind::Fell});
    EXPECT_EQ(b.see(good), Kinds{});
    EXPECT_EQ(b.see(good), Kinds{EventKind::Rose});
}

TEST(Health, counts_answers_in_a_row_only) {
    Backend b{rhythm(3, 2)};
    EXPECT_EQ(b.after("+--+--+"), Standing::Up);
    EXPECT_EQ(b.after("---"), Standing::Down);
    EXPECT_EQ(b.after("+-+-+-"), Standing::Down);
    EXPECT_EQ(b.after("++"), Standing::Up);
}

TEST(Health, tells_why) {
    Backend b{rhythm(1, 1)};
    b.see(good);
    const auto step = observe(b.health, bad, b.rules, b.now);
    EXPECT_EQ(step.events, (std::vector<Event>{{EventKind::Fell, b.now, "refused"}}));
    EXPECT_EQ(step.health.reason, "refused");
}

TEST(Health, goes_on_where_the_kernel_is) {
    Backend b{rhythm(2, 1), resumed(Moment{1000s})};
    EXPECT_EQ(b.see(good), Kinds{}) << "nothing has changed";
    EXPECT_EQ(b.see(bad), Kinds{});
    EXPECT_EQ(b.see(bad), Kinds{EventKind::Fell});
}

TEST(Damping, lets_a_first_fall_pass) {
    Backend b{rhythm(1, 1)};
    b.rules.damping = {60s, 10s, 100s};
    EXPECT_EQ(b.after("+-+"), Standing::Up);
}

TEST(Damping, holds_who_falls_again_twice_as_long_each_time) {
    Backend b{rhythm(1, 2)};
    b.rules.damping = {1h, 4s, 10s};
    b.after("+-++-");
    EXPECT_EQ(b.health.hold, 4s);
    EXPECT_EQ(b.see(good), Kinds{});
    EXPECT_EQ(b.see(good), Kinds{EventKind::Held});
    EXPECT_EQ(b.see(good), Kinds{}) << "told once";
    EXPECT_EQ(b.see(good), Kinds{});
    EXPECT_EQ(b.see(good), Kinds{EventKind::Rose}) << "good for four seconds";
    b.see(bad);
    EXPECT_EQ(b.health.hold, 8s);
    EXPECT_EQ(b.after("+++-++++++++"), Standing::Down) << "a bad answer begins anew";
    EXPECT_EQ(b.after("+"), Standing::Up);
    b.see(bad);
    EXPECT_EQ(b.health.hold, 10s) << "the limit";
}

TEST(Damping, forgets) {
    Backend b{rhythm(1, 1)};
    b.rules.damping = {10s, 5s, 5s};
    b.after("+-");
    EXPECT_EQ(b.after("++++++++++"), Standing::Up);
    EXPECT_EQ(b.after("-+"), Standing::Up) << "the first fall is out of the window";
}

TEST(SlowStart, ramps_in_tenths) {
    Backend b{rhythm(1, 1)};
    b.rules.slow_start = 100s;
    b.after("+");
    EXPECT_EQ(weight_at(b.health, 50, b.rules, b.now), 50u) << "our start is not the backend's";
    b.after("-+");
    const auto weight = [&](auto after) {
        return weight_at(b.health, 50, b.rules, *b.health.ramp_from + after);
    };
    EXPECT_EQ(weight(0s), 5u);
    EXPECT_EQ(weight(9999ms), 5u);
    EXPECT_EQ(weight(10s), 10u);
    EXPECT_EQ(weight(99s), 50u);
    EXPECT_EQ(weight(100s), 50u);
    EXPECT_EQ(weight_at(b.health, 1, b.rules, b.now), 1u) << "never none";
    EXPECT_EQ(weight_at(b.health, 0, b.rules, b.now), 0u) << "but by configuration";
}

TEST(Weight, is_what_the_backend_last_said) {
    Backend b{rhythm(1, 1)};
    EXPECT_EQ(b.see({true, "", 7}), (Kinds{EventKind::WeightChanged, EventKind::Rose}));
    EXPECT_EQ(weight_at(b.health, 3, b.rules, b.now), 7u);
    EXPECT_EQ(b.see({true, "", 7}), Kinds{});
    EXPECT_EQ(b.see(good), Kinds{}) << "says nothing of it";
    EXPECT_EQ(weight_at(b.health, 3, b.rules, b.now), 7u);
}

TEST(Duty, changes_at_once_and_is_told_once) {
    const auto step = administer(resumed(Moment{1s}), Duty::Drain, Moment{2s});
    EXPECT_EQ(step.events, (std::vector<Event>{{EventKind::DutyChanged, Moment{2s}, "drain"}}));
    EXPECT_EQ(administer(step.health, Duty::Drain, Moment{3s}), (Step{step.health, {}}));
}

struct Life {
    Rhythm rules;
    std::string answers;
};

rc::Gen<Life> any_life() {
    return rc::gen::exec([] {
        Life life;
        life.rules = rhythm(*rc::gen::inRange(1u, 5u), *rc::gen::inRange(1u, 5u));
        life.rules.slow_start = std::chrono::seconds(*rc::gen::inRange(0, 20));
        life.rules.damping = {std::chrono::seconds(*rc::gen::inRange(0, 50)),
                              std::chrono::seconds(*rc::gen::inRange(0, 10)),
                              std::chrono::seconds(*rc::gen::inRange(0, 30))};
        life.answers = *rc::gen::container<std::string>(rc::gen::element('+', '+', '-'));
        return life;
    });
}

// Whoever rises was good so often in a row, who falls bad; and the standing
// changes with those events only.
RC_GTEST_PROP(Health, obeys_fall_and_rise, ()) {
    const auto life = *any_life();
    Backend b{life.rules};
    std::size_t in_a_row = 0;
    char last = 0;
    for (const char c : life.answers) {
        in_a_row = c == last ? in_a_row + 1 : 1;
        last = c;
        const auto before = b.health;
        const auto events = b.see(c == '+' ? good : bad);
        const bool rose = before.standing != Standing::Up && b.health.standing == Standing::Up;
        const bool fell = before.standing != Standing::Down && b.health.standing == Standing::Down;
        RC_ASSERT(rose == (events == Kinds{EventKind::Rose}));
        RC_ASSERT(fell == (events == Kinds{EventKind::Fell}));
        if (before.standing == Standing::Unknown) {
            RC_ASSERT(rose == (c == '+'));
            continue;
        }
        if (rose) {
            RC_ASSERT(in_a_row >= life.rules.rise);
            RC_ASSERT(std::chrono::seconds(in_a_row - 1) >= before.hold);
        }
        if (fell)
            RC_ASSERT(in_a_row >= life.rules.fall && c == '-');
        // Nobody is kept out for longer than the limit.
        if (in_a_row >= life.rules.rise && c == '+' &&
            std::chrono::seconds(in_a_row - 1) >= life.rules.damping.limit)
            RC_ASSERT(b.health.standing == Standing::Up);
        RC_ASSERT(b.health.hold <= life.rules.damping.limit);
    }
}

// Waiting for each next step sees every weight, upwards, and ends at the whole.
RC_GTEST_PROP(SlowStart, never_falls_back_and_ends, ()) {
    Backend b{rhythm(1, 1)};
    b.rules.slow_start = Duration{*rc::gen::inRange(1, 100'000)};
    const auto configured = *rc::gen::inRange(1u, 65536u);
    b.after("+-+");
    auto at = b.now;
    auto weight = weight_at(b.health, configured, b.rules, at);
    for (int steps = 0; const auto next = next_weight_at(b.health, b.rules, at); ++steps) {
        RC_ASSERT(*next > at && steps <= 10);
        RC_ASSERT(weight_at(b.health, configured, b.rules, *next - 1ms) == weight);
        const auto then = weight_at(b.health, configured, b.rules, *next);
        RC_ASSERT(then >= weight && then <= configured);
        weight = then;
        at = *next;
    }
    RC_ASSERT(weight == configured);
}

} // namespace
} // namespace nfc
