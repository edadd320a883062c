// SPDX-License-Identifier: GPL-2.0
#include "core/planner.hpp"

#include <algorithm>
#include <chrono>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>
#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

struct Situation {
    std::vector<Sharer> sharers;
    Owners now;
};

// "a.b" and so on: a letter a slot, '.' for one that nobody has.
Owners owners(std::string_view letters) {
    Owners all;
    for (const char c : letters)
        all.push_back(c == '.' ? std::nullopt
                               : std::optional<std::size_t>(static_cast<std::size_t>(c - 'a')));
    return all;
}

std::string letters(const Owners& all) {
    std::string text;
    for (const auto& one : all)
        text += one ? static_cast<char>('a' + *one) : '.';
    return text;
}

std::string planned(const std::vector<Sharer>& sharers, std::string_view now) {
    return letters(plan_owners(sharers, owners(now)));
}

std::vector<std::size_t> counted(const Owners& all, std::size_t sharers) {
    std::vector<std::size_t> has(sharers);
    for (const auto& owner : all)
        if (owner)
            ++has.at(*owner);
    return has;
}

// Some slots are nobody's, and some sharers have nothing, or no weight.
Situation situation(int sharers_most, int slots_most, unsigned weight_most = 5) {
    Situation one;
    const auto sharers = *rc::gen::inRange(1, sharers_most + 1);
    for (int i = 0; i < sharers; ++i)
        one.sharers.push_back({"n" + std::to_string(i), *rc::gen::inRange(0u, weight_most + 1)});
    if (std::ranges::none_of(one.sharers, &Sharer::weight))
        one.sharers.front().weight = 1;
    const auto known = *rc::gen::inRange(0, sharers + 1); // the others come anew
    for (int slots = *rc::gen::inRange(1, slots_most + 1); slots; --slots) {
        const auto owner = *rc::gen::inRange(0, known + 1);
        one.now.push_back(owner == known
                              ? std::nullopt
                              : std::optional<std::size_t>(static_cast<std::size_t>(owner)));
    }
    return one;
}

bool is_fair(const std::vector<Sharer>& sharers, const Owners& all) {
    std::uint64_t sum = 0;
    for (const auto& sharer : sharers)
        sum += sharer.weight;
    const auto has = counted(all, sharers.size());
    for (std::size_t i = 0; i < sharers.size(); ++i) {
        const auto parts = all.size() * sharers[i].weight;
        if (has[i] < parts / sum || has[i] > (parts + sum - 1) / sum)
            return false;
    }
    return std::ranges::none_of(all, [](const auto& owner) { return !owner; });
}

// Of all fair ways to share, tried one by one.
std::size_t fewest_moves(const Situation& one) {
    auto best = one.now.size() + 1;
    Owners way(one.now.size(), 0);
    for (std::size_t at = 0; at < way.size();) {
        if (is_fair(one.sharers, way))
            best = std::min(best, count_moves(one.now, way));
        for (at = 0; at < way.size() && ++*way[at] == one.sharers.size(); ++at)
            way[at] = 0;
    }
    return best;
}

// However the slots that are left over were given: nobody can be spared to give what it
// has above the larger share, and of those that have just that, so many give one as
// there are too many. Nothing that the planner computes is used.
std::size_t moves_bound(const Situation& one) {
    std::uint64_t sum = 0;
    for (const auto& sharer : one.sharers)
        sum += sharer.weight;
    const auto has = counted(one.now, one.sharers.size());
    std::size_t moves = 0, larger = 0, left = one.now.size();
    for (std::size_t i = 0; i < has.size(); ++i) {
        const auto parts = one.now.size() * one.sharers[i].weight;
        const auto floor = parts / sum, most = (parts + sum - 1) / sum;
        left -= floor;
        larger += most > floor && has[i] > floor;
        moves += has[i] > most ? has[i] - most : 0;
    }
    return moves + (larger > left ? larger - left : 0);
}

RC_GTEST_PROP(Planner, gives_every_slot_one_owner_and_everybody_its_share, ()) {
    const auto one = situation(20, 300, 1000);
    RC_ASSERT(is_fair(one.sharers, plan_owners(one.sharers, one.now)));
}

RC_GTEST_PROP(Planner, moves_as_few_as_any_that_is_fair, ()) {
    const auto one = situation(3, 6);
    const auto next = plan_owners(one.sharers, one.now);
    RC_ASSERT(count_moves(one.now, next) == fewest_moves(one));
}

RC_GTEST_PROP(Planner, moves_as_few_as_can_be_however_many_there_are, ()) {
    const auto one = situation(20, 300, 1000);
    RC_ASSERT(count_moves(one.now, plan_owners(one.sharers, one.now)) == moves_bound(one));
}

RC_GTEST_PROP(Planner, plans_the_same_in_whatever_order_they_are_named, ()) {
    const auto one = situation(12, 100);
    std::vector<std::size_t> place(one.sharers.size()); // by the old place
    std::iota(place.begin(), place.end(), std::size_t{0});
    for (auto i = place.size(); i > 1; --i)
        std::swap(place[i - 1], place[*rc::gen::inRange<std::size_t>(0, i)]);

    Situation other{one.sharers, one.now};
    for (std::size_t i = 0; i < place.size(); ++i)
        other.sharers[place[i]] = one.sharers[i];
    const auto moved = [&](Owners all) {
        for (auto& owner : all)
            if (owner)
                owner = place[*owner];
        return all;
    };
    other.now = moved(one.now);
    RC_ASSERT(plan_owners(other.sharers, other.now) == moved(plan_owners(one.sharers, one.now)));
}

// A slot is given up before it is taken, and its taker may be slow.
RC_GTEST_PROP(Planner, plans_the_same_after_any_part_was_done, ()) {
    const auto one = situation(12, 100);
    const auto next = plan_owners(one.sharers, one.now);
    auto part = one.now;
    for (std::size_t i = 0; i < part.size(); ++i)
        if (part[i] != next[i]) {
            const auto done = *rc::gen::inRange(0, 3);
            part[i] = done == 0 ? part[i] : done == 1 ? std::nullopt : next[i];
        }
    RC_ASSERT(plan_owners(one.sharers, part) == next);
}

RC_GTEST_PROP(Planner, has_nothing_to_change_in_its_own_plan, ()) {
    const auto one = situation(12, 100);
    const auto next = plan_owners(one.sharers, one.now);
    RC_ASSERT(plan_owners(one.sharers, next) == next);
}

RC_GTEST_PROP(Planner, takes_nothing_from_the_living_when_one_of_equals_dies, ()) {
    auto sharers = std::vector<Sharer>();
    for (int i = *rc::gen::inRange(2, 65); i; --i)
        sharers.push_back({"n" + std::to_string(i), 1});
    const auto full = plan_owners(sharers, Owners(*rc::gen::inRange<std::size_t>(1, 1000)));
    const auto dead = *rc::gen::inRange<std::size_t>(0, sharers.size());
    auto rest = full;
    std::ranges::replace(rest, std::optional(dead), std::nullopt);
    sharers[dead].weight = 0;
    const auto after = plan_owners(sharers, rest);
    RC_ASSERT(count_moves(rest, after) == 0u);
    // And it gets back no more than its share.
    sharers[dead].weight = 1;
    const auto back = plan_owners(sharers, after);
    RC_ASSERT(count_moves(after, back) == counted(back, sharers.size())[dead]);
}

TEST(Planner, fills_an_empty_cluster_by_name) {
    EXPECT_EQ(planned({{"web1"}, {"web2"}, {"web3"}}, "......"), "aabbcc");
    EXPECT_EQ(planned({{"web3"}, {"web1"}, {"web2"}}, "......"), "bbccaa");
    EXPECT_EQ(planned({{"web1"}, {"web2"}, {"web3"}}, "....."), "aabbc");
    EXPECT_EQ(planned({{"web1", 1}, {"web2", 2}}, "......"), "aabbbb");
}

TEST(Planner, gives_a_lost_ones_slots_to_all) {
    EXPECT_EQ(planned({{"web1"}, {"web2"}}, "aabb.."), "aabbab");
    EXPECT_EQ(planned({{"web1"}, {"web2"}, {"web3", 0}}, "aabbcc"), "aabbab");
}

TEST(Planner, takes_the_highest_for_one_that_comes) {
    EXPECT_EQ(planned({{"web1"}, {"web2"}, {"web3"}}, "aaabbb"), "aacbbc");
    EXPECT_EQ(planned({{"web1"}, {"web2"}, {"web3"}}, "ababab"), "ababcc");
}

TEST(Planner, leaves_what_is_left_over_where_it_is) {
    EXPECT_EQ(planned({{"web1"}, {"web2"}}, "abb"), "abb");
    EXPECT_EQ(planned({{"web1"}, {"web2"}}, "bbb"), "bba");
}

TEST(Planner, keeps_one_active_and_one_standby) {
    EXPECT_EQ(planned({{"lb1"}, {"lb2"}}, "."), "a");
    EXPECT_EQ(planned({{"lb1"}, {"lb2"}}, "b"), "b"); // it does not go back by itself
    EXPECT_EQ(planned({{"lb1"}, {"lb2", 0}}, "b"), "a");
}

TEST(Planner, has_no_owner_where_nobody_has_a_weight) {
    EXPECT_EQ(planned({}, "..."), "...");
    EXPECT_EQ(planned({{"web1", 0}}, "aa"), "..");
    EXPECT_EQ(planned({{"web1"}}, ""), "");
}

TEST(Planner, counts_what_it_does_not_know_as_nobodys) {
    EXPECT_EQ(planned({{"web1"}, {"web2"}}, "azzb"), "aabb");
}

TEST(Planner, bears_the_greatest_weights) {
    const auto most = std::numeric_limits<unsigned>::max();
    const auto next = plan_owners({{"web1", most}, {"web2", most}}, Owners(4096));
    EXPECT_EQ(counted(next, 2), (std::vector<std::size_t>{2048, 2048}));
}

TEST(Planner, counts_moves_from_owners_only) {
    EXPECT_EQ(count_moves(owners("ab.c"), owners("aacb")), 2u);
    EXPECT_EQ(count_moves(owners("..."), owners("abc")), 0u);
    EXPECT_EQ(count_moves(owners("a"), owners(".")), 1u);
}

// The bench measures it (tests/bench/planner): here it runs with the sanitizers.
TEST(Planner, plans_the_largest_cluster_soon) {
    std::vector<Sharer> sharers;
    for (int i = 0; i < 64; ++i)
        sharers.push_back({"node" + std::to_string(i), 1});
    const auto begin = std::chrono::steady_clock::now();
    const auto next = plan_owners(sharers, Owners(4096));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
    EXPECT_TRUE(is_fair(sharers, next));
}

} // namespace
} // namespace nfc
