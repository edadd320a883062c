// SPDX-License-Identifier: GPL-2.0
// Alerts by programs that are really run, and that do not always behave.
#include "observe/alerts.hpp"
#include "tests/observers_fixture.hpp"

#include <algorithm>
#include <csignal>
#include <optional>

namespace nfc {
namespace {

using namespace std::chrono_literals;

class AlertsTest : public ObserverTest {
protected:
    // What has one argument, its file, and adds a line to it.
    Config with(const std::string& text) {
        Config config;
        config.node = "director";
        config.alert.exec = {program("tell", text), file("told").native()};
        return config;
    }
    void begin(const Config& config) { alerts_.emplace(io_.get_executor(), config, log_); }
    bool done() {
        return until([this] { return alerts_->idle(); });
    }
    std::ptrdiff_t lines(const std::string& name) const {
        const auto text = content(name);
        return std::ranges::count(text, '\n');
    }

    std::optional<Alerts> alerts_;
};

TEST_F(AlertsTest, run_the_program) {
    begin(with("echo $NFCLUSTER_EVENT $NFCLUSTER_BACKEND $NFCLUSTER_REASON >>$1; cat >>$1\n"));
    alerts_->tell(notice(EventKind::Fell));
    ASSERT_TRUE(done());
    EXPECT_EQ(content("told"), "fell mail1 421 try later\n2025-11-21T13:00:00.000Z mail/mail1 "
                               "(192.168.0.1:25) is down: 421 try later (1 of 2 up)\n");
    EXPECT_EQ(alerts_->programs(), (AlertCount{1, 0, 1, 0}));
    EXPECT_EQ(logged_, "");
}

TEST_F(AlertsTest, never_wait) {
    auto config = with("read line <$1\n");
    ASSERT_EQ(std::system(("mkfifo " + file("told").native()).c_str()), 0);
    begin(config);
    const auto before = std::chrono::steady_clock::now();
    for (int i = 0; i < 2000; ++i)
        alerts_->tell(notice(EventKind::Fell, std::to_string(i)));
    EXPECT_LT(std::chrono::steady_clock::now() - before, 20s);
    EXPECT_FALSE(alerts_->idle());
    alerts_.reset();
}

TEST_F(AlertsTest, call_few_programs_in_a_storm) {
    auto config = with("echo $NFCLUSTER_COUNT >>$1\n");
    config.alert.queue = 1500;
    begin(config);
    for (int i = 0; i < 2000; ++i)
        alerts_->tell(notice(EventKind::Fell, std::to_string(i)));
    ASSERT_TRUE(done());
    EXPECT_EQ(alerts_->programs().told, 2000u);
    EXPECT_GT(alerts_->programs().lost, 400u);
    EXPECT_LE(lines("told"), 10);
    EXPECT_EQ(alerts_->programs().failures, 0u);
}

TEST_F(AlertsTest, run_so_many_at_once) {
    auto config = with("mkdir $1.$$ || exit; ls -d $1.* | wc -l >>$1; sleep 0.2; rmdir $1.$$\n");
    config.alert.parallel = 2;
    begin(config);
    for (int i = 0; i < 6; ++i)
        alerts_->tell(notice(EventKind::Fell, std::to_string(i)));
    ASSERT_TRUE(done());
    EXPECT_EQ(lines("told"), 6);
    EXPECT_EQ(content("told").find_first_not_of("12\n"), std::string::npos) << content("told");
}

TEST_F(AlertsTest, kill_the_whole_group_in_time) {
    auto config = with("sleep 1000 & echo $! $$ >$1; wait\n");
    config.alert.timeout = 1s;
    begin(config);
    alerts_->tell(notice(EventKind::Fell));
    ASSERT_TRUE(done());
    EXPECT_EQ(alerts_->programs().failures, 1u);
    EXPECT_NE(logged_.find("still ran after 1000ms; killed"), logged_.npos) << logged_;
    pid_t child = 0;
    pid_t shell = 0;
    ASSERT_TRUE(std::ifstream(file("told")) >> child >> shell);
    EXPECT_TRUE(until([&] {
        std::ifstream stat("/proc/" + std::to_string(child) + "/stat");
        std::string word;
        return !(stat >> word >> word >> word) || word == "Z";
    }));
    EXPECT_TRUE(until([&] { return ::kill(shell, 0) < 0; }));
}

TEST_F(AlertsTest, say_what_went_wrong) {
    begin(with("echo no route; exit 3\n"));
    alerts_->tell(notice(EventKind::Fell));
    ASSERT_TRUE(done());
    EXPECT_EQ(logged_,
              "<3>an alert was not told: " + file("tell").native() + ": exit status 3: no route\n");
    logged_.clear();
    Config config;
    config.alert.exec = {"/nonexistent/tell"};
    alerts_->set(config);
    alerts_->tell(notice(EventKind::Fell));
    ASSERT_TRUE(done());
    EXPECT_EQ(logged_, "<3>an alert was not told: /nonexistent/tell: No such file or directory\n");
    EXPECT_EQ(alerts_->programs().failures, 2u);
}

TEST_F(AlertsTest, tell_of_what_they_are_asked_to) {
    auto config = with("echo $NFCLUSTER_EVENT >>$1\n");
    config.alert.events = {EventKind::Rose};
    begin(config);
    alerts_->tell(notice(EventKind::Fell));
    alerts_->tell(notice(EventKind::Rose));
    ASSERT_TRUE(done());
    EXPECT_EQ(content("told"), "rose\n");
}

TEST_F(AlertsTest, are_nobodys_without_a_program) {
    begin(Config{});
    alerts_->tell(notice(EventKind::Fell));
    EXPECT_TRUE(alerts_->idle());
}

TEST_F(AlertsTest, end_with_the_object) {
    begin(with("echo $$ >$1; sleep 1000\n"));
    alerts_->tell(notice(EventKind::Fell));
    ASSERT_TRUE(until([this] { return lines("told") == 1; }));
    pid_t pid = 0;
    ASSERT_TRUE(std::ifstream(file("told")) >> pid);
    alerts_.reset();
    EXPECT_TRUE(until([&] { return ::kill(pid, 0) < 0; }));
    EXPECT_EQ(logged_, "");
}

TEST_F(AlertsTest, mail) {
    Config config;
    config.alert.mail = {"root"};
    config.alert.sendmail = program("sendmail", "echo \"$@\" >>" + file("told").native() +
                                                    "; cat >>" + file("told").native() + "\n");
    begin(config);
    auto fell = notice(EventKind::Fell);
    fell.reason = "x\n.\nBcc: all@example.org";
    alerts_->tell(fell);
    ASSERT_TRUE(done());
    const auto told = content("told");
    EXPECT_EQ(told.substr(0, 18), "-i root\nTo: root\nS") << told;
    EXPECT_NE(told.find("\n\n2025-11-21T13:00:00.000Z mail/mail1 (192.168.0.1:25) is down: "
                        "x\\n.\\nBcc: all@example.org (1 of 2 up)\n"),
              told.npos)
        << told;
    EXPECT_EQ(alerts_->mails(), (AlertCount{1, 0, 1, 0}));
}

TEST_F(AlertsTest, write_few_mails_in_a_storm) {
    Config config;
    config.alert.mail = {"root"};
    config.alert.sendmail = program("sendmail", "echo >>" + file("told").native() + "\n");
    config.alert.mail_pace = {2, 100ms};
    begin(config);
    for (int i = 0; i < 500; ++i)
        alerts_->tell(notice(EventKind::Fell, std::to_string(i)));
    ASSERT_TRUE(done());
    EXPECT_EQ(lines("told"), 2) << "the first, and all others";
    for (int i = 0; i < 500; ++i)
        alerts_->tell(notice(EventKind::Rose, std::to_string(i)));
    ASSERT_TRUE(done());
    EXPECT_EQ(alerts_->mails().told, 1000u);
    EXPECT_LE(lines("told"), 4);
}

// As postfix and exim do.
TEST_F(AlertsTest, let_sendmail_deliver_in_the_background) {
    Config config;
    config.alert.mail = {"root"};
    config.alert.sendmail = program("sendmail", "(sleep 0.5; echo delivered >" +
                                                    file("told").native() + ") >&- 2>&- &\n");
    begin(config);
    alerts_->tell(notice(EventKind::Fell));
    ASSERT_TRUE(done());
    EXPECT_TRUE(until([this] { return content("told") == "delivered\n"; }));
}

} // namespace
} // namespace nfc
