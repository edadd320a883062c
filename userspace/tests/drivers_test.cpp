// SPDX-License-Identifier: GPL-2.0
#include "drivers/proc_cluster.hpp"
#include "drivers/saved_rules.hpp"
#include "tests/fake_node.hpp"

#include <cerrno>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace nfc {
namespace {

constexpr Address address{0xc0a8000a}; // 192.168.0.10

// File permissions mean nothing to root.
class AsNobody {
public:
    AsNobody() { change(::geteuid() == 0 ? 65534 : ::geteuid()); }
    ~AsNobody() { change(before_); }

private:
    void change(uid_t user) { EXPECT_EQ(::seteuid(user), 0); }
    uid_t before_ = ::geteuid();
};

TEST(ProcClusters, lists_addresses_in_order_and_nothing_else) {
    FakeNode node;
    for (const char* name : {"192.168.0.10", "9.0.0.1", "10.0.0.2", "README", "1.2.3", "01.2.3.4"})
        node.cluster(name, "");
    const auto list = ProcClusters(node.proc()).list();
    EXPECT_EQ(*list, (std::vector<Address>{{0x09000001}, {0x0a000002}, address}));
}

TEST(ProcClusters, reads_what_the_kernel_prints) {
    FakeNode node;
    node.cluster("192.168.0.10", "1,2\n");
    EXPECT_EQ(*ProcClusters(node.proc()).read(address), (Slots{1, 2}));
    node.cluster("192.168.0.10", "");
    EXPECT_EQ(*ProcClusters(node.proc()).read(address), Slots{});
    node.cluster("192.168.0.10", "rubbish\n");
    const auto slots = ProcClusters(node.proc()).read(address);
    EXPECT_EQ(slots.error().kind, Kind::Unavailable);
    EXPECT_NE(slots.error().text.find("\"rubbish\""), std::string::npos);
}

TEST(ProcClusters, write_one_command_at_a_time) {
    FakeNode node;
    node.cluster("192.168.0.10", "");
    const ProcClusters clusters(node.proc());
    EXPECT_TRUE(clusters.write(address, {true, 2}));
    EXPECT_TRUE(clusters.write(address, {false, 64}));
    EXPECT_EQ(node.file("192.168.0.10"), "+2\n-64\n");
}

TEST(ProcClusters, tell_a_missing_cluster_from_a_missing_module) {
    FakeNode node;
    const ProcClusters clusters(node.proc());
    EXPECT_EQ(clusters.list()->size(), 0u);
    EXPECT_EQ(clusters.read(address).error().kind, Kind::NoCluster);
    EXPECT_EQ(clusters.read(address).error().text, "no cluster 192.168.0.10 on this node");
    EXPECT_EQ(clusters.write(address, {true, 1}).error().text,
              "no cluster 192.168.0.10 on this node");

    const ProcClusters none(node.proc() / "none");
    EXPECT_EQ(none.list().error().kind, Kind::NoCluster);
    EXPECT_NE(none.list().error().text.find("not loaded"), std::string::npos);
    EXPECT_EQ(none.read(address).error().text, none.list().error().text);
}

TEST(ProcClusters, tell_that_one_must_be_root) {
    FakeNode node;
    node.cluster("192.168.0.10", "1\n");
    std::filesystem::permissions(node.proc() / "192.168.0.10", std::filesystem::perms::none);
    const ProcClusters clusters(node.proc());
    std::filesystem::permissions(node.proc().parent_path(), std::filesystem::perms{0755});

    const AsNobody nobody;
    EXPECT_EQ(clusters.read(address).error().kind, Kind::Unavailable);
    EXPECT_EQ(clusters.read(address).error().text,
              "only root may see and change cluster 192.168.0.10");
    EXPECT_EQ(clusters.write(address, {true, 1}).error().kind, Kind::Unavailable);
}

TEST(ProcClusters, tell_when_a_write_fails) {
    FakeNode node;
    std::filesystem::create_symlink("/dev/full", node.proc() / "192.168.0.10");
    const auto done = ProcClusters(node.proc()).write(address, {true, 1});
    EXPECT_EQ(done.error().kind, Kind::Refused);
    EXPECT_EQ(done.error().text, "the kernel refused +1: No space left on device");
}

TEST(Refusal, is_told_in_words_that_do_not_mislead) {
    EXPECT_EQ(explain_refusal({true, 9}, ENOMEM),
              "the kernel refused +9: not one of the cluster's slots, or answered here already");
    EXPECT_EQ(explain_refusal({false, 9}, ENOENT),
              "the kernel refused -9: not one of the cluster's slots, or not answered here");
    EXPECT_EQ(explain_refusal({false, 9}, ENOMEM), "the kernel refused -9: Cannot allocate memory");
    EXPECT_EQ(explain_refusal({true, 9}, EINVAL), "the kernel refused +9: Invalid argument");
}

TEST(SavedRules, come_from_the_first_program_that_exists) {
    FakeNode node;
    node.rules("-A INPUT -d 192.168.0.10/32 -j CLUSTERIP\n");
    const auto rules = saved_rules({"/nonexistent/save", node.program()});
    ASSERT_TRUE(rules) << rules.error().text;
    EXPECT_EQ(rules->rules.size(), 1u);
    EXPECT_EQ(saved_rules({"/nonexistent/save"}).error().text,
              "cannot learn the rules: /nonexistent/save: not installed");
}

TEST(SavedRules, may_be_many) {
    FakeNode node;
    std::string text;
    for (int i = 0; i < 20000; ++i)
        text += "-A INPUT -d 192.168.0.10/32 -j CLUSTERIP\n";
    node.rules(text);
    EXPECT_EQ(saved_rules({node.program()})->rules.size(), 20000u);
}

TEST(SavedRules, tell_how_the_program_failed) {
    FakeNode node;
    const auto failure = [&](const std::string& script) {
        node.script(script);
        return saved_rules({node.program()})
            .error()
            .text.substr(24 + node.program().native().size());
    };
    EXPECT_EQ(failure("echo half; echo 'must be root' >&2; exit 1"), ": must be root");
    EXPECT_EQ(failure("exit 3"), ": it failed");
    EXPECT_EQ(failure("kill -9 $$"), ": killed by signal 9");
    std::filesystem::permissions(node.program(), std::filesystem::perms::none);
    EXPECT_EQ(saved_rules({node.program()}).error().kind, Kind::Unavailable);
}

} // namespace
} // namespace nfc
