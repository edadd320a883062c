// SPDX-License-Identifier: GPL-2.0
// What nodes do for a shared address, and when.
#include "tests/config_fixture.hpp"

#include <gtest/gtest.h>

namespace nfc {
namespace {

using namespace std::chrono_literals;
using namespace written;

// Well but for what the test has in mind; that begins in line 8.
std::string cluster(const std::string& lines, const std::string& address = "10.0.0.1") {
    return "[node]\nname = \"a\"\n[cluster.c]\naddress = \"" + address +
           "\"\ninterface = \"eth0\"\nslots = 4\n"
           "nodes = { a = { address = \"10.0.0.2\" }, b = { address = \"10.0.0.3\" } }\n" +
           lines + '\n';
}

Cluster read(const std::string& lines) {
    return config(cluster(lines)).clusters.at(0);
}

TEST(ConfigCluster, does_all_by_itself_if_nothing_is_said) {
    const auto c = read("");
    EXPECT_EQ(c.prefix, 0u);
    EXPECT_TRUE(c.manage);
    EXPECT_TRUE(c.drive);
    EXPECT_FALSE(c.join_groups);
    EXPECT_EQ(c.handover_limit, 5min);
    EXPECT_EQ(c.takeover_delay, 300ms);
    EXPECT_EQ(c.return_delay, 0ms);
    EXPECT_EQ(c.heartbeat, Heartbeat{});
    EXPECT_EQ(c.ipvs_sync, std::nullopt);
}

TEST(ConfigCluster, leaves_to_others_what_it_is_told_to) {
    const auto c = read("prefix = 24\nmanage = false\ndrive = false\njoin_groups = true\n"
                        "handover_limit = \"0s\"\ntakeover_delay = \"100ms\"\n"
                        "ipvs_sync = { interface = \"eth1\", id = 7 }");
    EXPECT_EQ(c.prefix, 24u);
    EXPECT_FALSE(c.manage);
    EXPECT_FALSE(c.drive);
    EXPECT_TRUE(c.join_groups);
    EXPECT_EQ(c.handover_limit, 0ms);
    EXPECT_EQ(c.takeover_delay, 100ms);
    EXPECT_EQ(c.ipvs_sync, (IpvsSync{"eth1", 7}));
    EXPECT_EQ(c.return_delay, 10s);
    EXPECT_EQ(read("return_delay = \"1m\"\nipvs_sync = { interface = \"eth1\" }").return_delay,
              1min);
}

TEST(ConfigCluster, has_a_heartbeat) {
    EXPECT_EQ(read("heartbeat = { interval = \"50ms\", dead_after = \"200ms\", port = 7000, "
                   "key_file = \"/etc/nfcluster/key\" }")
                  .heartbeat,
              (Heartbeat{50ms, 200ms, 7000, "/etc/nfcluster/key"}));
    EXPECT_EQ(read("heartbeat = { interval = \"1s\" }").heartbeat.dead_after, 2s)
        << "never less than two";
}

TEST(ConfigCluster, refuses_a_heartbeat_that_could_not_tell_the_living) {
    EXPECT_EQ(errors(cluster("heartbeat = { dead_after = \"300ms\" }")),
              "8: cluster.c.heartbeat.dead_after \"300ms\": expected 400ms to 1m, such as "
              "\"1s\"\n");
    EXPECT_EQ(errors(cluster("heartbeat = { interval = \"1ms\", port = 0, key_file = \"key\" }")),
              "8: cluster.c.heartbeat.interval \"1ms\": expected 10ms to 10s, such as \"200ms\"\n"
              "8: cluster.c.heartbeat.port \"0\": expected a number from 1 to 65535\n"
              "8: cluster.c.heartbeat.key_file \"key\": expected a file's path, such as "
              "/etc/nfcluster/key\n");
    EXPECT_EQ(errors(cluster("membership = \"corosync\"\nheartbeat = {}")),
              "9: cluster.c.heartbeat: expected none with membership = \"corosync\", which has "
              "its own (totem in corosync.conf)\n");
}

TEST(ConfigCluster, refuses_what_cannot_be) {
    EXPECT_EQ(errors(cluster("prefix = 33")),
              "8: cluster.c.prefix \"33\": expected a number from 1 to 32\n");
    EXPECT_EQ(errors(cluster("prefix = 33", "fd00::1")), "");
    EXPECT_EQ(errors(cluster("handover_limit = \"8d\"\ntakeover_delay = \"2m\"\n"
                             "return_delay = \"2h\"")),
              "8: cluster.c.handover_limit \"8d\": expected 0ms to 7d, such as \"5m\"\n"
              "9: cluster.c.takeover_delay \"2m\": expected 0ms to 1m, such as \"300ms\"\n"
              "10: cluster.c.return_delay \"2h\": expected 0ms to 1h, such as \"0ms\"\n");
    EXPECT_EQ(errors(cluster("manage = 1\nipvs_sync = { id = 256 }")),
              "8: cluster.c.manage \"1\": expected true or false\n"
              "9: cluster.c.ipvs_sync.interface is missing: expected the name of an interface, "
              "such as eth0\n"
              "9: cluster.c.ipvs_sync.id \"256\": expected a number from 0 to 255\n");
}

TEST(ConfigCluster, wants_names_that_fit_into_messages) {
    const auto named = [](const std::string& name) {
        return errors("[node]\nname = \"a\"\n[cluster.c]\naddress = \"10.0.0.1\"\n"
                      "interface = \"eth0\"\nslots = 4\n"
                      "nodes = { a = { address = \"10.0.0.2\" }, \"" +
                      name + "\" = { address = \"10.0.0.3\" } }\n");
    };
    EXPECT_EQ(named(std::string(64, 'b')), "");
    for (const auto& bad : {std::string(65, 'b'), std::string(), std::string("b b")})
        EXPECT_EQ(named(bad), "7: cluster.c.nodes \"" + bad +
                                  "\": expected names of 1 to 64 ASCII characters, none of them "
                                  "blank\n");
}

TEST(ConfigCluster, is_not_reached_at_the_address_that_it_shares) {
    EXPECT_EQ(errors(cluster("", "10.0.0.2")),
              "7: cluster.c.nodes.a.address \"10.0.0.2\": expected the node's own, not the shared "
              "address\n");
}

TEST(ConfigCluster, shares_the_kernels_one_synchronisation_with_others) {
    const std::string second = "[cluster.d]\naddress = \"10.0.0.9\"\ninterface = \"eth0\"\n"
                               "slots = 4\nnodes = { a = { address = \"10.0.0.2\" } }\n";
    const auto with = [](const std::string& what) { return "ipvs_sync = { " + what + " }\n"; };
    EXPECT_EQ(errors(cluster(with("interface = \"eth1\"")) + second + with("interface = \"eth1\"")),
              "");
    EXPECT_EQ(errors(cluster(with("interface = \"eth1\"")) + second +
                     with("interface = \"eth1\", id = 1")),
              "15: cluster.d.ipvs_sync: expected the same as c's: the kernel has but one\n");
}

} // namespace
} // namespace nfc
