// SPDX-License-Identifier: GPL-2.0
#include "observe/log.hpp"

#include <algorithm>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>
#include <unistd.h>

namespace nfc {
namespace {

Notice fall() {
    Notice notice;
    notice.kind = EventKind::Fell;
    notice.pool = "mail";
    notice.backend = "mail1";
    notice.endpoint = {*read_ip("", "192.168.0.1"), 25};
    notice.standing = Standing::Down;
    notice.reason = "421 \"try\" later\r\n<0>forged\x1b[2J";
    notice.lasted = Duration{1500};
    notice.up = 1;
    notice.total = 2;
    return notice;
}

class LogTest : public testing::Test {
protected:
    Log& log(const LogStyle& style, bool journal = false) {
        log_.emplace(style, journal, [this](std::string_view line) { said_ += line; });
        return *log_;
    }
    // Without the time.
    std::string said() const { return said_.substr(std::min(said_.size(), std::size_t{25})); }

    std::string said_;
    std::optional<Log> log_;
};

TEST_F(LogTest, is_a_line_an_event) {
    log({}).tell(fall());
    EXPECT_EQ(said(), "warning mail/mail1 fell event=fell pool=mail backend=mail1 "
                      "address=192.168.0.1:25 state=down duty=serve up=1 total=2 lasted_ms=1500 "
                      "reason=\"421 \\\"try\\\" later\\r\\n<0>forged\\x1b[2J\"\n");
    EXPECT_EQ(said_.substr(0, 2), "20");
    EXPECT_EQ(said_.substr(23, 2), "Z ");
}

TEST_F(LogTest, tells_the_journal_how_bad_it_is) {
    auto& to = log({LogLevel::Debug, LogFormat::Text}, true);
    to.error("a");
    to.warning("b");
    to.info("c");
    to.debug("d\n<0>e");
    EXPECT_EQ(said_, "<3>a\n<4>b\n<6>c\n<7>d\\n<0>e\n");
}

TEST_F(LogTest, says_what_its_level_lets_it) {
    auto& to = log({LogLevel::Warning, LogFormat::Text}, true);
    to.info("a");
    to.warning("b");
    to.set({LogLevel::Error, LogFormat::Text});
    to.warning("c");
    to.error("d");
    EXPECT_EQ(said_, "<4>b\n<3>d\n");
}

TEST_F(LogTest, is_json_for_programs) {
    log({LogLevel::Info, LogFormat::JsonLines}).tell(fall());
    EXPECT_EQ(std::ranges::count(said_, '\n'), 1);
    const auto json = nlohmann::json::parse(said_);
    EXPECT_EQ(json["level"], "warning");
    EXPECT_EQ(json["message"], "mail/mail1 fell");
    EXPECT_EQ(json["backend"], "mail1");
    EXPECT_EQ(json["reason"], fall().reason);
}

RC_GTEST_FIXTURE_PROP(LogTest, is_one_short_line_whatever_comes,
                      (const std::string& text, bool json, bool journal)) {
    said_.clear();
    auto notice = fall();
    for (int i = 0; i < 30; ++i)
        notice.reason += text;
    notice.backend = text;
    log({LogLevel::Info, json ? LogFormat::JsonLines : LogFormat::Text}, journal).tell(notice);
    RC_ASSERT(said_.size() <= 4096u);
    RC_ASSERT(said_.find('\n') == said_.size() - 1);
    said_.pop_back();
    RC_ASSERT(std::ranges::none_of(said_, [](unsigned char c) { return c < ' ' || c == 0x7f; }));
    if (json)
        RC_ASSERT(nlohmann::json::parse(said_.substr(journal ? 3 : 0)).is_object());
}

// Somebody has to read stderr for the daemon to go on: nobody has.
TEST_F(LogTest, never_waits_for_who_reads) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const int kept = ::dup(STDERR_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    {
        Log to{LogStyle{}};
        for (int i = 0; i < 1000; ++i)
            to.tell(fall());
        std::string got(1 << 20, ' ');
        ASSERT_GT(::read(ends[0], got.data(), got.size()), 60'000);
        to.info("after");
        got.resize(static_cast<std::size_t>(::read(ends[0], got.data(), got.size())));
        ::dup2(kept, STDERR_FILENO);
        EXPECT_NE(got.find(" lines of the log found no room\n"), got.npos) << got;
        EXPECT_NE(got.find("after\n"), got.npos) << got;
    }
    ::close(kept);
    ::close(ends[0]);
    ::close(ends[1]);
}

} // namespace
} // namespace nfc
