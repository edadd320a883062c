// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/node_setup.hpp"

#include "core/cluster_rule.hpp"
#include "nfclusterd/setup_memory.hpp"
#include "tests/fake_ipvs.hpp"
#include "tests/observers_fixture.hpp"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

namespace nfc {
namespace {

using namespace std::chrono_literals;

// eth0 and what addresses it has.
class FakeWire : public own::Route {
public:
    Result<Done> open() override { return Done{}; }
    unsigned index_of(const std::string& interface) override { return interface == "eth0"; }
    netlink::Answer ask(std::uint16_t type, std::uint16_t, const netlink::Attributes& payload,
                        std::uint16_t) override {
        netlink::Answer answer;
        if (type == RTM_GETADDR)
            for (const auto& one : has)
                answer.messages.push_back(own::write_address(one.index, one.ip, one.prefix));
        else if (type == RTM_NEWADDR)
            has.push_back(*own::read_address(payload));
        else
            std::erase(has, *own::read_address(payload));
        return answer;
    }
    std::string addresses() const {
        std::string text;
        for (const auto& one : has)
            text += to_string(one.ip) + '/' + std::to_string(one.prefix) + ' ';
        return text;
    }

    std::vector<own::Found> has;
};

class NodeSetupTest : public ObserverTest {
protected:
    NodeSetupTest() {
        std::filesystem::create_directory(folder_ / "net");
        cluster.name = "web";
        cluster.address = *read_ip("", "192.168.0.10");
        cluster.interface = "eth0";
        cluster.slots = 4;
        has_clusters("");
        // What iptables is to the kernel: a rule makes its cluster, and takes it away.
        program("iptables", R"(at=$(dirname "$0")/net/nf_clusterip
case "$*" in
*" -A "*) echo ")" + line() + R"(" >"$at" ;;
*" -C "*) [ -s "$at" ] ;;
*" -D "*) : >"$at" ;;
esac
status=$?
echo "$*" >>"$0.said" # what was said is done
exit $status
)");
    }

    static std::string line(const std::string& total = "4") {
        return "192.168.0.10 interface eth0 clustermac 01:00:5e:28:00:0a hashmode sourceip "
               "hash-init 0 total " +
               total + " on none drain none fill none off 1-" + total +
               " accepted 0 foreign 0 kept 0 silenced 0";
    }
    void has_clusters(const std::string& lines) const {
        std::ofstream(folder_ / "net/nf_clusterip") << lines;
    }
    // How often iptables was called so.
    unsigned called(const std::string& words) const {
        unsigned count = 0;
        const auto said = content("iptables.said");
        for (auto at = said.find(words); at != said.npos; at = said.find(words, at + 1))
            ++count;
        return count;
    }

    std::unique_ptr<NodeSetup> daemon() {
        SetupPorts ports;
        ports.clusters = SharedClusters(folder_ / "net");
        ports.addresses = own::Addresses(wire);
        ports.ipvs = ipvs::Kernel(ipvs, folder_ / "net/ip_vs");
        ports.programs = folder_;
        ports.announce = [this](const std::string&, const Ip& ip, const Mac& mac) {
            announced += to_string(ip) + '=' + to_string(mac) + ' ';
            return Result<Done>(Done{});
        };
        return std::make_unique<NodeSetup>(io_.get_executor(), folder_, log_, std::move(ports),
                                           10ms);
    }
    // Several rounds.
    void goes_on() {
        const auto end = std::chrono::steady_clock::now() + 100ms;
        until([&] { return std::chrono::steady_clock::now() >= end; });
    }

    Cluster cluster;
    std::shared_ptr<FakeWire> wire = std::make_shared<FakeWire>();
    std::shared_ptr<FakeIpvs> ipvs = std::make_shared<FakeIpvs>();
    std::string announced;
};

constexpr auto mac = "192.168.0.10=01:00:5e:28:00:0a ";

TEST_F(NodeSetupTest, gives_the_node_rule_and_address_and_tells_the_wire) {
    const auto setup = daemon();
    setup->load({cluster});
    EXPECT_TRUE(until([&] { return !announced.empty(); }));
    EXPECT_EQ(content("iptables.said"),
              "-w 5 -t raw -A PREROUTING -j SHAREDIP --cluster-ip 192.168.0.10 --cluster-dev eth0 "
              "--total-slots 4 --local-slots none --hashmode sourceip\n");
    EXPECT_EQ(wire->addresses(), "192.168.0.10/32 ");
    EXPECT_EQ(announced, mac);
    EXPECT_EQ(setup->problem("web"), "");
    EXPECT_TRUE(until([&] { return announced == std::string(mac) + mac + mac; })) << announced;
    setup->announce("web");
    setup->announce("none such");
    EXPECT_EQ(announced, std::string(mac) + mac + mac + mac);
}

TEST_F(NodeSetupTest, sets_again_what_somebody_took_away) {
    const auto setup = daemon();
    setup->load({cluster});
    ASSERT_TRUE(until([&] { return !wire->has.empty(); }));
    wire->has.clear();
    EXPECT_TRUE(until([&] { return !wire->has.empty(); }));
    has_clusters("");
    EXPECT_TRUE(until([&] { return called("-A") == 2; }));
    goes_on();
    EXPECT_EQ(called("-A"), 2u);
    EXPECT_EQ(wire->addresses(), "192.168.0.10/32 ");
}

TEST_F(NodeSetupTest, takes_away_what_it_has_set_whoever_remembers) {
    daemon()->load({cluster});
    auto setup = daemon();
    setup->load({cluster});
    ASSERT_TRUE(until([&] { return !wire->has.empty(); }));
    setup.reset();
    setup = daemon(); // another one, after a restart
    wire->has.push_back({1, *read_ip("", "192.168.0.77"), 24});
    setup->load({});
    EXPECT_TRUE(until([&] { return called("-D") == 1; })) << content("iptables.said");
    EXPECT_EQ(wire->addresses(), "192.168.0.77/24 ");
    EXPECT_EQ(content("net/nf_clusterip"), "");
    EXPECT_TRUE(until([&] { return content("clusters.json").find("192") == std::string::npos; }));
}

TEST_F(NodeSetupTest, leaves_what_others_have_set) {
    has_clusters(line() + "\n");
    wire->has = {{1, cluster.address, 24}};
    const auto setup = daemon();
    setup->load({cluster});
    goes_on();
    EXPECT_EQ(setup->problem("web"), "");
    EXPECT_EQ(content("iptables.said"), "");
    EXPECT_EQ(wire->addresses(), "192.168.0.10/24 ");
    setup->load({});
    goes_on();
    EXPECT_EQ(content("iptables.said"), "");
    EXPECT_EQ(wire->addresses(), "192.168.0.10/24 ");
}

TEST_F(NodeSetupTest, does_nothing_for_a_cluster_that_is_anothers_to_manage) {
    cluster.manage = false;
    const auto setup = daemon();
    setup->load({cluster});
    goes_on();
    EXPECT_EQ(content("iptables.said"), "");
    EXPECT_TRUE(wire->has.empty());
    EXPECT_EQ(announced, "");
    setup->announce("web");
    EXPECT_EQ(announced, mac) << "whoever manages it";
}

TEST_F(NodeSetupTest, gives_to_the_administrator_what_it_has_set) {
    const auto setup = daemon();
    setup->load({cluster});
    ASSERT_TRUE(until([&] { return !wire->has.empty(); }));
    cluster.manage = false;
    setup->load({cluster});
    EXPECT_TRUE(until([&] { return content("clusters.json").find("192") == std::string::npos; }));
    setup->load({});
    goes_on();
    EXPECT_EQ(wire->addresses(), "192.168.0.10/32 ");
    EXPECT_EQ(called("-D"), 0u);
}

TEST_F(NodeSetupTest, says_what_is_in_the_way) {
    has_clusters(line("8") + "\n");
    const auto setup = daemon();
    setup->load({cluster});
    EXPECT_TRUE(until([&] { return !setup->problem("web").empty(); }));
    EXPECT_EQ(setup->problem("web"),
              "192.168.0.10 is a cluster of this node already, made by somebody else: it has 8 "
              "slots, not 4; nothing is changed");
    EXPECT_TRUE(wire->has.empty()) << "no address without its rule";
    has_clusters("");
    EXPECT_TRUE(until([&] { return setup->problem("web").empty(); }));

    program("iptables", "echo 'no such target' >&2; exit 2\n");
    has_clusters("");
    EXPECT_TRUE(until([&] { return !setup->problem("web").empty(); }));
    EXPECT_EQ(setup->problem("web"), "iptables -A: exit status 2: no such target");
    cluster.interface = "eth7";
    setup->load({cluster});
    EXPECT_NE(logged_.find("cluster web: iptables -A: exit status 2"), std::string::npos);
}

TEST_F(NodeSetupTest, makes_its_own_anew_when_it_is_to_be_another) {
    const auto setup = daemon();
    setup->load({cluster});
    ASSERT_TRUE(until([&] { return !wire->has.empty(); }));
    cluster.hash.seed = 7;
    cluster.prefix = 24;
    setup->load({cluster});
    EXPECT_TRUE(until([&] { return called("--hash-init 7") == 1; })) << content("iptables.said");
    EXPECT_EQ(called("-D"), 1u);
}

TEST_F(NodeSetupTest, keeps_ipvs_synchronised) {
    cluster.manage = false;
    cluster.ipvs_sync = {"eth0", 3};
    ipvs->sync = {{ipvs::SyncRole::Master, "eth0", 9}};
    const auto setup = daemon();
    setup->load({cluster});
    const std::vector<ipvs::SyncDaemon> both{{ipvs::SyncRole::Master, "eth0", 3},
                                             {ipvs::SyncRole::Backup, "eth0", 3}};
    EXPECT_TRUE(until([&] { return ipvs->sync == both; }));
    ipvs->sync.pop_back();
    EXPECT_TRUE(until([&] { return ipvs->sync == both; }));
    setup->load({});
    EXPECT_TRUE(until([&] { return ipvs->sync.empty(); }));
    ipvs->sync = both; // somebody else's
    goes_on();
    EXPECT_EQ(ipvs->sync, both);
}

TEST(SetupMemory, comes_back) {
    SetupMemory memory;
    memory.clusters["192.168.0.10"] = {{"-j", "SHAREDIP"},
                                       own::Address{"eth0", *read_ip("", "192.168.0.10"), 24}};
    memory.clusters["fd00::10"] = {};
    memory.sync = {ipvs::SyncRole::Backup};
    EXPECT_EQ(*read_setup_memory(to_text(memory)), memory);
    EXPECT_EQ(*read_setup_memory(to_text({})), SetupMemory{});
    for (const char* bad :
         {"", "[]", "{}", R"({"clusters":{},"ipvs_sync":["x"]})",
          R"({"clusters":{"x":{}},"ipvs_sync":[]})", R"({"clusters":[],"ipvs_sync":[]})",
          R"({"clusters":{"10.0.0.1":{"rule":[1]}},"ipvs_sync":[]})",
          R"({"clusters":{"10.0.0.1":{"interface":"a","prefix":129}},"ipvs_sync":[]})"})
        EXPECT_FALSE(read_setup_memory(bad)) << bad;
}

} // namespace
} // namespace nfc
