// SPDX-License-Identifier: GPL-2.0
#include "nfcluster/cluster_findings.hpp"

#include "tests/cli_fixture.hpp"

#include <gtest/gtest.h>

namespace nfc {
namespace {

class ClusterFindings : public testing::Test {
protected:
    ClusterFindings() {
        cluster.name = "web";
        cluster.address = *read_ip("", "192.168.0.10");
        cluster.interface = "eth0";
        cluster.slots = 2;
        std::filesystem::create_directories(node.root() / "proc/net");
    }
    void has(const std::string& total) const {
        node.summary("192.168.0.10 interface eth0 clustermac 01:00:5e:28:00:0a hashmode sourceip "
                     "hash-init 0 total " +
                     total + " on 1 drain none fill none off 2-" + total +
                     " accepted 0 foreign 0 kept 0 silenced 0\n");
    }
    // "what -> mend", a line each.
    std::string found(bool daemon) {
        std::istringstream in;
        std::ostringstream out;
        const Host host{.shared = SharedClusters(node.root()),
                        .root = node.root(),
                        .unsynchronized = nullptr,
                        .flows = nullptr,
                        .in = in,
                        .out = out,
                        .err = out,
                        .wait = nullptr};
        std::string text;
        for (const auto& finding : cluster_findings(host, cluster, daemon))
            text += finding.what + " -> " + finding.mend + '\n';
        return text;
    }

    FakeNode node;
    Cluster cluster;
};

TEST_F(ClusterFindings, are_none_where_all_is_there) {
    has("2");
    EXPECT_EQ(found(true), "");
    EXPECT_EQ(found(false), "");
}

TEST_F(ClusterFindings, tell_of_a_rule_that_is_missing_or_another) {
    node.summary("");
    EXPECT_EQ(found(true), "cluster web: no rule makes 192.168.0.10 a shared address on this node "
                           "-> nfcluster status\n");
    EXPECT_NE(found(false).find("-> systemctl start nfclusterd\n"), std::string::npos);
    cluster.manage = false;
    EXPECT_NE(found(true).find("-> iptables -t raw -A PREROUTING -j SHAREDIP --cluster-ip "
                               "192.168.0.10 --cluster-dev eth0 --total-slots 2 --local-slots none "
                               "--hashmode sourceip\n"),
              std::string::npos);
    has("4");
    EXPECT_EQ(found(true), "cluster web: 192.168.0.10 is another on this node: it has 4 slots, not "
                           "2 -> \n");
}

TEST_F(ClusterFindings, tell_of_what_membership_needs) {
    has("2");
    node.write(node.root() / "proc/net/udp",
               "  sl  local_address rem_address   st\n"
               "  12: 0100007F:1D33 00000000:0000 07 00000000:00000000\n");
    EXPECT_EQ(found(true), "");
    EXPECT_EQ(found(false), "cluster web: somebody else uses UDP port 7475, which is for "
                            "heartbeats -> ss -ulpn\n");
    node.write(node.root() / "proc/net/udp", "  12: 0100007F:0035 0100007F:1D33 01 00000000\n");
    EXPECT_EQ(found(false), "");
    cluster.membership = Membership::Corosync;
    EXPECT_EQ(found(true), "cluster web: Corosync does not run on this node -> systemctl enable "
                           "--now corosync\n");
    node.write(node.root() / "proc/net/unix", "0: 2 0 10000 1 1 99 @cpg\n");
    EXPECT_EQ(found(true), "");
}

} // namespace
} // namespace nfc
