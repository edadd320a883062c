// SPDX-License-Identifier: GPL-2.0
#include "core/proc_name.hpp"
#include "drivers/condition.hpp"
#include "tests/cli_fixture.hpp"

#include <cerrno>
#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

using Parsed = nlohmann::json;

TEST(ProcName, refuses_what_the_kernel_would) {
    for (const char* good : {"mail1up", "-x", "a=b", "with blank", "\xc3\xa4", "=0", "..."})
        EXPECT_EQ(*read_switch_name("NAME", good), good);
    const std::vector<std::string> bad_names = {"",
                                                ".",
                                                "..",
                                                ".set",
                                                "a/b",
                                                "a\"b",
                                                "a\\b",
                                                "a\nb",
                                                "\x7f",
                                                std::string("a\0b", 3),
                                                std::string(31, 'a')};
    for (const auto& bad : bad_names)
        EXPECT_EQ(read_switch_name("NAME", bad).error().kind, Kind::BadInput) << bad;
    EXPECT_TRUE(read_switch_name("NAME", std::string(30, 'a')));
}

RC_GTEST_PROP(ProcName, survives_escaping, (const std::string& name)) {
    RC_PRE(name.find('\\') == name.npos);
    RC_ASSERT(unescape_name(escape_name(name)) == name);
    RC_ASSERT(unescape_name(escape_name(name, "=")) == name);
    RC_ASSERT(escape_name(name).find(' ') == name.npos);
}

TEST(ProcName, leaves_what_is_no_escape) {
    EXPECT_EQ(unescape_name("a\\04"), "a\\04");
    EXPECT_EQ(unescape_name("\\0400"), " 0");
    EXPECT_EQ(unescape_name("\\999\\777\\"), "\\999\\777\\");
}

TEST(Switches, are_read_as_the_kernel_prints_them) {
    EXPECT_EQ(*read_switches(".set", "with\\040blank=1\na=b=1\n-x=0\n"),
              (std::vector<Switch>{{"-x", false}, {"a=b", true}, {"with blank", true}}));
    EXPECT_EQ(*read_switches(".set", ""), std::vector<Switch>{});
    for (const char* bad : {"a\n", "=1\n", "a=2\n", "a=1\n\nb=1\n", "a=\n"})
        EXPECT_FALSE(read_switches(".set", bad)) << bad;
}

TEST(Switches, change_by_words_that_can_be_read_back) {
    EXPECT_EQ(to_string(SwitchChange{{{"mail1up", true}, {"a b", false}}, {"-x=", "old"}}),
              "--x\\075 -old mail1up=1 a\\040b=0\n");
    EXPECT_EQ(to_string(SwitchChange{}), "");
}

TEST(Conditions, tell_a_missing_module_from_another_one_of_its_name) {
    FakeNode node;
    EXPECT_FALSE(Conditions(node.switches()).present());
    EXPECT_EQ(Conditions(node.switches()).read().error().kind, Kind::Unavailable);
    EXPECT_NE(Conditions(node.switches()).read().error().text.find("not the one of nfcluster"),
              std::string::npos);
    const Conditions none(node.switches() / "none");
    EXPECT_EQ(none.read().error().kind, Kind::NoCluster);
    EXPECT_NE(none.write({{{"a", true}}, {}}).error().text.find("not loaded"), std::string::npos);
    node.write(node.switches() / ".set", "what?\n");
    EXPECT_TRUE(Conditions(node.switches()).present());
    EXPECT_EQ(Conditions(node.switches()).read().error().kind, Kind::Unavailable);
}

TEST(Conditions, write_no_more_than_the_kernel_takes) {
    FakeNode node;
    node.write(node.switches() / ".set", "");
    const SwitchChange most{std::vector<Switch>(16384, {"a", true}), {}};
    EXPECT_TRUE(Conditions(node.switches()).write(most));
    const SwitchChange more{std::vector<Switch>(16385, {"a", true}), {}};
    EXPECT_EQ(Conditions(node.switches()).write(more).error().kind, Kind::BadInput);
}

TEST(Conditions, tell_in_words_what_was_refused) {
    const SwitchChange change{{{"new", true}}, {"mail1up"}};
    const auto said = [&](int number) { return explain_refusal(change, number).text; };
    EXPECT_EQ(said(EBUSY), "a rule or a pool asks switch \"mail1up\"; nothing was changed");
    EXPECT_EQ(said(ENOSPC), "there would be more than 4096 switches; nothing was changed");
    EXPECT_EQ(said(ENOMEM), "the kernel refused it: Cannot allocate memory; nothing was changed");
    EXPECT_EQ(explain_refusal(change, ENOENT).kind, Kind::NoCluster);
    EXPECT_EQ(explain_refusal(change, EPERM).kind, Kind::Unavailable);
    FakeNode node;
    std::filesystem::create_symlink("/dev/full", node.switches() / ".set");
    EXPECT_EQ(Conditions(node.switches()).write(change).error().kind, Kind::Refused);
}

class ConditionCli : public Cli {
protected:
    ConditionCli() { node.write(set(), before); }
    std::filesystem::path set() const { return node.switches() / ".set"; }
    std::string written() const { return node.text_of(set()).substr(before.size()); }

    const std::string before = "mail2up=0\nmail1up=1\n";
};

TEST_F(ConditionCli, lists_switches) {
    EXPECT_EQ(run({"condition"}), 0);
    EXPECT_EQ(out, "CONDITION  STATE\nmail1up    up\nmail2up    down\n");
    EXPECT_EQ(run({"condition", "--json"}), 0);
    EXPECT_EQ(Parsed::parse(out), Parsed::parse(R"({"conditions": [
        {"name": "mail1up", "up": true}, {"name": "mail2up", "up": false}]})"));
    node.write(set(), "");
    EXPECT_EQ(run({"condition"}), 1);
    EXPECT_EQ(out, "no switches on this node\n");
    node.write(set(), "\x1b[2J\xff=1\n");
    EXPECT_EQ(run({"condition"}), 0);
    EXPECT_EQ(out.find('\x1b'), std::string::npos);
    EXPECT_EQ(run({"condition", "--json"}), 0);
    EXPECT_TRUE(Parsed::accept(out));
}

TEST_F(ConditionCli, answers_for_one_switch) {
    EXPECT_EQ(run({"condition", "mail1up"}), 0);
    EXPECT_EQ(out, "up\n");
    EXPECT_EQ(run({"condition", "mail2up"}), 1);
    EXPECT_EQ(out, "down\n");
    EXPECT_EQ(run({"condition", "mail2up", "--json"}), 1);
    EXPECT_EQ(Parsed::parse(out), Parsed::parse(R"({"name": "mail2up", "up": false})"));
    EXPECT_EQ(run({"condition", "mail3up"}), 3);
    EXPECT_EQ(err, "nfcluster: no switch \"mail3up\" on this node\n");
}

TEST_F(ConditionCli, changes_many_in_one_write) {
    EXPECT_EQ(run({"condition", "mail1up", "down", "mail2up", "down", "new", "up"}), 0);
    EXPECT_EQ(out, "mail1up: down now\nmail2up: down already\n"
                   "new: up now, and new: no rule has named it yet\n");
    EXPECT_EQ(written(), "mail1up=0 mail2up=0 new=1\n");
}

TEST_F(ConditionCli, removes_too) {
    EXPECT_EQ(run({"condition", "--remove", "mail2up", "mail1up", "up"}), 0) << err;
    EXPECT_EQ(out, "mail1up: up already\nmail2up: gone\n");
    EXPECT_EQ(written(), "-mail2up mail1up=1\n");
    EXPECT_EQ(run({"condition", "--remove", "mail3up"}), 3);
}

TEST_F(ConditionCli, has_nothing_to_do_when_all_is_so) {
    EXPECT_EQ(run({"condition", "mail1up", "up"}), 1);
    EXPECT_EQ(out, "mail1up: up already\n");
}

TEST_F(ConditionCli, changes_nothing_if_anything_is_wrong) {
    for (const std::vector<const char*>& words :
         {std::vector<const char*>{"mail1up", "down", "mail2up"},
          {"mail1up", "1"},
          {"mail1up", "down", "bad/name", "up"},
          {"mail1up", "down", "--remove", "bad/name"},
          {"mail1up", "down", "--remove", "mail1up"},
          {"--remove", "mail1up", "--remove", "mail1up"},
          {"mail1up", "down", "--json"},
          {"mail1up", "down", "--remove"},
          {"mail1up", "down", "--bogus"}}) {
        auto all = words;
        all.insert(all.begin(), "condition");
        EXPECT_EQ(run(all), 2) << testing::PrintToString(words);
        EXPECT_EQ(out, "");
    }
    EXPECT_EQ(written(), "");
    EXPECT_EQ(run({"condition", "mail1up", "on"}), 2);
    EXPECT_EQ(err, "nfcluster: \"mail1up\" \"on\": expected up or down\n");
}

TEST_F(ConditionCli, takes_a_name_with_a_minus_behind_two_of_them) {
    EXPECT_EQ(run({"condition", "--", "-x", "up"}), 0) << err;
    EXPECT_EQ(written(), "-x=1\n");
}

} // namespace
} // namespace nfc
