// SPDX-License-Identifier: GPL-2.0
// The command line as a user meets it: words in, text and exit status out.
#include "nfcluster/table.hpp"
#include "tests/cli_fixture.hpp"

#include <csignal>
#include <gtest/gtest.h>
#include <sys/resource.h>

namespace nfc {
namespace {

using Parsed = nlohmann::json;

TEST_F(Cli, says_what_it_is) {
    EXPECT_EQ(run({"--version"}), 0);
    EXPECT_EQ(out, "nfcluster " NFC_VERSION "\n");
    EXPECT_EQ(run({"--help"}), 0);
    for (const char* word : {"status", "which", "slots", "Exit status"})
        EXPECT_NE(out.find(word), std::string::npos) << word;
    for (const char* command : {"status", "which", "slots"})
        EXPECT_EQ(run({command, "--help"}), 0);
    EXPECT_EQ(err, "");
}

TEST_F(Cli, refuses_wrong_usage) {
    for (const std::vector<const char*>& words :
         {std::vector<const char*>{},
          {"statu"},
          {"status", "now"},
          {"status", "--jsn"},
          {"which"},
          {"which", "192.168.0.10"},
          {"slots"},
          {"slots", "+2"},
          {"slots", "192.168.0.10", "2"},
          {"slots", "192.168.0.10", "--json"},
          {"slots", "web", "+2"},
          {"which", "192.168.0.10", "10.0.0.1", "--port"}}) {
        EXPECT_EQ(run(words), 2) << testing::PrintToString(words);
        EXPECT_EQ(out, "");
        EXPECT_EQ(err.substr(0, 11), "nfcluster: ");
    }
    EXPECT_EQ(node.file("192.168.0.10"), "1\n");
}

TEST_F(Cli, status_is_a_table) {
    node.cluster("10.0.0.1", "");
    EXPECT_EQ(run({"status"}), 0);
    EXPECT_EQ(out, "ADDRESS       IFACE  MAC                HASH MODE            SLOTS  HERE  "
                   "OTHERS\n"
                   "10.0.0.1      ?      ?                  ?                    ?      none  "
                   "?\n"
                   "192.168.0.10  eth0   01:02:03:04:05:06  sourceip-sourceport  1/2    1     "
                   "2\n"
                   "10.0.0.1: no rule with -d 10.0.0.1 -j CLUSTERIP --new\n");
    EXPECT_EQ(run({"status"}, true), 0);
    EXPECT_NE(out.find("\033[32m1/2\033[0m"), std::string::npos);
}

TEST_F(Cli, status_is_json_for_programs) {
    EXPECT_EQ(run({"status", "--json"}), 0);
    EXPECT_EQ(Parsed::parse(out), Parsed::parse(R"({"clusters": [{
        "address": "192.168.0.10", "here": [1], "interface": "eth0", "mac": "01:02:03:04:05:06",
        "hashmode": "sourceip-sourceport", "hash_init": 0, "total": 2, "others": [2]}]})"));
    node.rules("-A INPUT -d 192.168.0.10/32 -i \xff\033[2J -j CLUSTERIP --new --hashmode sourceip "
               "--clustermac 01:02:03:04:05:06 --total-nodes 1 --local-node 1 --hash-init 7\n");
    EXPECT_EQ(run({"status", "--json"}), 0);
    EXPECT_EQ(Parsed::parse(out)["clusters"][0]["hash_init"], 7);
    EXPECT_EQ(run({"status"}), 0);
    EXPECT_EQ(out.find('\033'), std::string::npos);
    EXPECT_NE(out.find("sourceip (seed 7)"), std::string::npos);
}

TEST_F(Cli, status_without_rules_shows_what_it_can) {
    node.script("echo 'Permission denied' >&2; exit 1\n");
    EXPECT_EQ(run({"status"}), 0);
    EXPECT_NE(out.find("Permission denied"), std::string::npos);
    EXPECT_EQ(run({"status", "--json"}), 0);
    const auto cluster = Parsed::parse(out)["clusters"][0];
    EXPECT_EQ(cluster["here"], Parsed::array({1}));
    EXPECT_TRUE(cluster["total"].is_null());
}

TEST_F(Cli, status_tells_no_cluster_from_no_module) {
    std::filesystem::remove(node.proc() / "192.168.0.10");
    EXPECT_EQ(run({"status"}), 1);
    EXPECT_EQ(out, "no clusters on this node\n");
    std::filesystem::remove(node.proc());
    EXPECT_EQ(run({"status"}), 3);
    EXPECT_NE(err.find("not loaded"), std::string::npos);
}

TEST_F(Cli, status_shows_all_that_is_loaded) {
    const auto make = [&] {
        node.write(node.switches() / ".set", "mail1up=1\n");
        node.write(node.pools() / ".pools", "");
        node.write(node.pools() / "mail", "pool mail mode nth mask 0xff rules 1\nmark\n"
                                          "0x1 1 up mail1up 5 20\n");
        node.write(node.ipvs_file(), "");
    };
    make();
    EXPECT_EQ(run({"ipvs", "add", "-t", "10.0.0.1:80"}), 0) << err;
    EXPECT_EQ(run({"ipvs", "add", "-t", "10.0.0.1:80", "-r", "10.0.0.2"}), 0) << err;
    EXPECT_EQ(run({"status"}), 0);
    const std::string clusters = out.substr(0, out.find("\n\n"));
    EXPECT_EQ(out.substr(clusters.size()),
              "\n\nCONDITION  STATE\nmail1up    up\n"
              "\nPOOL  MODE  MASK  UP   RULES\n"
              "mail  nth   0xff  1/1      1\n"
              "\nSERVICE          HOW  UP\ntcp 10.0.0.1:80  wlc  1/1\n");
    EXPECT_EQ(run({"status", "--json"}), 0);
    const auto all = Parsed::parse(out);
    EXPECT_EQ(all["conditions"][0]["name"], "mail1up");
    EXPECT_FALSE(all["pools"][0]["backends"][0].contains("packets"));
    EXPECT_EQ(all["services"][0]["servers"][0]["weight"], 1);
    EXPECT_FALSE(all["services"][0].contains("stats"));

    std::filesystem::remove_all(node.proc());
    EXPECT_EQ(run({"status"}), 0);
    EXPECT_EQ(out.substr(0, 9), "CONDITION");
    ipvs_family->error = EPERM;
    EXPECT_EQ(run({"status"}), 5);
    EXPECT_EQ(out.substr(0, 9), "CONDITION");
    EXPECT_EQ(err, "nfcluster: only root of the machine may see and change IPVS\n");
    EXPECT_EQ(run({"status", "--json"}), 5);
    EXPECT_TRUE(Parsed::parse(out)["services"].is_null());
    EXPECT_FALSE(Parsed::parse(out)["problem"].is_null());
}

TEST_F(Cli, status_watches_changes_only) {
    const auto lines = [&] { return std::count(out.begin(), out.end(), '\n'); };
    int look = 0;
    EXPECT_EQ(run({"status", "--watch", "--json"}, false,
                  [&] {
                      switch (++look) {
                      case 1:
                          EXPECT_EQ(lines(), 1);
                          return true;
                      case 2:
                          EXPECT_EQ(lines(), 1);
                          node.cluster("192.168.0.10", "1,2\n");
                          return true;
                      case 3:
                          EXPECT_EQ(lines(), 2);
                          std::filesystem::remove_all(node.proc());
                          return true;
                      default:
                          return false;
                      }
                  }),
              0);
    EXPECT_EQ(lines(), 3);
    std::istringstream text(out);
    for (std::string line; std::getline(text, line);)
        EXPECT_TRUE(Parsed::accept(line)) << line;
}

TEST_F(Cli, which_tells_slot_and_reason) {
    EXPECT_EQ(run({"which", "192.168.0.10", "192.168.1.77:40000"}), 0);
    EXPECT_EQ(out, "192.168.1.77:40000 -> 192.168.0.10: slot 1 of 2, answered here\n"
                   "  hash  0x1cd47d6c, by sourceip-sourceport, seed 0\n"
                   "  slot  0x1cd47d6c * 2 / 2^32 = 0.225, so slot 1\n"
                   "  here  1\n");
    EXPECT_EQ(run({"which", "192.168.0.10", "10.0.0.1:1024"}), 1);
    EXPECT_NE(out.find("slot 2 of 2, not answered here"), std::string::npos);
    EXPECT_EQ(run({"which", "192.168.0.10", "10.0.0.1:1024", "--hash-init", "1"}), 0);
}

TEST_F(Cli, which_needs_no_cluster_when_told_everything) {
    node.script("exit 1\n");
    EXPECT_EQ(run({"which", "10.9.9.9", "203.0.113.9:53", "--port", "53", "--total-nodes", "16",
                   "--hashmode", "sourceip-sourceport-destport", "--json"}),
              3);
    const auto answer = Parsed::parse(out);
    EXPECT_EQ(answer["hash"], 0xd7c21507);
    EXPECT_EQ(answer["slot"], 14);
    EXPECT_TRUE(answer["here"].is_null());
    EXPECT_EQ(run({"which", "10.9.9.9", "203.0.113.9:53", "--total-nodes", "16"}), 5);
    node.rules(demo);
    EXPECT_EQ(run({"which", "10.9.9.9", "203.0.113.9:53", "--total-nodes", "16"}), 3);
}

TEST_F(Cli, which_names_what_is_wrong) {
    const auto error = [&](std::vector<const char*> words) {
        words.insert(words.begin(), {"which", "192.168.0.10"});
        EXPECT_EQ(run(words), 2);
        return err;
    };
    EXPECT_EQ(error({"10.0.0.1"}),
              "nfcluster: CLIENT \"10.0.0.1\": expected 10.0.0.1:PORT, as hash mode "
              "sourceip-sourceport needs it (0 for a protocol without ports)\n");
    EXPECT_EQ(error({"10.0.0.1:65536"}),
              "nfcluster: PORT \"65536\": expected a port from 0 to 65535\n");
    EXPECT_EQ(error({"10.0.0.1:"}), "nfcluster: PORT \"\": expected a port from 0 to 65535\n");
    EXPECT_EQ(error({"10.0.0.1:1", "--hashmode", "sourceip-sourceport-destport"}),
              "nfcluster: --port is missing: hash mode sourceip-sourceport-destport needs the "
              "destination port\n");
    EXPECT_EQ(error({"10.0.0.1:1", "--total-nodes", "0"}),
              "nfcluster: --total-nodes \"0\": expected 1 to 4096\n");
    EXPECT_EQ(error({"web1"}), "nfcluster: CLIENT \"web1\": expected an IPv4 address such as "
                               "192.168.0.10, as the cluster's\n");
}

TEST_F(Cli, slots_shows_them) {
    EXPECT_EQ(run({"slots", "192.168.0.10"}), 0);
    EXPECT_EQ(out, "1\n");
    EXPECT_EQ(run({"slots", "10.0.0.1"}), 3);
}

TEST_F(Cli, slots_writes_each_command) {
    EXPECT_EQ(run({"slots", "192.168.0.10", "+2", "-1"}), 0);
    EXPECT_EQ(out, "slot 2: answered here now\nslot 1: no longer answered here\n");
    EXPECT_EQ(node.file("192.168.0.10"), "1\n+2\n-1\n");
}

TEST_F(Cli, slots_takes_a_minus_first_and_lists) {
    EXPECT_EQ(run({"slots", "192.168.0.10", "-1", "+1-2"}), 0) << err;
    EXPECT_EQ(node.file("192.168.0.10"), "1\n-1\n+1\n+2\n");
}

TEST_F(Cli, slots_changes_nothing_if_anything_is_wrong) {
    for (const char* bad : {"+3", "-3", "+2x", "+", "2", "+1,99", "--", "-h"}) {
        EXPECT_EQ(run({"slots", "192.168.0.10", "+2", bad}), 2) << bad;
        EXPECT_EQ(out, "");
    }
    EXPECT_EQ(run({"slots", "192.168.0.10", "+2", "+3"}), 2);
    EXPECT_EQ(err, "nfcluster: COMMAND \"+3\": expected a slot of the cluster, 1 to 2\n");
    EXPECT_EQ(node.file("192.168.0.10"), "1\n");
}

TEST_F(Cli, slots_has_nothing_to_do_when_all_is_so) {
    EXPECT_EQ(run({"slots", "192.168.0.10", "+1", "-2"}), 1);
    EXPECT_EQ(out, "slot 1: answered here already\nslot 2: not answered here already\n");
    EXPECT_EQ(node.file("192.168.0.10"), "1\n");
}

TEST_F(Cli, slots_can_take_over_when_rules_cannot_be_read) {
    node.script("echo 'no such luck' >&2; exit 1\n");
    EXPECT_EQ(run({"slots", "192.168.0.10", "+2"}), 0);
    EXPECT_NE(err.find("no such luck"), std::string::npos);
    EXPECT_EQ(node.file("192.168.0.10"), "1\n+2\n");
}

// No file here says no like the kernel's; one that must not grow comes close.
class FileLimit {
public:
    explicit FileLimit(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
        std::signal(SIGXFSZ, SIG_IGN);
    }
    ~FileLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, SIG_DFL);
    }

private:
    rlimit before_{};
};

TEST_F(Cli, slots_tells_what_was_refused_and_what_is_so_now) {
    node.script("exit 1\n");
    const FileLimit limit(std::string("1\n+2\n").size());
    EXPECT_EQ(run({"slots", "192.168.0.10", "+2", "-1", "+3"}), 4);
    EXPECT_EQ(out, "slot 2: answered here now\n");
    EXPECT_NE(err.find("the kernel refused -1: File too large. 192.168.0.10 answers 1,2 now\n"),
              std::string::npos)
        << err;
    EXPECT_EQ(node.file("192.168.0.10"), "1\n+2\n");
}

TEST(Table, lines_columns_up_whatever_the_colour) {
    const std::vector<std::vector<Cell>> rows = {{{"A", Style::Heading}, {"B"}},
                                                 {{"long"}, {"x", Style::Good}}};
    EXPECT_EQ(table(rows, false), "A     B\nlong  x\n");
    EXPECT_EQ(table(rows, true), "\033[1mA\033[0m     B\nlong  \033[32mx\033[0m\n");
}

} // namespace
} // namespace nfc
