// SPDX-License-Identifier: GPL-2.0
// Clusters as our module shows them: the values, and the command line over them.
#include "core/shared_cluster.hpp"
#include "tests/cli_fixture.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

using Parsed = nlohmann::json;

constexpr auto v4_line =
    "192.168.0.10 interface eth0 clustermac 01:02:03:04:05:06 hashmode sourceip-sourceport "
    "hash-init 7 total 240 on 1-80,161 drain 81 fill 82-83 off 84-160,162-240 accepted 10 "
    "foreign 18446744073709551615 kept 3 silenced 4\n";
constexpr auto v6_line =
    "fd00::10 interface eth1 clustermac 33:33:00:00:00:10 hashmode sourceip hash-init 0 total "
    "4096 on none drain none fill none off 1-4096 accepted 0 foreign 0 kept 0 silenced 0\n";

TEST(Summary, says_all_about_each_cluster) {
    const auto clusters = read_summary(std::string(v6_line) + v4_line);
    ASSERT_TRUE(clusters) << clusters.error().text;
    ASSERT_EQ(clusters->size(), 2u);
    const auto& first = clusters->front(); // by address, IPv4 first
    EXPECT_EQ(to_string(first.address), "192.168.0.10");
    EXPECT_EQ(first.interface, "eth0");
    EXPECT_EQ(to_string(first.mac), "01:02:03:04:05:06");
    EXPECT_EQ(first.hash, (Hash{NFC_HASH_SIP_SPT, 7}));
    EXPECT_EQ(first.total, 240u);
    EXPECT_EQ(first.in(SlotState::On).size(), 81u);
    EXPECT_EQ(first.in(SlotState::Drain), Slots{81});
    EXPECT_EQ(first.state_of(83), SlotState::Fill);
    EXPECT_EQ(first.state_of(84), SlotState::Off);
    EXPECT_EQ(first.state_of(4000), SlotState::Off);
    EXPECT_EQ(first.taken().size(), 83u);
    EXPECT_EQ(first.traffic, (Traffic{10, UINT64_MAX, 3, 4}));
    EXPECT_EQ((*clusters)[1].in(SlotState::Off).size(), 4096u);
    EXPECT_TRUE(read_summary("")->empty());
}

TEST(Summary, names_what_is_wrong) {
    const auto without_field = [](std::string line, const std::string& field) {
        return line.erase(line.find(field), field.size());
    };
    const std::vector<std::pair<std::string, const char*>> cases = {
        {"rubbish\n", "expected an address"},
        {"192.168.0.10\n", "interface is missing"},
        {without_field(v4_line, " total 240"), "total is missing"},
        {without_field(v4_line, " silenced 4"), "silenced is missing"},
        {without_field(v4_line, "161"), "expected slots from 1 to 4096"},
        {without_field(v4_line, ":06"), "clustermac"},
    };
    for (const auto& [text, problem] : cases) {
        const auto clusters = read_summary(text);
        ASSERT_FALSE(clusters) << text;
        EXPECT_EQ(clusters.error().kind, Kind::Unavailable);
        EXPECT_NE(clusters.error().text.find(problem), std::string::npos) << clusters.error().text;
    }
}

RC_GTEST_PROP(Summary, takes_any_bytes, (const std::string& text)) {
    (void)read_summary(text);
    (void)read_summary(std::string(v4_line).insert(text.size() % 100, text));
}

TEST(Orders, are_read_in_any_number_of_words) {
    const std::vector<Order> wanted = {{SlotState::On, {3, 4, 5, 12}},
                                       {SlotState::Off, {1}},
                                       {SlotState::Drain, {7}},
                                       {SlotState::Fill, {8, 9, 10}}};
    EXPECT_EQ(*read_orders({"+3-5,12", "-1", "drain", "7", "fill", "8-10"}), wanted);
    EXPECT_EQ(*read_orders({"+3-5,12 -1\ndrain 7", "fill  8-10 "}), wanted);
    EXPECT_TRUE(read_orders({})->empty());
    EXPECT_EQ(read_orders({"+4096"})->front().slots, Slots{4096});
}

TEST(Orders, are_refused_by_word) {
    for (const std::vector<std::string>& bad : {std::vector<std::string>{"drain"},
                                                {""},
                                                {" "},
                                                {"2"},
                                                {"+"},
                                                {"+ 2"},
                                                {"drain", "+2"},
                                                {"drain7"},
                                                {"+0"},
                                                {"+4097"},
                                                {"+2,2"},
                                                {"+5-3"},
                                                {"stop", "3"},
                                                {"+1", "--json"}}) {
        const auto orders = read_orders(bad);
        ASSERT_FALSE(orders) << testing::PrintToString(bad);
        EXPECT_EQ(orders.error().text.substr(0, 8), "COMMAND ");
    }
}

TEST(Orders, leave_out_what_is_so) {
    const auto now = read_summary(v4_line)->front();
    const auto made = plan(now, {{SlotState::On, {80, 81, 82}}, {SlotState::Off, {80, 84}}});
    ASSERT_TRUE(made);
    EXPECT_EQ(made->writes,
              (std::vector<Order>{{SlotState::On, {81, 82}}, {SlotState::Off, {80}}}));
    EXPECT_EQ(made->already, (std::vector<Order>{{SlotState::On, {80}}, {SlotState::Off, {84}}}));
    EXPECT_FALSE(plan(now, {{SlotState::On, {241}}}));
}

RC_GTEST_PROP(Orders, are_the_words_that_they_print, ()) {
    const auto state = *rc::gen::elementOf(slot_states);
    const auto slots = *rc::gen::nonEmpty(rc::gen::container<Slots>(rc::gen::inRange(1u, 4097u)));
    const auto again = read_orders({to_string(Order{state, slots})});
    RC_ASSERT(again);
    RC_ASSERT(*again == (std::vector<Order>{{state, slots}}));
}

class SharedCli : public Cli {
protected:
    SharedCli() {
        node.summary(std::string(v4_line) + v6_line);
        node.script("exit 1\n"); // nobody asks it
        node.write(node.proc6() / "fd00::10", "");
    }
};

TEST_F(SharedCli, status_shows_states_and_traffic) {
    EXPECT_EQ(run({"status"}), 0) << err;
    EXPECT_EQ(out, "ADDRESS       IFACE  MAC                HASH MODE                     SLOTS   "
                   "HERE      DRAIN  FILL   OTHERS\n"
                   "192.168.0.10  eth0   01:02:03:04:05:06  sourceip-sourceport (seed 7)  83/240  "
                   "1-80,161  81     82,83  84-160,162-240\n"
                   "fd00::10      eth1   33:33:00:00:00:10  sourceip                      0/4096  "
                   "none      none   none   1-4096\n"
                   "\n"
                   "ADDRESS       ACCEPTED               FOREIGN  KEPT  SILENCED\n"
                   "192.168.0.10        10  18446744073709551615     3         4\n"
                   "fd00::10             0                     0     0         0\n");
    EXPECT_EQ(err, "");
    EXPECT_EQ(run({"status", "--json"}), 0);
    const auto one = Parsed::parse(out)["clusters"][0];
    EXPECT_EQ(one["states"]["drain"], Parsed::array({81}));
    EXPECT_EQ(one["here"].size(), 83u);
    EXPECT_EQ(one["others"].size(), 157u);
    EXPECT_EQ(one["packets"]["foreign"], UINT64_MAX);
    EXPECT_EQ(one["total"], 240);
}

TEST_F(SharedCli, watching_does_not_look_at_packets) {
    int looks = 0;
    EXPECT_EQ(run({"status", "--watch", "--json"}, false,
                  [&] {
                      std::string busier = v4_line;
                      busier.replace(busier.find("accepted 10"), 11, "accepted 99");
                      node.summary(busier + v6_line);
                      return ++looks < 3;
                  }),
              0);
    EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1);
}

TEST_F(SharedCli, a_summary_that_makes_no_sense_is_said_to) {
    node.summary("rubbish\n");
    EXPECT_EQ(run({"status"}), 5);
    EXPECT_NE(err.find("nf_clusterip"), std::string::npos) << err;
    EXPECT_EQ(run({"slots", "192.168.0.10", "+1"}), 5);
    node.summary("");
    EXPECT_EQ(run({"status"}), 1);
    EXPECT_EQ(out, "no clusters on this node\n");
}

TEST_F(SharedCli, which_asks_the_kernel) {
    EXPECT_EQ(run({"which", "192.168.0.10", "10.0.0.1:1024"}), 0) << err;
    EXPECT_NE(out.find("of 240, answered here\n"), std::string::npos) << out;
    EXPECT_NE(out.find("  state on: this node takes all of its packets\n"), std::string::npos);
    EXPECT_NE(out.find("  here  1-80,161, drain 81, fill 82,83\n"), std::string::npos) << out;
    EXPECT_EQ(run({"which", "fd00::10", "2001:db8::1"}), 1) << err;
    EXPECT_EQ(out, "2001:db8::1 -> fd00::10: slot 1635 of 4096, not answered here\n"
                   "  hash  0x66295424, by sourceip, seed 0\n"
                   "  slot  0x66295424 * 4096 / 2^32 = 1634.583, so slot 1635\n"
                   "  state off: another node's, this one drops its packets\n"
                   "  here  none\n");
    EXPECT_EQ(run({"which", "fd00:0::10", "[2001:db8::1]:9", "--json"}), 1) << err;
    EXPECT_EQ(Parsed::parse(out)["state"], "off");
    EXPECT_EQ(Parsed::parse(out)["source_port"], 9);
    EXPECT_EQ(run({"which", "fd00::11", "2001:db8::1"}), 3);
    EXPECT_EQ(err, "nfcluster: no cluster fd00::11 on this node; --total-nodes and --hashmode can "
                   "say it instead\n");
    EXPECT_EQ(run({"which", "fd00::11", "2001:db8::1", "--total-nodes", "4096", "--hashmode",
                   "sourceip"}),
              3);
    EXPECT_NE(out.find("slot 1635 of 4096, here or not is unknown"), std::string::npos) << out;
}

TEST_F(SharedCli, which_tells_what_moves) {
    const auto state = [&](const char* states) {
        node.summary("192.168.0.10 interface eth0 clustermac 01:02:03:04:05:06 hashmode sourceip "
                     "hash-init 0 total 1 " +
                     std::string(states) + " accepted 0 foreign 0 kept 0 silenced 0\n");
        return run({"which", "192.168.0.10", "10.0.0.1"});
    };
    EXPECT_EQ(state("on none drain 1 fill none off none"), 1);
    EXPECT_NE(out.find("slot 1 of 1, drained here\n"), std::string::npos) << out;
    EXPECT_EQ(state("on none drain none fill 1 off none"), 0);
    EXPECT_NE(out.find("slot 1 of 1, filled here\n"), std::string::npos) << out;
    EXPECT_NE(out.find("  here  none, fill 1\n"), std::string::npos) << out;
}

TEST_F(SharedCli, which_wants_a_client_of_the_same_family) {
    for (const std::vector<const char*>& words : {std::vector<const char*>{"192.168.0.10", "::1"},
                                                  {"fd00::10", "10.0.0.1:80"},
                                                  {"fd00::10", "[2001:db8::1"},
                                                  {"fd00::10", "[2001:db8::1]80"},
                                                  {"fd00::10", "web1"},
                                                  {"fd00::10", "[2001:db8::1]:65536"}}) {
        EXPECT_EQ(run({"which", words[0], words[1]}), 2) << words[1];
        EXPECT_EQ(out, "");
    }
    EXPECT_EQ(run({"which", "192.168.0.10", "10.0.0.1"}), 2);
    EXPECT_NE(err.find("expected 10.0.0.1:PORT, as hash mode"), std::string::npos);
}

TEST_F(SharedCli, slots_are_one_write) {
    EXPECT_EQ(run({"slots", "192.168.0.10", "+82-90", "-1", "drain", "2-5", "fill", "100", "-200"}),
              0)
        << err;
    EXPECT_EQ(node.file("192.168.0.10"), "1\n+82-90 -1 drain 2-5 fill 100\n");
    EXPECT_EQ(out, "slot 200: not answered here already\n"
                   "slots 82-90: answered here now\n"
                   "slot 1: no longer answered here\n"
                   "slots 2-5: drained here now\n"
                   "slot 100: filled here now\n");
    EXPECT_EQ(run({"slots", "fd00:0:0::10", "+1-4096"}), 0) << err;
    EXPECT_EQ(node.text_of(node.proc6() / "fd00::10"), "+1-4096\n");
    EXPECT_EQ(run({"slots", "192.168.0.10"}), 0);
    EXPECT_EQ(out, "1-80,82,83,161\n");
}

TEST_F(SharedCli, slots_changes_nothing_if_anything_is_wrong) {
    EXPECT_EQ(run({"slots", "192.168.0.10", "+90", "+241"}), 2);
    EXPECT_EQ(err, "nfcluster: COMMAND \"+241\": expected slots of the cluster, 1 to 240\n");
    EXPECT_EQ(run({"slots", "192.168.0.10", "+90", "drain"}), 2);
    EXPECT_EQ(run({"slots", "fd00::11", "+90"}), 3);
    EXPECT_EQ(run({"slots", "192.168.0.10", "+1-80"}), 1);
    EXPECT_EQ(out, "slots 1-80: answered here already\n");
    EXPECT_EQ(node.file("192.168.0.10"), "1\n");
}

} // namespace
} // namespace nfc
