// SPDX-License-Identifier: GPL-2.0
// Corosync that hangs: it is noticed, and nobody waits for it.
#include "membership/corosync.hpp"

#include "tests/fake_corosync.hpp"

#include <algorithm>
#include <asio/io_context.hpp>
#include <gtest/gtest.h>
#include <optional>

namespace nfc {
namespace {

using namespace std::chrono_literals;

constexpr auto hanging = "Corosync: it does not answer";

class CorosyncTest : public testing::Test {
protected:
    void SetUp() override { FakeCorosync::reset(); }
    void TearDown() override {
        group_.reset();
        FakeCorosync::go_on();
        EXPECT_TRUE(comes([] { return FakeCorosync::groups() == 0; })) << "one was never closed";
    }

    void join() {
        group_ = join_corosync(loop_.get_executor(), "a",
                               {[this](const View& view) { view_ = view; },
                                [this](MemberId, std::string_view text) { heard_ = text; },
                                [this](const std::string& text) { problem_ = text; }});
    }
    bool alone() const { return view_ == View{true, {1}, {}} && problem_.empty(); }
    bool lost() const { return view_ == View{} && problem_ == hanging; }

    // The longest that the loop stood still meanwhile is in `stood_`.
    template <typename State>
    bool comes(State state) {
        const auto begun = std::chrono::steady_clock::now();
        for (auto now = begun; !state(); now = std::chrono::steady_clock::now()) {
            if (now - begun > 10s)
                return false;
            loop_.run_for(1ms);
            loop_.restart();
            stood_ = std::max(stood_, std::chrono::steady_clock::now() - now);
        }
        return true;
    }

    asio::io_context loop_{ASIO_CONCURRENCY_HINT_UNSAFE};
    std::unique_ptr<Group> group_;
    std::optional<View> view_;
    std::string problem_, heard_;
    std::chrono::steady_clock::duration stood_{};
};

TEST_F(CorosyncTest, HearsItself) {
    join();
    ASSERT_TRUE(comes([this] { return alone(); }));
    EXPECT_EQ(group_->self(), 1u);
    group_->send("we live");
    EXPECT_TRUE(comes([this] { return heard_ == "we live"; }));
}

TEST_F(CorosyncTest, OneThatHangsIsNoticedAndComesBack) {
    join();
    ASSERT_TRUE(comes([this] { return alone(); }));
    // It has told its times once it has answered once.
    ASSERT_TRUE(comes([this] {
        group_->send("we live");
        return heard_ == "we live";
    }));
    FakeCorosync::hang();
    EXPECT_TRUE(comes([this] { return lost(); }));
    FakeCorosync::go_on();
    EXPECT_TRUE(comes([this] { return alone(); }));
    EXPECT_EQ(FakeCorosync::groups_ever(), 2);
    EXPECT_LT(stood_, 5s);
}

TEST_F(CorosyncTest, OneThatHangsFromTheStartIsNotWaitedFor) {
    FakeCorosync::hang();
    join();
    EXPECT_TRUE(comes([this] { return lost(); }));
    FakeCorosync::go_on();
    EXPECT_TRUE(comes([this] { return alone(); }));
    EXPECT_EQ(FakeCorosync::groups_ever(), 1);
}

TEST_F(CorosyncTest, NobodyWaitsForItInTheEnd) {
    join();
    ASSERT_TRUE(comes([this] { return alone(); }));
    FakeCorosync::hang();
    const auto begun = std::chrono::steady_clock::now();
    group_.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
    EXPECT_EQ(FakeCorosync::groups(), 1);
}

TEST_F(CorosyncTest, OneThatDoesNotTellItsTimesIsTrusted) {
    FakeCorosync::tell_times(0, 0);
    join();
    ASSERT_TRUE(comes([this] { return alone(); }));
    FakeCorosync::hang();
    const auto until = std::chrono::steady_clock::now() + 1500ms; // others would be lost by then
    EXPECT_TRUE(comes([until] { return std::chrono::steady_clock::now() > until; }));
    EXPECT_TRUE(alone());
}

} // namespace
} // namespace nfc
