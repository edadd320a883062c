// SPDX-License-Identifier: GPL-2.0
// Slots that are shared: whatever happens to machines and daemons, each is answered once
// in the end; and while nothing dies, never twice on the way.
#include "core/sharing.hpp"

#include "tests/sharing_sim.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

using namespace std::chrono_literals;
using sim::World;

std::vector<std::size_t> shares(const World& world) {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < world.count(); ++i)
        all.push_back(world.owned(i));
    return all;
}

using Shares = std::vector<std::size_t>;

TEST(Sharing, ThreeBeginAndEachHasAThird) {
    World world(3, 12, 1);
    world.run(10s);
    EXPECT_TRUE(world.settled()) << world.text();
    EXPECT_EQ(shares(world), (Shares{4, 4, 4}));
    EXPECT_EQ(world.doubles(), 0u);
}

TEST(Sharing, WhatADeadMachineHadGoesToAllOthers) {
    World world(3, 12, 2);
    world.run(10s);
    world.kill_machine(1);
    world.run(500ms);
    EXPECT_TRUE(world.settled()) << world.text();
    EXPECT_EQ(shares(world), (Shares{6, 0, 6}));
    world.boot(1);
    world.run(10s);
    EXPECT_TRUE(world.settled()) << world.text();
    EXPECT_EQ(shares(world), (Shares{4, 4, 4}));
    EXPECT_EQ(world.doubles(), 0u);
}

TEST(Sharing, AMachineWithoutItsDaemonGoesOn) {
    World world(3, 12, 3);
    world.run(10s);
    const auto before = world.machine(1).kernel;
    world.kill_daemon(1);
    world.run(10s);
    EXPECT_EQ(world.machine(1).kernel, before);
    EXPECT_EQ(shares(world), (Shares{4, 4, 4}));
    // Now it dies altogether.
    world.kill_machine(1);
    world.run(500ms);
    EXPECT_EQ(shares(world), (Shares{6, 0, 6}));
    EXPECT_EQ(world.doubles(), 0u);
}

TEST(Sharing, ANewcomerLearnsOfAMachineWithoutItsDaemon) {
    World world(3, 12, 4);
    world.run(10s);
    world.kill_daemon(1);
    world.run(1s);
    world.kill_daemon(2);
    world.run(1s);
    world.start(2);
    world.run(10s);
    EXPECT_EQ(shares(world), (Shares{4, 4, 4})) << world.text();
    EXPECT_EQ(world.doubles(), 0u);
}

TEST(Sharing, ASickNodeGivesUpItsSlotsAndKeepsItsFlowsForAWhile) {
    World world(3, 12, 5, 5000ms);
    world.run(10s);
    for (std::size_t slot = 0; slot < 12; ++slot)
        if (world.machine(1).kernel[slot] == SlotState::On)
            world.machine(1).flows.insert(slot);
    world.machine(1).standing = Standing::Down;
    world.run(2s);
    EXPECT_EQ(std::ranges::count(world.machine(1).kernel, SlotState::Drain), 4) << world.text();
    world.run(5s);
    EXPECT_TRUE(world.settled()) << world.text();
    EXPECT_EQ(shares(world), (Shares{6, 0, 6}));
    EXPECT_EQ(world.doubles(), 0u);
}

TEST(Sharing, NobodyDrainsForWhoDoesNotAnswer) {
    World world(3, 12, 13, 2000ms);
    world.run(10s);
    world.machine(2).hung = true;
    world.machine(0).standing = Standing::Down;
    world.run(5s);
    // What the second could take it has; the rest is still answered.
    EXPECT_EQ(shares(world), (Shares{2, 6, 4})) << world.text();
    world.machine(2).hung = false;
    world.run(5s);
    EXPECT_TRUE(world.settled()) << world.text();
    EXPECT_EQ(world.doubles(), 0u);
}

TEST(Sharing, IfAllAreSickAllServe) {
    World world(2, 8, 6);
    world.run(10s);
    world.machine(0).standing = world.machine(1).standing = Standing::Down;
    world.run(10s);
    EXPECT_TRUE(world.settled()) << world.text();
    EXPECT_EQ(shares(world), (Shares{4, 4}));
}

TEST(Sharing, NobodyServesBeforeItWasAsked) {
    World world(2, 8, 7);
    world.machine(0).standing = world.machine(1).standing = Standing::Unknown;
    world.run(10s);
    EXPECT_EQ(shares(world), (Shares{0, 0}));
    world.machine(1).standing = Standing::Up;
    world.run(1s);
    EXPECT_EQ(shares(world), (Shares{0, 8}));
}

TEST(Sharing, WhoIsCutOffStopsBeforeTheOthersTakeOver) {
    World world(3, 12, 8);
    world.run(10s);
    for (int round = 0; round < 10; ++round) {
        world.cut(2, true);
        world.run(100ms);
        EXPECT_EQ(world.owned(2), 0u);
        world.run(900ms);
        EXPECT_TRUE(world.settled()) << world.text();
        EXPECT_EQ(shares(world), (Shares{6, 6, 0}));
        world.cut(2, false);
        world.run(10s);
        EXPECT_EQ(shares(world), (Shares{4, 4, 4})) << world.text();
    }
    EXPECT_EQ(world.doubles(), 0u);
}

TEST(Sharing, WeightsAndDutiesHold) {
    World world(3, 12, 9);
    world.machine(0).weight = 2;
    world.run(10s);
    EXPECT_EQ(shares(world), (Shares{6, 3, 3}));
    world.machine(0).duty = Duty::Drain;
    world.run(10s);
    EXPECT_EQ(shares(world), (Shares{0, 6, 6})) << world.text();
    world.machine(1).duty = world.machine(2).duty = Duty::Drain;
    world.run(10s);
    EXPECT_TRUE(world.settled()) << world.text();
    EXPECT_EQ(world.doubles(), 0u);
}

TEST(Sharing, WithoutALimitSlotsMoveAtOnce) {
    World world(2, 1, 10, 0ms);
    world.run(10s);
    EXPECT_EQ(shares(world), (Shares{1, 0}));
    world.machine(0).flows.insert(0);
    world.machine(0).standing = Standing::Down;
    world.run(500ms);
    EXPECT_EQ(shares(world), (Shares{0, 1})) << world.text();
    EXPECT_EQ(world.doubles(), 0u);
}

TEST(Sharing, WhoDisagreesAboutSlotsTakesNone) {
    World world(3, 12, 11);
    world.kill_daemon(2);
    world.run(10s);
    world.machine(2).terms.hash.seed = 7;
    world.start(2);
    world.run(10s);
    EXPECT_EQ(shares(world), (Shares{6, 6, 0})) << world.text();
    const auto& daemon = *world.machine(0).daemon;
    ASSERT_TRUE(daemon.refused().contains(3));
    EXPECT_EQ(daemon.refused().at(3),
              "the configuration of web3 is another: hash_init is 7, and 0 at most nodes");
    EXPECT_EQ(world.doubles(), 0u);
}

TEST(Sharing, OfTwoWithOneNameTheFirstGoesOn) {
    World world(3, 12, 12);
    world.kill_daemon(0);
    world.machine(0).name = "web3";
    world.run(10s);
    world.start(0);
    world.run(10s);
    EXPECT_EQ(world.owned(0), 0u) << world.text();
    EXPECT_TRUE(world.settled());
    EXPECT_EQ(world.machine(1).daemon->refused().at(1),
              "two nodes are called web3: numbers 3 and 1");
}

// Without death and cuts, nobody ever answers twice; with them, in the end all is well.
void live(World& world, const std::vector<std::pair<unsigned, unsigned>>& events, unsigned kinds) {
    for (const auto& [kind, number] : events) {
        const std::size_t i = number % world.count();
        auto& one = world.machine(i);
        switch (kind % kinds) {
        case 0:
            one.standing = Standing::Down;
            break;
        case 1:
            one.standing = Standing::Up;
            break;
        case 2:
            one.weight = number % 5;
            break;
        case 3:
            one.duty = one.duty == Duty::Serve ? Duty::Drain : Duty::Serve;
            break;
        case 4:
            for (std::size_t slot = 0; slot < one.kernel.size(); ++slot)
                if (one.kernel[slot] == SlotState::On)
                    one.flows.insert(slot);
            break;
        case 5:
            world.kill_machine(i);
            break;
        case 6:
            world.boot(i);
            break;
        case 7:
            world.kill_daemon(i);
            break;
        case 8:
            world.start(i);
            break;
        case 9:
            world.cut(i, !one.cut);
            break;
        default:
            break;
        }
        world.run(Duration(number % 7 * number % 211));
    }
}

RC_GTEST_PROP(SharingLaws, WhileNothingDiesNoSlotIsAnsweredTwice, ()) {
    World world(*rc::gen::inRange(2u, 6u), *rc::gen::inRange(1u, 24u),
                *rc::gen::arbitrary<unsigned>());
    world.run(10s);
    RC_ASSERT(world.settled());
    live(world,
         *rc::gen::container<std::vector<std::pair<unsigned, unsigned>>>(
             rc::gen::pair(rc::gen::inRange(0u, 5u), rc::gen::inRange(0u, 5000u))),
         5);
    RC_ASSERT(world.doubles() == 0u);
    world.run(20s);
    RC_LOG() << world.text();
    RC_ASSERT(world.settled());
}

RC_GTEST_PROP(SharingLaws, InTheEndEverySlotIsAnsweredOnce, ()) {
    World world(*rc::gen::inRange(2u, 6u), *rc::gen::inRange(1u, 24u),
                *rc::gen::arbitrary<unsigned>());
    world.run(5s);
    live(world,
         *rc::gen::container<std::vector<std::pair<unsigned, unsigned>>>(
             rc::gen::pair(rc::gen::inRange(0u, 10u), rc::gen::inRange(0u, 5000u))),
         10);
    for (std::size_t i = 0; i < world.count(); ++i) {
        world.cut(i, false);
        world.boot(i);
        world.machine(i).standing = Standing::Up;
        world.machine(i).duty = Duty::Serve;
        world.machine(i).weight = 1;
    }
    world.run(30s);
    RC_LOG() << world.text();
    RC_ASSERT(world.settled());
    const auto all = shares(world);
    RC_ASSERT(std::ranges::max(all) - std::ranges::min(all) <= 1);
}

} // namespace
} // namespace nfc
