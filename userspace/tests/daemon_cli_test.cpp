// SPDX-License-Identifier: GPL-2.0
// The commands that ask the daemon.
#include "nfcluster/daemon_show.hpp"
#include "tests/cli_fixture.hpp"
#include "tests/fake_daemon.hpp"

#include <gtest/gtest.h>

namespace nfc {
namespace {

using Parsed = nlohmann::json;
using namespace std::chrono_literals;

class DaemonCli : public Cli {
protected:
    DaemonCli() {
        snapshot.node = "lb1";
        snapshot.version = "1.0";
        snapshot.file = "/etc/nfcluster/nfcluster.toml";
        snapshot.started = now - 26h;
        snapshot.loaded = now - 200s;
        PoolStatus pool;
        pool.name = "mail";
        pool.driver = "condition";
        pool.backends = {backend("mail1", Standing::Up, 12s, "220 mail1"),
                         backend("mail2", Standing::Down, 125s, "connection \033[2Jrefused")};
        pool.backends[0].share = {Turn::Serves, 1};
        pool.backends[0].latency = 1250us;
        pool.backends[1].configured = 3;
        snapshot.pools.push_back(pool);
    }
    BackendStatus backend(const char* name, Standing standing, std::chrono::seconds for_so_long,
                          const char* reason) const {
        BackendStatus one;
        one.name = name;
        one.endpoint = *read_endpoint("", "192.168.0.1:25");
        one.checked = true;
        one.standing = standing;
        one.configured = 1;
        one.since = now - for_so_long;
        one.reason = reason;
        one.checks = 9;
        return one;
    }
    std::string socket() const { return (node.root() / "control").string(); }
    std::string shown() const { return control::ok_line(control::to_json(snapshot)); }

    Snapshot snapshot;
    Notice notice = [this] {
        Notice fell;
        fell.kind = EventKind::Fell;
        fell.at = now;
        fell.pool = "mail";
        fell.backend = "mail2";
        fell.endpoint = *read_endpoint("", "192.168.0.2:25");
        fell.standing = Standing::Down;
        fell.reason = "timed out";
        fell.lasted = Duration(65'000);
        fell.up = 1;
        fell.total = 2;
        return fell;
    }();
};

TEST(Age, is_short) {
    const Time now = std::chrono::system_clock::from_time_t(1'800'000'000);
    EXPECT_EQ(age(now, now), "0s");
    EXPECT_EQ(age(now - 59s, now), "59s");
    EXPECT_EQ(age(now - 60s, now), "1m 0s");
    EXPECT_EQ(age(now - 2h - 5min, now), "2h 5m");
    EXPECT_EQ(age(now - 99h, now), "4d 3h");
    EXPECT_EQ(age(now + 5s, now), "0s"); // a clock that was put back
    EXPECT_EQ(age({}, now), "never");
}

TEST_F(DaemonCli, status_is_a_table_of_backends) {
    FakeDaemon daemon(socket(), {shown(), shown()});
    EXPECT_EQ(run({"status"}), 0) << err;
    EXPECT_EQ(out.substr(0, out.find("\n\nADDRESS")),
              "nfclusterd 1.0 on lb1: 1 of 2 backends up, runs for 1d 2h, "
              "/etc/nfcluster/nfcluster.toml loaded 3m 20s ago\n"
              "\n"
              "POOL  DRIVER     BACKEND  STATE  SINCE  WEIGHT  LATENCY  REASON\n"
              "mail  condition  mail1    up       12s       1    1.2ms  220 mail1\n"
              "                 mail2    down   2m 5s     0/3    0.0ms  connection ?[2Jrefused");
    EXPECT_EQ(run({"status"}, true), 0);
    EXPECT_NE(out.find("\033[32mup\033[0m"), std::string::npos);
    EXPECT_NE(out.find("\033[33mdown\033[0m"), std::string::npos);
    EXPECT_EQ(daemon.asked(), (std::vector<std::string>(2, "{\"do\":\"status\"}")));
}

TEST_F(DaemonCli, status_says_what_is_not_as_it_should_be) {
    auto& pool = snapshot.pools[0];
    pool.blind = true;
    pool.problem = "no such file";
    pool.backends[0].duty = Duty::Drain;
    pool.backends[1].duty = Duty::Off;
    pool.backends[0].warning = "the certificate ends in 3 days";
    snapshot.reload_problem = "line 3";
    snapshot.down_times_problem = "disk full";
    FakeDaemon daemon(socket(), {shown()});
    EXPECT_EQ(run({"status"}), 0) << err;
    for (const char* text :
         {"the last reload failed: line 3\n", "down times are not written down: disk full\n",
          "pool mail: all are down, and serve nevertheless\n",
          "pool mail: the kernel could not be told: no such file\n", " drain ", " off ",
          "220 mail1; the certificate ends in 3 days\n", "0 of 2 backends up"})
        EXPECT_NE(out.find(text), std::string::npos) << text << out;
}

TEST_F(DaemonCli, status_has_it_in_json_beside_the_kernel) {
    FakeDaemon daemon(socket(), {shown()});
    EXPECT_EQ(run({"status", "--json"}), 0) << err;
    const auto all = Parsed::parse(out);
    EXPECT_EQ(all["daemon"]["pools"][0]["backends"][1]["standing"], "down");
    EXPECT_EQ(all["clusters"][0]["address"], "192.168.0.10");
}

TEST_F(DaemonCli, status_shows_the_kernel_where_no_daemon_answers) {
    EXPECT_EQ(run({"status", "--socket", socket().c_str()}), 5); // it has to
    EXPECT_NE(err.find("nobody answers"), std::string::npos) << err;
    EXPECT_EQ(out.substr(0, 7), "ADDRESS");
    node.write(socket(), ""); // is no socket
    EXPECT_EQ(run({"status"}), 5);
    EXPECT_EQ(out.substr(0, 7), "ADDRESS");
    EXPECT_EQ(run({"status", "--kernel"}), 0);
    EXPECT_EQ(err, "");
}

TEST_F(DaemonCli, an_answer_that_makes_no_sense_is_said_to) {
    FakeDaemon daemon(socket(), {"rubbish\n", "{\"ok\":{\"node\":3}}\n", ""});
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(run({"status"}), 5);
        EXPECT_NE(err, "");
        EXPECT_EQ(out.substr(0, 7), "ADDRESS");
    }
}

TEST_F(DaemonCli, watching_ignores_what_is_counted) {
    const auto first = shown();
    snapshot.pools[0].backends[0].checks = 77;
    snapshot.pools[0].backends[0].latency = 9ms;
    snapshot.kernel_changes = 4;
    const auto busier = shown();
    snapshot.pools[0].backends[1].standing = Standing::Up;
    FakeDaemon daemon(socket(), {first, busier, shown()});
    int looks = 0;
    EXPECT_EQ(run({"status", "--watch"}, false,
                  [&] {
                      now += 1s;
                      return ++looks < 3;
                  }),
              0);
    std::size_t tables = 0;
    for (auto at = out.find("nfclusterd 1.0"); at != out.npos;
         at = out.find("nfclusterd 1.0", at + 1))
        ++tables;
    EXPECT_EQ(tables, 2u) << out;
}

TEST_F(DaemonCli, events_are_lines) {
    auto rose = notice;
    rose.kind = EventKind::Rose;
    rose.up = 2;
    rose.reason = "";
    FakeDaemon daemon(socket(), {control::ok_line(nullptr) + control::event_line(notice) +
                                     control::event_line(rose),
                                 control::ok_line(nullptr) + control::event_line(notice)});
    EXPECT_EQ(run({"events", "--count", "2", "--socket", socket().c_str()}), 0) << err;
    EXPECT_EQ(err, "from now on all that happens is shown\n");
    EXPECT_NE(out.find("mail/mail2 is down, after 1m 5s: timed out (1 of 2 up)\n"),
              std::string::npos)
        << out;
    EXPECT_NE(out.find("mail/mail2 is up, after 1m 5s (2 of 2 up)\n"), std::string::npos);
    // it hangs up
    EXPECT_EQ(run({"events", "--json", "--socket", socket().c_str()}), 5);
    EXPECT_EQ(Parsed::parse(out)["reason"], "timed out");
}

TEST_F(DaemonCli, what_is_to_be_done_is_asked_for) {
    const std::string no =
        control::error_line({Kind::NoCluster, "no backend \"x\": mail/mail1, mail/mail2"});
    const std::string yes = control::ok_line(nullptr);
    FakeDaemon daemon(socket(), {yes, yes, yes, yes, no,
                                 control::error_line({Kind::BadInput, "f.toml:3: wrong"}),
                                 control::error_line({Kind::Refused, "only root"})});
    const std::string path = socket();
    const auto tell = [&](std::vector<const char*> words) {
        words.insert(words.end(), {"--socket", path.c_str()});
        return run(words);
    };
    EXPECT_EQ(tell({"drain", "mail/mail1"}), 0) << err;
    EXPECT_EQ(out, "mail/mail1 drains: it keeps what it has\n");
    EXPECT_EQ(tell({"disable", "mail1"}), 0);
    EXPECT_EQ(tell({"enable", "mail1"}), 0);
    EXPECT_EQ(tell({"reload"}), 0);
    EXPECT_EQ(tell({"drain", "x"}), 3);
    EXPECT_EQ(err, "nfcluster: no backend \"x\": mail/mail1, mail/mail2\n");
    EXPECT_EQ(tell({"reload"}), 2);
    EXPECT_EQ(tell({"enable", "mail1"}), 4);
    EXPECT_EQ(daemon.asked()[0], R"({"do":"drain","backend":"mail/mail1"})");
    EXPECT_EQ(daemon.asked()[1], R"({"do":"disable","backend":"mail1"})");
    EXPECT_EQ(daemon.asked()[3], R"({"do":"reload"})");
    EXPECT_EQ(run({"drain"}), 2);
    EXPECT_EQ(run({"reload", "mail1"}), 2);
    EXPECT_EQ(run({"events", "--count", "-1"}), 2);
}

} // namespace
} // namespace nfc
