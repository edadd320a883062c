// SPDX-License-Identifier: GPL-2.0
// nfcluster plan.
#include "tests/cli_fixture.hpp"
#include "tests/fake_daemon.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

namespace nfc {
namespace {

using Parsed = nlohmann::json;

class PlanCli : public Cli {
protected:
    std::string file(const std::string& more = "") const {
        const auto path = (node.root() / "plan.toml").string();
        std::ofstream(path) << "[node]\nname = \"web1\"\n"
                               "[cluster.web]\naddress = \"192.168.0.10\"\ninterface = \"eth0\"\n"
                               "slots = 240\nnodes = { "
                               "web1 = { address = \"192.168.0.1\" }, "
                               "web2 = { address = \"192.168.0.2\" }, "
                               "web3 = { address = \"192.168.0.3\" } }\n"
                               "check = { type = \"tcp\", port = 80 }\n" +
                                   more;
        return path;
    }
    std::string clients(const std::string& lines) const {
        const auto path = (node.root() / "clients").string();
        std::ofstream(path) << lines;
        return path;
    }
    // How many slots each of them has, then.
    std::vector<unsigned> then(std::vector<const char*> words) {
        words.push_back("--json");
        words.insert(words.begin(), "plan");
        std::vector<unsigned> counts;
        if (run(words) != 0)
            return counts;
        const auto all = Parsed::parse(out);
        for (const auto& one : all["clusters"][0]["nodes"])
            counts.push_back(one["then"]);
        return counts;
    }
    using Counts = std::vector<unsigned>;
};

TEST_F(PlanCli, says_what_moves_when_one_dies) {
    const auto path = file();
    EXPECT_EQ(run({"plan", path.c_str(), "--dies", "web3"}), 0) << err;
    EXPECT_EQ(out, "cluster web: 192.168.0.10, 240 slots\n"
                   "NODE  WEIGHT  NOW  THEN  GETS  GIVES\n"
                   "web1       1   80   120    40      0\n"
                   "web2       1   80   120    40      0\n"
                   "web3       -   80     0     0     80\n"
                   "80 slots move: 80 taken over from nodes that are not there, 0 handed over by "
                   "nodes that are\n"
                   "largest load to its share: 1.000, then 1.000\n");
}

TEST_F(PlanCli, says_what_moves_when_one_returns) {
    const auto path = file();
    ASSERT_EQ(run({"plan", path.c_str(), "--returns", "web3", "--json"}), 0) << err;
    const auto cluster = Parsed::parse(out)["clusters"][0];
    EXPECT_EQ(cluster["taken_over"], 0);
    EXPECT_EQ(cluster["handed_over"], 80);
    EXPECT_EQ(cluster["nodes"][0]["now"], 120);
    EXPECT_EQ(cluster["nodes"][0]["gets"], "");
    EXPECT_EQ(cluster["nodes"][2]["now"], 0);
    EXPECT_EQ(cluster["nodes"][2]["then"], 80);
}

TEST_F(PlanCli, knows_weights_and_many_changes) {
    const auto path = file();
    EXPECT_EQ(then({path.c_str()}), (Counts{80, 80, 80}));
    EXPECT_EQ(then({path.c_str(), "--weight", "web1=2"}), (Counts{120, 60, 60}));
    EXPECT_EQ(then({path.c_str(), "--weight", "web1=0", "--dies", "web2"}), (Counts{0, 0, 240}));
    EXPECT_EQ(then({path.c_str(), "--dies", "web1", "--dies", "web2", "--dies", "web3"}),
              (Counts{0, 0, 0}));
    EXPECT_EQ(Parsed::parse(out)["clusters"][0]["unanswered"], 240);
}

TEST_F(PlanCli, counts_clients) {
    const auto path = file();
    const auto list = clients("# of yesterday\n10.0.0.1\n10.0.0.2:4000 # with a port\n\n"
                              "192.168.1.77\n2001:db8::1\n203.0.113.9\n");
    ASSERT_EQ(run({"plan", path.c_str(), "--dies", "web1", "--clients", list.c_str(), "--json"}), 0)
        << err;
    const auto cluster = Parsed::parse(out)["clusters"][0];
    EXPECT_EQ(cluster["clients"], 4);
    const auto& nodes = cluster["nodes"];
    EXPECT_EQ(cluster["clients_moved"], nodes[0]["clients_now"]);
    EXPECT_EQ(nodes[0]["clients_then"], 0);
    EXPECT_EQ(nodes[1]["clients_then"].get<int>() + nodes[2]["clients_then"].get<int>(), 4);
    // Slots 50, 104, 3 and 91 of 240: the first 80 are web1's.
    EXPECT_EQ(nodes[0]["clients_now"], 2);

    in = "10.0.0.1\n";
    EXPECT_EQ(run({"plan", path.c_str(), "--dies", "web1", "--clients", "-"}), 0) << err;
    EXPECT_NE(out.find("CLIENTS  THEN\n"), out.npos) << out;
    EXPECT_NE(out.find("1 of 1 clients move\n"), out.npos) << out;
}

TEST_F(PlanCli, names_what_is_wrong) {
    const auto path = file();
    const auto complaint = [&](std::vector<const char*> words, int status) {
        words.insert(words.begin(), {"plan", path.c_str()});
        EXPECT_EQ(run(words), status);
        EXPECT_EQ(out, "");
        return err;
    };
    EXPECT_EQ(complaint({"--dies", "web9"}, 2),
              "nfcluster: NODE \"web9\": expected one of web1, web2, web3\n");
    EXPECT_EQ(complaint({"--weight", "web1"}, 2),
              "nfcluster: --weight \"web1\": expected NODE=W, W from 0 to 1000\n");
    EXPECT_EQ(complaint({"--weight", "web1=1001"}, 2),
              "nfcluster: --weight \"web1=1001\": expected NODE=W, W from 0 to 1000\n");
    EXPECT_EQ(complaint({"--cluster", "mail"}, 3), "nfcluster: no cluster \"mail\"\n");
    EXPECT_EQ(complaint({"--clients", "/nowhere"}, 5), "nfcluster: cannot read /nowhere\n");
    EXPECT_EQ(complaint({"--port", "x", "--clients", "/nowhere"}, 2),
              "nfcluster: --port \"x\": expected a port from 0 to 65535\n");
    const auto list = clients("10.0.0.1\nten\n");
    EXPECT_EQ(complaint({"--clients", list.c_str()}, 2),
              "nfcluster: " + list + ":2 \"ten\": expected an address, alone or with a port\n");
}

TEST_F(PlanCli, needs_ports_where_the_hash_does) {
    const auto with_mode = [&](const char* mode) {
        return file("hashmode = \"" + std::string(mode) + "\"\n");
    };
    const auto list = clients("10.0.0.1:1024\n10.0.0.2\n");
    auto path = with_mode("sourceip-sourceport");
    EXPECT_EQ(run({"plan", path.c_str(), "--clients", list.c_str()}), 2);
    EXPECT_EQ(err, "nfcluster: " + list +
                       ":2 \"10.0.0.2\": expected an address and a port, as hash mode "
                       "sourceip-sourceport needs it\n");
    path = with_mode("sourceip-sourceport-destport");
    EXPECT_EQ(run({"plan", path.c_str(), "--clients", list.c_str()}), 2);
    EXPECT_EQ(err, "nfcluster: --port is missing: hash mode sourceip-sourceport-destport needs "
                   "the destination port\n");
}

// Of the daemon: as it is, not as it was planned.
class PlanOfDaemon : public PlanCli {
protected:
    PlanOfDaemon() {
        ClusterStatus cluster;
        cluster.name = "web";
        cluster.address = *read_ip("", "192.168.0.10");
        cluster.interface = "eth0";
        cluster.slots = 6;
        cluster.membership = "static";
        cluster.quorate = true;
        const auto on = SlotState::On, off = SlotState::Off, drain = SlotState::Drain;
        cluster.nodes = {one("web1", {on, on, on, on, off, off}),
                         one("web2", {off, off, off, off, on, off}),
                         one("web3", {off, off, off, off, off, drain})};
        snapshot.node = "web1";
        snapshot.clusters.push_back(cluster);
    }
    static NodeStatus one(const char* name, SlotStates slots) {
        NodeStatus node;
        node.name = name;
        node.address = *read_ip("", std::string("192.168.0.") + name[3]);
        node.presence = Presence::Member;
        node.standing = Standing::Up;
        node.weight = 1;
        node.slots = std::move(slots);
        return node;
    }
    NodeStatus& status(std::size_t i) { return snapshot.clusters[0].nodes[i]; }
    Counts asked(std::vector<const char*> words) {
        std::filesystem::remove(socket);
        FakeDaemon daemon(socket, {control::ok_line(control::to_json(snapshot))});
        words.insert(words.end(), {"--socket", socket.c_str()});
        return then(words);
    }

    Snapshot snapshot;
    const std::string socket = (node.root() / "control").string();
};

TEST_F(PlanOfDaemon, goes_on_from_what_is) {
    EXPECT_EQ(asked({}), (Counts{2, 2, 2}));
    EXPECT_EQ(Parsed::parse(out)["clusters"][0]["nodes"][0]["gives"], "3,4");
    EXPECT_EQ(Parsed::parse(out)["clusters"][0]["handed_over"], 2);
    EXPECT_EQ(asked({"--dies", "web1"}), (Counts{0, 3, 3}));
}

TEST_F(PlanOfDaemon, leaves_alone_what_is_not_moved) {
    status(0).presence = Presence::Machine;
    EXPECT_EQ(asked({}), (Counts{4, 1, 1}));
    EXPECT_EQ(asked({"--dies", "web1"}), (Counts{0, 3, 3}));
    status(0).presence = Presence::Member;
    status(0).fixed = true;
    EXPECT_EQ(asked({}), (Counts{4, 1, 1}));
}

TEST_F(PlanOfDaemon, gives_nothing_to_who_does_not_serve) {
    status(1).standing = Standing::Down;
    EXPECT_EQ(asked({}), (Counts{3, 0, 3}));
    status(2).duty = Duty::Drain;
    EXPECT_EQ(asked({}), (Counts{6, 0, 0}));
    EXPECT_EQ(asked({"--returns", "web2"}), (Counts{3, 3, 0}));
    status(0).standing = Standing::Down; // nobody is well: all serve
    EXPECT_EQ(asked({}), (Counts{2, 2, 2}));
}

} // namespace
} // namespace nfc
