// SPDX-License-Identifier: GPL-2.0
// Checks by programs, and programs that do not behave.
#include "tests/checks_fixture.hpp"

#include <csignal>
#include <fstream>
#include <thread>

namespace nfc {
namespace {

using namespace std::chrono_literals;

class ExecTest : public CheckTest {
protected:
    Observation run(const std::string& script, ExecConvention convention = ExecConvention::Plain,
                    std::chrono::milliseconds timeout = 30s) {
        return ask_at(ExecCheck{{"/bin/sh", "-c", script, "sh"}, convention}, 8080, timeout).seen;
    }

    // Until a process is gone, wherever its parent is by now.
    static bool dies(pid_t pid) {
        const auto deadline = std::chrono::steady_clock::now() + 30s;
        while (std::chrono::steady_clock::now() < deadline) {
            std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
            std::string word;
            // "pid (name) state": a zombie that nobody waits for is as good as gone.
            if (!(stat >> word >> word >> word) || word == "Z")
                return true;
            std::this_thread::yield();
        }
        return false;
    }
};

TEST_F(ExecTest, is_good_if_it_ends_well) {
    EXPECT_EQ(run("exit 0"), (Observation{true, "exit status 0", {}}));
    EXPECT_EQ(run("echo fine; echo more"), (Observation{true, "exit status 0: fine", {}}));
    EXPECT_EQ(run("echo no >&2; exit 3"), (Observation{false, "exit status 3: no", {}}));
    EXPECT_EQ(run("kill -9 $$"), (Observation{false, "killed by signal 9", {}}));
    EXPECT_EQ(run("printf 'a\\033[1mb\\n'").reason, "exit status 0: a [1mb");
}

TEST_F(ExecTest, takes_weights_as_keepalived_does) {
    const auto code = [&](int status) {
        return run("exit " + std::to_string(status), ExecConvention::Keepalived);
    };
    EXPECT_EQ(code(0), (Observation{true, "exit status 0", {}}));
    EXPECT_EQ(code(1), (Observation{false, "exit status 1", {}}));
    EXPECT_EQ(code(2), (Observation{true, "exit status 2", 0}));
    EXPECT_EQ(code(255), (Observation{true, "exit status 255", 253}));
}

TEST_F(ExecTest, gives_the_address_as_mon_does) {
    EXPECT_EQ(run("echo host $1; exit 1", ExecConvention::Mon),
              (Observation{false, "exit status 1: host 127.0.0.1", {}}));
}

TEST_F(ExecTest, tells_the_program_whom_to_ask) {
    EXPECT_EQ(run("echo $NFCLUSTER_ADDRESS $NFCLUSTER_PORT").reason,
              "exit status 0: 127.0.0.1 8080");
    EXPECT_EQ(
        ask_at(ExecCheck{{"/bin/echo", "-{address}:{port}-", "$HOME; {port}{port}"}, {}}, 8080)
            .seen.reason,
        "exit status 0: -127.0.0.1:8080- $HOME; 80808080")
        << "no shell";
}

TEST_F(ExecTest, tells_that_there_is_no_such_program) {
    EXPECT_EQ(ask_at(ExecCheck{{"/nonexistent/check"}, {}}, 1).seen.reason,
              "/nonexistent/check: No such file or directory");
}

TEST_F(ExecTest, kills_the_whole_group_in_time) {
    const auto file =
        std::filesystem::temp_directory_path() / ("nfcluster-pids-" + std::to_string(::getpid()));
    const auto seen =
        run("sleep 1000 & echo $! $$ > " + file.string() + "; wait", ExecConvention::Plain, 2s);
    EXPECT_EQ(seen.reason, "no answer within 2000ms: the program still runs; killed");
    pid_t child = 0;
    pid_t shell = 0;
    ASSERT_TRUE(std::ifstream(file) >> child >> shell) << "it had two seconds";
    std::filesystem::remove(file);
    // Whom we killed but could not bury at once, the loop does.
    while (::kill(shell, 0) == 0)
        io_.run_one_for(10ms);
    EXPECT_TRUE(dies(child));
}

TEST_F(ExecTest, does_not_wait_for_who_only_keeps_the_output_open) {
    const auto answer =
        ask_at(ExecCheck{{"/bin/sh", "-c", "sleep 1000 & echo done $!"}, {}}, 1, 60s);
    EXPECT_TRUE(answer.seen.good);
    EXPECT_LT(answer.latency, 50s);
    ASSERT_EQ(answer.seen.reason.substr(0, 20), "exit status 0: done ");
    EXPECT_TRUE(dies(std::stoi(answer.seen.reason.substr(20)))) << "nor does it stay";
}

TEST_F(ExecTest, waits_for_who_closes_its_output) {
    EXPECT_EQ(run("exec >&- 2>&-; read line; exit 4").reason, "exit status 4");
}

TEST_F(ExecTest, hears_out_who_says_much) {
    EXPECT_EQ(run("i=0; while [ $i -lt 3000 ]; do echo "
                  "0123456789012345678901234567890123456789012345678901234567890123456789; "
                  "i=$((i+1)); done; exit 5")
                  .reason.substr(0, 20),
              "exit status 5: 01234");
}

TEST_F(ExecTest, inherits_nothing_and_leaves_nothing) {
    run("exit 0"); // what the loop itself needs is there from now on
    const auto before = descriptors();
    EXPECT_EQ(run("ls /proc/self/fd | tr '\\n' ' '").reason, "exit status 0: 0 1 2 3 ")
        << "3 is the folder itself";
    EXPECT_EQ(descriptors(), before);
}

} // namespace
} // namespace nfc
