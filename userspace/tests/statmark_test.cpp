// SPDX-License-Identifier: GPL-2.0
#include "drivers/statmark.hpp"
#include "tests/cli_fixture.hpp"

#include <rapidcheck/gtest.h>

namespace nfc::statmark {
namespace {

using Parsed = nlohmann::json;

// As the kernel prints it.
const std::string mail =
    "pool mail mode nth mask 0xff rules 1\n"
    "mark       weight state gate             flows      packets\n"
    "0x1        1      up    mail1up          5          20\n"
    "0x2        3      down  !mail\\0402      0          18446744073709551615\n"
    "0x3        0      idle  -                7          90\n"
    "0xff       1000   drain \\055            0          0\n";

std::vector<std::string> words(std::string_view line) {
    std::vector<std::string> list;
    std::istringstream stream{std::string(line)};
    for (std::string word; stream >> word;)
        list.push_back(word);
    return list;
}

TEST(StatmarkPool, is_read_as_the_kernel_prints_it) {
    const auto pool = read_pool("file", mail);
    ASSERT_TRUE(pool) << pool.error().text;
    EXPECT_EQ(pool->name, "mail");
    EXPECT_EQ(pool->mode, NFC_POOL_NTH);
    EXPECT_EQ(pool->mask, 0xffu);
    EXPECT_EQ(pool->rules, 1u);
    EXPECT_EQ(pool->rows, (std::vector<Row>{
                              {{1, 1, false, Gate{"mail1up", false}}, State::Up, 5, 20},
                              {{2, 3, false, Gate{"mail 2", true}}, State::Down, 0, UINT64_MAX},
                              {{3, 0, false, {}}, State::Idle, 7, 90},
                              {{255, 1000, true, Gate{"-", false}}, State::Drain, 0, 0},
                          }));
    EXPECT_EQ(read_pool("file", "pool a\\040b mode hash mask 0x0 rules 0\nmark\n")->name, "a b");
}

TEST(StatmarkPool, says_what_it_does_not_understand) {
    const auto replaced = [](std::string_view what, std::string_view by) {
        auto text = mail;
        return text.replace(text.find(what), what.size(), by);
    };
    for (const auto& text :
         {std::string(), replaced("nth", "first"), replaced("0xff", "ff"),
          replaced("rules 1", "rules"), replaced("pool", "pond"), replaced("0x1 ", "0x0 "),
          replaced("1000", "1001"), replaced("idle", "gone"), replaced("90", "-90"),
          replaced("90", "90 1"), replaced("18446744073709551615", "18446744073709551616"),
          replaced("up ", "")})
        EXPECT_FALSE(read_pool("file", text)) << text;
}

RC_GTEST_PROP(StatmarkPool, is_not_disturbed_by_any_text, (const std::string& text)) {
    (void)read_pool("file", text);
    (void)read_pool("file", mail.substr(0, 90) + text);
}

TEST(StatmarkCommands, are_read_and_written) {
    const auto commands =
        read_commands(words("+1 -0x2 drain 3 weight 0XFF 1000 gate 4 !up gate 5 none"));
    ASSERT_TRUE(commands) << commands.error().text;
    EXPECT_EQ(*commands, (Commands{Add{1}, Remove{2}, Drain{3}, Weigh{255, 1000},
                                   SetGate{4, Gate{"up", true}}, SetGate{5, {}}}));
    std::string text;
    for (const auto& command : *commands)
        text += to_string(command) + ' ';
    EXPECT_EQ(text, "+0x1 -0x2 drain 0x3 weight 0xff 1000 gate 0x4 !up gate 0x5 none ");
    EXPECT_EQ(to_string(Command(SetGate{1, Gate{"a b", false}})), "gate 0x1 a\\040b");
    EXPECT_EQ(*read_commands({}), Commands{});
}

TEST(StatmarkCommands, that_make_no_sense_are_refused) {
    for (const char* bad : {"+",
                            "-",
                            "+0",
                            "+x",
                            "++1",
                            "+-1",
                            "+4294967296",
                            "+0x100000000",
                            "1",
                            "drain",
                            "drain 0",
                            "drain +1",
                            "weight 1",
                            "weight 1 1001",
                            "weight 1 -1",
                            "weight x 1",
                            "gate 1",
                            "gate 1 a/b",
                            "gate 1 !!a",
                            "gate 1 a,b",
                            "gate 1 !none",
                            "gate 1 !",
                            "stop 1",
                            "+1 drain"})
        EXPECT_EQ(read_commands(words(bad)).error().kind, Kind::BadInput) << bad;
}

TEST(StatmarkCommands, do_to_a_pool_what_the_kernel_would) {
    auto pool = *read_pool("file", mail);
    const auto done = [&](std::string_view line) {
        const auto commands = read_commands(words(line));
        for (const auto& command : *commands)
            if (const auto result = apply(command, pool); !result)
                return result.error().text;
        return std::string();
    };
    EXPECT_EQ(done("drain 1 weight 2 5 +3 +0xff gate 3 mail1up"), "");
    EXPECT_EQ(pool.rows[0].state, State::Drain);
    EXPECT_EQ(pool.rows[1].backend.weight, 5);
    EXPECT_EQ(pool.rows[2].backend.gate, (Gate{"mail1up", false}));
    EXPECT_EQ(pool.rows[3].state, State::Up);
    EXPECT_EQ(done("weight 3 0 -2 +0x10"), "");
    EXPECT_EQ(pool.rows[1].state, State::Idle);
    EXPECT_EQ(pool.rows.back(), (Row{{16, 1, false, {}}, State::Up, 0, 0}));
    EXPECT_EQ(done("drain 9"), "pool mail has no backend 0x9");
    EXPECT_EQ(done("+0x100"), "MARK \"0x100\": expected one within 0xff, the mask of pool mail");
    pool.mask = UINT32_MAX;
    while (pool.rows.size() < NFC_POOL_BACKENDS_MAX)
        EXPECT_TRUE(apply(Add{static_cast<std::uint32_t>(1000 + pool.rows.size())}, pool));
    EXPECT_EQ(done("+7"), "pool mail would have more than 256 backends");
}

TEST(StatmarkPools, tell_a_missing_pool_from_a_missing_module) {
    FakeNode node;
    const Pools pools(node.pools());
    EXPECT_FALSE(pools.present());
    EXPECT_EQ(pools.read("mail").error().text, "no pool mail on this node");
    EXPECT_EQ(pools.write("mail", {Add{1}}).error().kind, Kind::NoCluster);
    const Pools none(node.pools() / "none");
    EXPECT_NE(none.list().error().text.find("not loaded"), std::string::npos);
    EXPECT_EQ(none.read("mail").error().kind, Kind::NoCluster);
    EXPECT_EQ(none.remove({"mail"}).error().kind, Kind::NoCluster);
    node.write(node.pools() / ".pools", "");
    EXPECT_TRUE(pools.present());
    EXPECT_EQ(pools.list()->size(), 0u);
}

TEST(StatmarkPools, write_no_more_than_the_kernel_takes) {
    FakeNode node;
    node.write(node.pools() / "mail", mail);
    const Pools pools(node.pools());
    EXPECT_TRUE(pools.write("mail", Commands(13107, Add{1}))); // "+0x1\n"
    EXPECT_EQ(pools.write("mail", Commands(13108, Add{1})).error().kind, Kind::BadInput);
    std::filesystem::create_symlink("/dev/full", node.pools() / "full");
    EXPECT_EQ(pools.write("full", {Add{1}}).error().kind, Kind::Refused);
}

class PoolCli : public Cli {
protected:
    PoolCli() {
        node.write(node.pools() / ".pools", "");
        node.write(node.pools() / "mail", mail);
    }
    std::string written() const { return node.text_of(node.pools() / "mail").substr(mail.size()); }
};

TEST_F(PoolCli, lists_pools) {
    node.write(node.pools() / "a b", "pool a\\040b mode hash mask 0xffffffff rules 12\nmark\n");
    EXPECT_EQ(run({"pool"}), 0);
    EXPECT_EQ(out, "POOL  MODE  MASK        UP   RULES\n"
                   "a b   hash  0xffffffff  0/0     12\n"
                   "mail  nth   0xff        1/4      1\n");
    EXPECT_EQ(run({"pool", "--json"}), 0);
    EXPECT_EQ(Parsed::parse(out)["pools"].size(), 2u);
    std::filesystem::remove(node.pools() / "a b");
    std::filesystem::remove(node.pools() / "mail");
    EXPECT_EQ(run({"pool"}), 1);
    EXPECT_EQ(out, "no pools on this node\n");
}

TEST_F(PoolCli, shows_a_pool) {
    EXPECT_EQ(run({"pool", "mail"}), 0);
    EXPECT_EQ(out, "pool mail: nth, mask 0xff, 1 of 4 up, 1 rule\n"
                   "MARK  WEIGHT  STATE  GATE        FLOWS               PACKETS\n"
                   "0x1        1  up     mail1up         5                    20\n"
                   "0x2        3  down   !mail\\0402      0  18446744073709551615\n"
                   "0x3        0  idle   none            7                    90\n"
                   "0xff    1000  drain  -               0                     0\n");
    EXPECT_EQ(run({"pool", "mail", "--json"}), 0);
    EXPECT_EQ(Parsed::parse(out)["backends"][1], Parsed::parse(R"({"mark": 2, "weight": 3,
        "state": "down", "gate": {"condition": "mail 2", "inverted": true}, "flows": 0,
        "packets": 18446744073709551615})"));
    EXPECT_TRUE(Parsed::parse(out)["backends"][2]["gate"].is_null());
    EXPECT_EQ(run({"pool", "web"}), 3);
    EXPECT_EQ(err, "nfcluster: no pool web on this node\n");
}

TEST_F(PoolCli, changes_a_pool_in_one_write) {
    EXPECT_EQ(run({"pool", "mail", "drain", "1", "weight", "0x2", "5", "-3", "+4"}), 0) << err;
    EXPECT_EQ(out, "0x1: weight 1, drains while mail1up is up\n"
                   "0x2: weight 5, takes connections while mail 2 is down\n"
                   "0x3: not in the pool\n"
                   "0x4: weight 1, takes connections\n");
    EXPECT_EQ(written(), "drain 0x1\nweight 0x2 5\n-0x3\n+0x4\n");
}

TEST_F(PoolCli, has_nothing_to_do_when_all_is_so) {
    EXPECT_EQ(run({"pool", "mail", "+1", "weight", "1", "1"}), 1);
    EXPECT_EQ(out, "0x1: already weight 1, takes connections while mail1up is up\n");
}

TEST_F(PoolCli, changes_nothing_if_anything_is_wrong) {
    for (const std::vector<const char*>& words :
         {std::vector<const char*>{"mail", "drain", "1", "+x"},
          {"mail", "drain", "1", "+0x100"},
          {"mail", "drain", "1", "weight", "2"},
          {"mail", "drain", "1", "--json"},
          {"mail", "drain", "1", "--help"},
          {"a/b", "drain", "1"},
          {"--remove", "a/b"},
          {"--remove", "mail", "mail"}}) {
        auto all = words;
        all.insert(all.begin(), "pool");
        EXPECT_EQ(run(all), 2) << testing::PrintToString(words);
        EXPECT_EQ(out, "");
    }
    EXPECT_EQ(run({"pool", "mail", "drain", "1", "drain", "9"}), 3);
    EXPECT_EQ(written(), "");
}

TEST_F(PoolCli, removes_pools) {
    EXPECT_EQ(run({"pool", "--remove", "mail", "--remove", "a b"}), 0) << err;
    EXPECT_EQ(out, "mail: gone\na b: gone\n");
    EXPECT_EQ(node.text_of(node.pools() / ".pools"), "-mail\n-a\\040b\n");
}

} // namespace
} // namespace nfc::statmark
