// SPDX-License-Identifier: GPL-2.0
// What Corosync tells in two places, in the orders in which it may come.
#include "membership/corosync_view.hpp"

#include <gtest/gtest.h>

namespace nfc {
namespace {

constexpr Ring first{1, 4};
constexpr Ring second{1, 8};

class CorosyncViewTest : public testing::Test {
protected:
    void SetUp() override { view_.set_self(1); }

    // Three machines with a daemon each.
    void all_three() {
        view_.set_quorum(first, true);
        view_.set_group({{1, 10}, {2, 20}, {3, 30}}, {});
        view_.set_machines(first, {1, 2, 3});
        ASSERT_EQ(view_.take(), (View{true, {1, 2, 3}, {}}));
    }

    CorosyncView view_;
};

TEST_F(CorosyncViewTest, KnowsNothingAtFirst) {
    EXPECT_FALSE(view_.take());
    view_.set_quorum(first, true);
    EXPECT_FALSE(view_.take());
    view_.set_machines(first, {1, 2});
    EXPECT_FALSE(view_.take()); // we are not in the group yet
    view_.set_group({{1, 10}}, {});
    EXPECT_EQ(view_.take(), (View{true, {1}, {2}}));
}

TEST_F(CorosyncViewTest, TellsTheSameOnce) {
    all_three();
    EXPECT_FALSE(view_.take());
    view_.set_quorum(first, true);
    EXPECT_FALSE(view_.take());
}

TEST_F(CorosyncViewTest, AJoinNeedsNoOtherRing) {
    view_.set_quorum(first, true);
    view_.set_machines(first, {1, 2});
    view_.set_group({{1, 10}}, {});
    EXPECT_EQ(view_.take(), (View{true, {1}, {2}}));
    view_.set_group({{1, 10}, {2, 20}}, {});
    EXPECT_EQ(view_.take(), (View{true, {1, 2}, {}}));
}

TEST_F(CorosyncViewTest, ADaemonThatDiesLeavesItsMachine) {
    all_three();
    view_.set_group({{1, 10}, {2, 20}}, {});
    EXPECT_EQ(view_.take(), (View{true, {1, 2}, {3}}));
    view_.set_group({{1, 10}, {2, 20}, {3, 31}}, {});
    EXPECT_EQ(view_.take(), (View{true, {1, 2, 3}, {}}));
}

TEST_F(CorosyncViewTest, OneOfTwoProcessesOfAMachineLeaves) {
    view_.set_quorum(first, true);
    view_.set_machines(first, {1, 2});
    view_.set_group({{1, 10}, {2, 20}, {2, 21}}, {});
    EXPECT_EQ(view_.take(), (View{true, {1, 2}, {}}));
    view_.set_group({{1, 10}, {2, 21}}, {});
    EXPECT_FALSE(view_.take());
}

// Whichever of the three is told first, the dead is never shown as a machine that lives.
TEST_F(CorosyncViewTest, AMachineThatDiesIsNeverOneWhoseDaemonDied) {
    for (int order = 0; order < 3; ++order) {
        view_ = {};
        SetUp();
        all_three();
        const auto tell = [&](int what) {
            if (what == 0)
                view_.set_group({{1, 10}, {2, 20}}, {3});
            if (what == 1)
                view_.set_machines(second, {1, 2});
            if (what == 2)
                view_.set_quorum(second, true);
        };
        // The group comes before its machines, on the same way; the quorum at any time.
        constexpr int orders[3][3] = {{0, 1, 2}, {0, 2, 1}, {2, 0, 1}};
        tell(orders[order][0]);
        EXPECT_FALSE(view_.take()) << order;
        EXPECT_FALSE(view_.agreed()) << order;
        tell(orders[order][1]);
        EXPECT_FALSE(view_.take()) << order;
        tell(orders[order][2]);
        EXPECT_EQ(view_.take(), (View{true, {1, 2}, {}})) << order;
        EXPECT_TRUE(view_.agreed()) << order;
    }
}

TEST_F(CorosyncViewTest, ThatTheQuorumIsGoneWaitsForNothing) {
    all_three();
    view_.set_quorum(second, false);
    EXPECT_EQ(view_.take(), (View{false, {1, 2, 3}, {}}));
    EXPECT_FALSE(view_.take());
    view_.set_group({{1, 10}}, {2, 3});
    EXPECT_FALSE(view_.take());
    view_.set_machines(second, {1});
    EXPECT_EQ(view_.take(), (View{false, {1}, {}}));
}

TEST_F(CorosyncViewTest, ThatTheQuorumIsBackWaitsForWhoIsThere) {
    view_.set_quorum(first, false);
    view_.set_group({{1, 10}}, {});
    view_.set_machines(first, {1});
    EXPECT_EQ(view_.take(), (View{false, {1}, {}}));
    view_.set_quorum(second, true);
    EXPECT_FALSE(view_.take());
    // Those who come are in the group before their machines are.
    view_.set_group({{1, 10}, {2, 20}}, {});
    EXPECT_FALSE(view_.take());
    view_.set_machines(second, {1, 2});
    EXPECT_EQ(view_.take(), (View{true, {1, 2}, {}}));
}

TEST_F(CorosyncViewTest, WhoHasLeftTheGroupHimselfHasNoView) {
    all_three();
    view_.set_group({{2, 20}, {3, 30}}, {});
    EXPECT_FALSE(view_.take());
    EXPECT_FALSE(view_.agreed());
}

} // namespace
} // namespace nfc
