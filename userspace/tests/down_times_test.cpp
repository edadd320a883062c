// SPDX-License-Identifier: GPL-2.0
#include "observe/down_times.hpp"
#include "observe/times.hpp"
#include "tests/observers_fixture.hpp"

#include <csignal>
#include <nlohmann/json.hpp>
#include <optional>
#include <rapidcheck/gtest.h>
#include <sys/resource.h>

namespace nfc {
namespace {

using namespace std::chrono_literals;

class DownTimesTest : public ObserverTest {
protected:
    DownTimes& begin(std::function<Snapshot()> snapshot = {}) {
        downs_.emplace(io_.get_executor(), file("downs"), log_, std::move(snapshot));
        return *downs_;
    }
    void fall(std::int64_t ms, const std::string& backend = "mail1") {
        auto fell = notice(EventKind::Fell, backend);
        fell.at = at(ms);
        downs_->tell(fell);
    }
    void rise(std::int64_t ms, std::int64_t lasted, const std::string& backend = "mail1") {
        auto rose = notice(EventKind::Rose, backend);
        rose.at = at(ms);
        rose.lasted = Duration{lasted};
        downs_->tell(rose);
    }
    static std::string begun(const std::string& backend = "mail1") {
        return R"({"from":"2025-11-21T13:00:00.000Z","to":null,"seconds":null,"pool":"mail",)"
               R"("backend":")" +
               backend + R"(","reason":"421 try later"})" + "\n";
    }
    static std::string ended(const std::string& to, const std::string& seconds) {
        return R"({"from":"2025-11-21T13:00:00.000Z","to":"2025-11-21T13:00:)" + to +
               R"(Z","seconds":)" + seconds +
               R"(,"pool":"mail","backend":"mail1","reason":"421 try later"})" + "\n";
    }

    std::optional<DownTimes> downs_;
};

TEST_F(DownTimesTest, are_written_when_they_begin_and_end) {
    begin();
    fall(0);
    EXPECT_EQ(content("downs"), begun());
    EXPECT_EQ(downs_->open(), 1u);
    rise(2500, 2400);
    EXPECT_EQ(content("downs"), begun() + ended("02.500", "2.4")) << "as measured, not by the wall";
    EXPECT_EQ(downs_->open(), 0u);
    rise(3000, 0);
    EXPECT_EQ(content("downs"), begun() + ended("02.500", "2.4")) << "it was up";
}

TEST_F(DownTimesTest, are_carried_on_by_the_next_daemon) {
    begin();
    fall(0);
    begin();
    EXPECT_EQ(downs_->open(), 1u);
    fall(5000); // its first check says so again
    EXPECT_EQ(content("downs"), begun());
    rise(9000, 4000);
    EXPECT_EQ(content("downs"), begun() + ended("09.000", "9.0"));
    begin();
    EXPECT_EQ(downs_->open(), 0u);
}

TEST_F(DownTimesTest, end_when_nobody_saw_it) {
    Snapshot snapshot;
    snapshot.pools.resize(1);
    snapshot.pools[0].name = "mail";
    auto& backend = snapshot.pools[0].backends.emplace_back();
    backend.name = "mail1";
    backend.standing = Standing::Up;
    backend.since = at(7000);
    begin();
    fall(0);
    begin([&] { return snapshot; });
    backend.checks = 1;
    ASSERT_TRUE(until([this] { return downs_->open() == 0; }));
    EXPECT_EQ(content("downs"), begun() + ended("07.000", "7.0"));
}

TEST_F(DownTimesTest, end_with_the_backend) {
    begin();
    fall(0);
    fall(0, "mail2");
    Config config;
    Pool pool;
    pool.name = "mail";
    pool.check = Check{};
    pool.backends.resize(1);
    pool.backends[0].name = "mail2";
    config.pools = {pool};
    downs_->set(config, at(4000));
    EXPECT_EQ(downs_->open(), 1u);
    auto line = ended("04.000", "4.0");
    line.insert(line.size() - 2, ",\"removed\":true");
    EXPECT_EQ(content("downs"), begun() + begun("mail2") + line);
}

TEST_F(DownTimesTest, survive_a_line_that_was_cut_short) {
    begin();
    fall(0);
    std::ofstream(file("downs"), std::ios::app) << R"({"from":"2025-11-21T13:0)";
    begin();
    EXPECT_EQ(downs_->open(), 1u);
    rise(1000, 1);
    const auto text = content("downs");
    EXPECT_TRUE(text.ends_with("13:0\n" + ended("01.000", "1.0"))) << text;
    begin();
    EXPECT_EQ(downs_->open(), 0u);
}

TEST_F(DownTimesTest, go_on_in_a_new_file) {
    begin();
    fall(0);
    std::filesystem::rename(file("downs"), file("downs.1"));
    fall(0, "mail2");
    EXPECT_EQ(content("downs.1"), begun());
    // What is open stands in the new file too: the old one may go.
    const auto text = content("downs");
    EXPECT_NE(text.find(begun()), text.npos) << text;
    std::filesystem::remove(file("downs.1"));
    begin();
    EXPECT_EQ(downs_->open(), 2u);
    std::filesystem::remove(file("downs"));
    downs_->reopen();
    EXPECT_NE(content("downs").find(begun()), std::string::npos) << "by SIGHUP, at once";
}

TEST_F(DownTimesTest, make_their_folder) {
    downs_.emplace(io_.get_executor(), file("state/nfcluster/downs"), log_);
    fall(0);
    EXPECT_EQ(content("state/nfcluster/downs"), begun());
}

TEST_F(DownTimesTest, wait_for_a_place) {
    std::ofstream(file("state")) << "no folder";
    downs_.emplace(io_.get_executor(), file("state/downs"), log_);
    fall(0);
    rise(1000, 1000);
    EXPECT_EQ(downs_->problem(), file("state/downs").native() + ": Not a directory");
    EXPECT_EQ(logged_, "<3>" + downs_->problem() + "; down times wait in memory\n") << "once";
    std::filesystem::remove(file("state"));
    ASSERT_TRUE(until([this] { return downs_->problem().empty(); }));
    EXPECT_EQ(content("state/downs"), begun() + ended("01.000", "1.0"));
    EXPECT_NE(logged_.find("written again"), logged_.npos);
}

// A limit on the file's size is a disk that is full within a line.
TEST_F(DownTimesTest, survive_a_full_disk) {
    begin();
    rlimit old{};
    ::getrlimit(RLIMIT_FSIZE, &old);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit full{250, old.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
    for (int i = 0; i < 20; ++i)
        fall(0, "m" + std::to_string(i));
    ::setrlimit(RLIMIT_FSIZE, &old);
    std::signal(SIGXFSZ, handler);
    EXPECT_EQ(content("downs").size(), 250u);
    EXPECT_NE(downs_->problem(), "");
    fall(0, "last");
    EXPECT_EQ(downs_->problem(), "");
    std::string all;
    for (int i = 0; i < 20; ++i)
        all += begun("m" + std::to_string(i));
    EXPECT_EQ(content("downs"), all + begun("last"));
}

TEST_F(DownTimesTest, pass_over_what_they_did_not_write) {
    std::ofstream(file("downs")) << "\n\xff\xfe\n[1]\n{}\n{\"from\":1,\"to\":null}\n"
                                    "{\"from\":\"2025-13-99T99:00:00.000Z\",\"to\":null,"
                                    "\"pool\":\"a\",\"backend\":\"b\"}\n"
                                 << std::string(100'000, '[') << '\n'
                                 << begun();
    begin();
    EXPECT_EQ(downs_->open(), 1u);
}

TEST_F(DownTimesTest, keep_what_servers_say_within_its_line) {
    begin();
    auto fell = notice(EventKind::Fell);
    fell.reason = "a\n{\"x\"\x1b\xff";
    downs_->tell(fell);
    const auto text = content("downs");
    EXPECT_EQ(std::ranges::count(text, '\n'), 1);
    EXPECT_EQ(nlohmann::json::parse(text)["reason"], "a\n{\"x\"\x1b\uFFFD");
}

TEST(Times, are_read_back) {
    EXPECT_EQ(read_utc("2025-11-21T13:00:00.250Z"), at(250));
    EXPECT_EQ(read_utc("2025-11-21T13:00:00Z"), std::nullopt);
    EXPECT_EQ(read_utc("2025-11-21T13:00:00.250"), std::nullopt);
    EXPECT_EQ(rough(Duration{350}), "350ms");
    EXPECT_EQ(rough(Duration{59'999}), "59s");
    EXPECT_EQ(rough(Duration{3'600'000}), "1h");
    EXPECT_EQ(rough(Duration{93'784'000}), "1d 2h");
}

RC_GTEST_PROP(Times, of_a_whole_life_are_read_back, (std::uint32_t seconds, std::uint16_t ms)) {
    const Time time{std::chrono::milliseconds{std::int64_t{seconds} * 1000 + ms % 1000}};
    RC_ASSERT(read_utc(utc(time)) == time);
}

} // namespace
} // namespace nfc
