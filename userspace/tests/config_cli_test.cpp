// SPDX-License-Identifier: GPL-2.0
// check, rules and doctor, on a node that is made for a test.
#include "nfcluster/iptables.hpp"
#include "tests/cli_fixture.hpp"
#include "tests/fake_daemon.hpp"

#include <gtest/gtest.h>
#include <sys/utsname.h>

namespace nfc {
namespace {

using Parsed = nlohmann::json;

constexpr auto all_of_it = R"(
[node]
name = "web2"
[cluster.web]
address = "192.168.0.10"
interface = "eth0"
slots = 240
hashmode = "sourceip-sourceport"
hash_init = 7
prefix = 24
manage = false
drive = false
nodes = { web1 = { weight = 1, address = "192.168.0.1" }, web2 = { weight = 2, address = "192.168.0.2" } }
[cluster.six]
address = "fd00::10"
interface = "eth0"
slots = 3
nodes = { web2 = { address = "192.168.0.2" } }
[pool.mail]
driver = "condition"
backends = [ { address = "192.168.0.1", condition = "mail1up" }, { address = "192.168.0.2:26", condition = "!mail2 down" } ]
sorry = { address = "192.168.0.3", condition = "sorry" }
check = { type = "smtp", port = 25 }
[pool.imap]
driver = "statmark"
mode = "hash"
mask = 0xff00
backends = [ { address = "192.168.0.1", mark = 0x100, weight = 3 }, { address = "192.168.0.2", mark = 0x200, condition = "!off" } ]
[pool.www]
driver = "ipvs"
service = "tcp 10.10.10.22:80"
backends = [ { address = "10.10.10.31:80" } ]
)";

class ConfigCli : public Cli {
protected:
    ConfigCli() { write(all_of_it); }

    void write(const std::string& text) const { node.write(file, text); }
    void file_at(const std::string& path, const std::string& text) const {
        const auto full = node.root() / path;
        std::filesystem::create_directories(full.parent_path());
        node.write(full, text);
    }
    void loaded(const std::string& module) const {
        std::filesystem::create_directories(node.root() / "proc/net" / module);
    }
    void interface(const std::string& name, const char* flags = "0x1003") const {
        file_at("sys/class/net/" + name + "/flags", std::string(flags) + "\n");
    }
    // Another program's words for a user's file are never more than text.
    std::string in_shell(const std::string& script) const {
        file_at("script", "iptables() { printf '%s|' iptables \"$@\"; echo; }\nip() { :; }\n"
                          "ip6tables() { :; }\nsysctl() { :; }\n" +
                              script);
        std::string text;
        if (FILE* pipe = ::popen(("sh " + (node.root() / "script").string()).c_str(), "r")) {
            std::array<char, 4096> chunk{};
            for (std::size_t got; (got = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;)
                text.append(chunk.data(), got);
            EXPECT_EQ(::pclose(pipe), 0);
        }
        return text;
    }

    const std::string file = (node.root() / "nfcluster.toml").string();
};

TEST_F(ConfigCli, rules_are_commands) {
    EXPECT_EQ(run({"rules", file.c_str(), "--service", "mail=tcp 10.0.0.1:25", "--service",
                   "imap=tcp 10.0.0.1:143"}),
              0)
        << err;
    for (const char* line :
         {"# cluster web: web2: 160 of 240 slots; the address comes after its rule\n",
          "iptables -t raw -A PREROUTING -j SHAREDIP --cluster-ip 192.168.0.10 --cluster-dev eth0 "
          "--total-slots 240 --local-slots 81-240 --hashmode sourceip-sourceport --hash-init 7\n",
          "ip address replace 192.168.0.10/24 dev eth0\n",
          "# cluster six: web2: no slots before nfclusterd gives it some; the address comes "
          "after its rule; nfclusterd does both by itself\n",
          "ip6tables -t raw -A PREROUTING -j SHAREDIP --cluster-ip fd00::10 --cluster-dev eth0 "
          "--total-slots 3 --local-slots none --hashmode sourceip\n",
          "ip address replace fd00::10/128 dev eth0\n", "sysctl -qw net.ipv4.ip_forward=1\n",
          "-m condition ! --condition 'mail2 down'", "-j DNAT --to-destination 192.168.0.2:26\n",
          "-j DNAT --to-destination 192.168.0.3\n",
          "iptables -t mangle -A PREROUTING -d 10.0.0.1 -p tcp --dport 143 -j STATMARK --pool imap "
          "--mode hash --backend mark=0x100,weight=3 --backend 'mark=0x200,condition=!off' --mask "
          "0xff00\n",
          "-m mark --mark 0x200/0xff00 -j DNAT --to-destination 192.168.0.2\n",
          "# pool www: nfclusterd sets IPVS up; it needs no rule\n"})
        EXPECT_NE(out.find(line), std::string::npos) << line << "\n" << out;
    EXPECT_LT(out.find("ip6tables -t raw"), out.find("ip address replace fd00::10"));
    EXPECT_EQ(run({"rules", file.c_str(), "--node", "web1"}), 2); // not in six
    EXPECT_EQ(run({"rules", file.c_str()}), 0);
    EXPECT_NE(out.find("--service 'mail=tcp ADDRESS:PORT'"), std::string::npos);
}

TEST_F(ConfigCli, rules_want_a_service_that_can_be) {
    for (const char* bad :
         {"mail", "mail=", "mail=25", "mail=tcp 10.0.0.1", "nomail=tcp 10.0.0.1:2",
          "www=tcp 10.0.0.1:25", "mail=icmp 10.0.0.1:25"})
        EXPECT_EQ(run({"rules", file.c_str(), "--service", bad}), 2) << bad;
    EXPECT_EQ(out, "");
    EXPECT_EQ(run({"rules", "/nonexistent"}), 5);
    EXPECT_EQ(run({"rules"}), 2);
}

TEST(ShellWord, is_one_word_for_a_shell) {
    EXPECT_EQ(iptables::shell_word("eth0.1"), "eth0.1");
    EXPECT_EQ(iptables::shell_word(""), "''");
    EXPECT_EQ(iptables::shell_word("!"), "!");
    EXPECT_EQ(iptables::shell_word("a b"), "'a b'");
    EXPECT_EQ(iptables::shell_word("$(x)"), "'$(x)'");
    EXPECT_EQ(iptables::shell_word("it's"), "'it'\\''s'");
    EXPECT_EQ(iptables::shell_word("~root"), "'~root'");
}

TEST_F(ConfigCli, rules_run_nothing_that_a_name_says) {
    write(R"toml([pool."$(touch pwned)'; exit 3 #"]
driver = "condition"
backends = [ { address = "192.168.0.1", condition = "$(exit 4)" }, { address = "192.168.0.2", condition = "`exit 5`'" } ]
)toml");
    ;
    EXPECT_EQ(
        run({"rules", file.c_str(), "--service", "$(touch pwned)'; exit 3 #=tcp 10.0.0.1:25"}), 0)
        << err;
    const auto ran = in_shell(out);
    EXPECT_NE(ran.find("|--condition|$(exit 4)|"), std::string::npos) << ran;
    EXPECT_NE(ran.find("|--condition|`exit 5`'|"), std::string::npos) << ran;
    EXPECT_NE(ran.find("|REJECT|--reject-with|tcp-reset|\n"), std::string::npos) << ran;
}

TEST(FirstSlots, are_shared_by_weight) {
    Cluster cluster;
    cluster.slots = 10;
    cluster.nodes = {{"a", {}, 1}, {"b", {}, 0}, {"c", {}, 2}};
    EXPECT_EQ(to_string(iptables::first_slots(cluster, "a")), "1-3");
    EXPECT_EQ(to_string(iptables::first_slots(cluster, "b")), "");
    EXPECT_EQ(to_string(iptables::first_slots(cluster, "c")), "4-10");
    EXPECT_EQ(to_string(iptables::first_slots(cluster, "d")), "");
}

TEST_F(ConfigCli, check_complains_as_the_daemon_does) {
    write("[pool.x]\ndriver = \"ipsv\"\nbackend = 3\n");
    EXPECT_EQ(run({"check", file.c_str()}), 2);
    EXPECT_NE(err.find(file + ":2: "), std::string::npos) << err;
    EXPECT_NE(err.find(": 1 error\n"), std::string::npos) << err;
    EXPECT_EQ(run({"check", "/nonexistent"}), 5);
}

TEST_F(ConfigCli, check_warns_of_what_will_not_work_here) {
    write(std::string(all_of_it) +
          "[pool.exec]\ndriver = \"ipvs\"\nservice = \"tcp 10.0.0.9:1\"\nbackends = [ { address = "
          "\"10.0.0.8\" } ]\ncheck = { type = \"exec\", command = [\"/nonexistent/check\"] }\n"
          "[pool.tls]\ndriver = \"ipvs\"\nservice = \"tcp 10.0.0.9:2\"\nbackends = [ { address = "
          "\"10.0.0.8\" } ]\ncheck = { type = \"https\", authority = \"/nonexistent/ca\" }\n"
          "[alert]\nexec = \"/nonexistent/page\"\n");
    EXPECT_EQ(run({"check", file.c_str()}), 1) << err;
    for (const char* text :
         {"module ipt_CLUSTERIP is not loaded, and kernel ", "module xt_condition is not loaded",
          "module xt_STATMARK is not loaded", "module ip_vs is not loaded",
          "cluster.web.interface \"eth0\": there is none on this node",
          "pool.mail: no rule asks the condition \"mail1up\"",
          "pool.mail: no rule asks the condition \"mail2 down\"",
          "pool.imap: no rule uses the pool \"imap\"",
          "pool.exec.check.command \"/nonexistent/check\": cannot be run: No such file",
          "pool.tls.check.authority \"/nonexistent/ca\": cannot be read",
          "alert.exec \"/nonexistent/page\": cannot be run", "2 clusters, 5 pools, valid, but"})
        EXPECT_NE(out.find(text), std::string::npos) << text << "\n" << out;
    EXPECT_EQ(run({"check", file.c_str(), "--json"}), 1);
    EXPECT_EQ(Parsed::parse(out)["findings"][0]["grade"], "wrong");
}

TEST_F(ConfigCli, check_warns_of_clusters_that_cannot_do_what_they_shall) {
    const auto key = (node.root() / "key").string();
    node.write(key, "secret");
    std::filesystem::permissions(key, std::filesystem::perms{0644});
    write("[node]\nname = \"a\"\n"
          "[cluster.four]\naddress = \"10.0.0.9\"\ninterface = \"eth0\"\nslots = 4\n"
          "mac = \"02:00:5e:00:00:10\"\njoin_groups = true\n"
          "nodes = { a = { address = \"10.0.0.1\" }, b = { address = \"10.0.0.2\" }, "
          "c = { address = \"10.0.0.3\" }, d = { address = \"10.0.0.4\" } }\n"
          "heartbeat = { key_file = \"" +
          key +
          "\" }\n"
          "ipvs_sync = { interface = \"eth7\" }\n"
          "[cluster.bold]\naddress = \"fd00::9\"\ninterface = \"eth0\"\nslots = 4\n"
          "nodes = { a = { address = \"fd00::1\" } }\njoin_groups = true\n"
          "membership = \"corosync\"\ntakeover_delay = \"0s\"\n");
    EXPECT_EQ(run({"check", file.c_str()}), 1) << err;
    for (const char* text :
         {"cluster.four: 4 nodes without Corosync",
          "cluster.four.join_groups: no multicast group has the hardware address 02:00:5e:00:00:10",
          "cluster.four.heartbeat.key_file \"", "everybody on this machine may read it",
          "chmod o= ", "cluster.four.ipvs_sync.interface \"eth7\": there is none on this node",
          "cluster.bold.takeover_delay: a machine that was only cut off"})
        EXPECT_NE(out.find(text), std::string::npos) << text << "\n" << out;
    EXPECT_EQ(out.find("cluster.bold.join_groups"), std::string::npos) << out;
    EXPECT_EQ(out.find("cluster.bold: "), std::string::npos) << out;
}

TEST_F(ConfigCli, check_is_fine_with_what_is_there) {
    utsname kernel{};
    ::uname(&kernel);
    file_at(std::string("lib/modules/") + kernel.release + "/modules.dep",
            "updates/dkms/ipt_CLUSTERIP.ko: a\nkernel/net/netfilter/ipvs/ip_vs.ko.xz: b\n");
    loaded("nf_condition");
    loaded("nf_statmark");
    interface("eth0");
    node.rules("-A X -m condition --condition mail1up -j Y\n"
               "-A X -m condition ! --condition \"mail2 down\" -j Y\n");
    node.write(node.pools() / ".pools", "");
    node.write(node.pools() / "imap", "pool imap mode hash mask 0xff00 rules 1\nmark\n"
                                      "0x100 1 up sorry 5 20\n");
    EXPECT_EQ(run({"check", file.c_str()}), 0) << out;
    EXPECT_EQ(out, file + ": 2 clusters, 3 pools, fine\n");
    node.rules("-A X -m condition --condition mail1up2 -j Y\n");
    EXPECT_EQ(run({"check", file.c_str()}), 1);
    EXPECT_NE(out.find("no rule asks the condition \"mail1up\""), std::string::npos) << out;
    EXPECT_EQ(out.find("no rule asks the condition \"sorry\""), std::string::npos);
    node.script("echo 'no such luck' >&2; exit 1\n");
    EXPECT_EQ(run({"check", file.c_str()}), 0);
    EXPECT_NE(out.find("note  whether rules use the pools is unknown"), std::string::npos) << out;
}

class Doctored : public ConfigCli {
protected:
    Doctored() {
        node.summary(
            "192.168.0.10 interface eth0 clustermac 01:02:03:04:05:06 hashmode sourceip "
            "hash-init 0 total 2 on 1 drain none fill none off 2 accepted 0 foreign 0 kept "
            "0 silenced 0\n"
            "fd00::10 interface eth0 clustermac 33:33:00:00:00:10 hashmode sourceip "
            "hash-init 0 total 2 on 1 drain none fill none off 2 accepted 0 foreign 0 kept "
            "0 silenced 0\n");
        interface("eth0");
        addresses("192.168.0.10", "80");
        file_at("proc/net/dev_mcast", "2    eth0            1     0     010203040506\n"
                                      "2    eth0            1     0     333300000010\n");
    }
    void addresses(const std::string& v4, const std::string& v6_flags) const {
        file_at("proc/net/fib_trie", "Local:\n  +-- 0.0.0.0/0 3 0 5\n     |-- " + v4 +
                                         "\n        /32 host LOCAL\n     |-- 192.168.0.255\n"
                                         "        /32 link BROADCAST\n");
        file_at("proc/net/if_inet6",
                "fd000000000000000000000000000010 02 80 00 " + v6_flags + "     eth0\n");
    }
    int examine() {
        return run({"doctor", "--config", no_file.c_str(), "--socket", no_file.c_str()});
    }
    void finds(const std::string& what, const std::string& mend, int status = 1) {
        EXPECT_EQ(examine(), status) << out;
        EXPECT_NE(out.find(what), std::string::npos) << what << "\n" << out;
        EXPECT_NE(out.find("      " + mend + "\n"), std::string::npos) << mend << "\n" << out;
    }

    const std::string no_file = (node.root() / "none").string();
};

TEST_F(Doctored, a_healthy_node_is_said_to_be) {
    EXPECT_EQ(examine(), 0);
    EXPECT_EQ(out, "this node is healthy\n");
    EXPECT_EQ(run({"doctor", "--json", "--config", no_file.c_str(), "--socket", no_file.c_str()}),
              0);
    EXPECT_EQ(Parsed::parse(out), Parsed::parse(R"({"healthy": true, "findings": []})"));
}

TEST_F(Doctored, an_address_that_is_not_there) {
    addresses("192.168.0.1", "80");
    finds("wrong 192.168.0.10: this node has not got the address\n",
          "ip address replace 192.168.0.10/32 dev eth0");
    addresses("192.168.0.255", "80"); // a broadcast is no address
    finds("wrong 192.168.0.10: this node has not got",
          "ip address replace 192.168.0.10/32 dev eth0");
    addresses("192.168.0.10", "88"); // dadfailed
    finds("wrong fd00::10: another machine has the address",
          "ip address del fd00::10/128 dev eth0 && ip address replace fd00::10/128 dev eth0");
    addresses("192.168.0.10", "c0");
    EXPECT_EQ(examine(), 0);
    EXPECT_NE(out.find("note  fd00::10: still looking for duplicates"), std::string::npos);
}

TEST_F(Doctored, an_interface_that_is_down_gone_or_deaf) {
    interface("eth0", "0x1002");
    finds("wrong 192.168.0.10: interface eth0 is down\n", "ip link set eth0 up");
    interface("eth0");
    file_at("proc/net/dev_mcast", "2    eth1            1     0     010203040506\n"
                                  "2    eth0            1     0     333300000010\n");
    finds("wrong 192.168.0.10: eth0 does not listen for 01:02:03:04:05:06\n",
          "ip maddr add 01:02:03:04:05:06 dev eth0");
    std::filesystem::remove_all(node.root() / "sys/class/net/eth0");
    EXPECT_EQ(examine(), 1);
    EXPECT_NE(out.find("192.168.0.10: interface eth0 is gone"), std::string::npos);
}

TEST_F(Doctored, sysctls_that_are_in_the_way) {
    file_at("proc/sys/net/ipv4/conf/all/arp_ignore", "0\n");
    file_at("proc/sys/net/ipv4/conf/eth0/arp_ignore", "8\n");
    finds("wrong 192.168.0.10: arp_ignore 8 answers no ARP request\n",
          "sysctl -w net.ipv4.conf.all.arp_ignore=0 net.ipv4.conf.eth0.arp_ignore=0");
    file_at("proc/sys/net/ipv4/conf/eth0/arp_ignore", "0\n");
    file_at("proc/sys/net/ipv4/conf/all/drop_unicast_in_l2_multicast", "1\n");
    EXPECT_EQ(examine(), 1); // the demo's rule stands in INPUT
    EXPECT_NE(out.find("drops its packets before INPUT"), std::string::npos);
    node.rules("-A PREROUTING -j SHAREDIP --cluster-ip 192.168.0.10 --cluster-dev eth0\n");
    EXPECT_EQ(examine(), 0) << out;
    node.rules("-A INPUT -j SHAREDIP --cluster-ip 192.168.0.10 --cluster-dev eth0\n");
    EXPECT_EQ(examine(), 1);
    node.rules("");
    file_at("proc/sys/net/ipv4/conf/all/rp_filter", "1\n");
    EXPECT_EQ(examine(), 0);
    EXPECT_NE(out.find("note  192.168.0.10: rp_filter drops"), std::string::npos) << out;
}

TEST_F(Doctored, slots_on_their_way_are_noted) {
    node.summary("192.168.0.10 interface eth0 clustermac 01:02:03:04:05:06 hashmode sourceip "
                 "hash-init 0 total 4 on none drain 1-2 fill 3 off 4 accepted 0 foreign 0 kept 0 "
                 "silenced 0\n");
    finds("note  192.168.0.10: slots 1,2 drain; when", "nfcluster slots 192.168.0.10 -1,2", 0);
    flows = [](const SharedCluster&) { return std::vector<std::size_t>{3, 4, 9, 9}; };
    finds("slots 1,2 drain; 7 of their TCP connections live here\n",
          "nfcluster slots 192.168.0.10 -1,2", 0);
    flows = [](const SharedCluster&) { return std::vector<std::size_t>{0, 0, 9, 9}; };
    finds("slots 1,2 drain; none of their TCP connections lives here\n",
          "nfcluster slots 192.168.0.10 -1,2", 0);
    finds("note  192.168.0.10: slots 3 fill", "nfcluster slots 192.168.0.10 +3", 0);
}

TEST_F(Doctored, a_daemon_that_should_run_and_does_not) {
    write(
        "[pool.mail]\ndriver = \"condition\"\nbackends = [ { address = \"192.168.0.1\", condition "
        "= \"mail1up\" } ]\n");
    loaded("nf_condition");
    node.rules("-A X -m condition --condition mail1up -j Y\n");
    EXPECT_EQ(run({"doctor", "--config", file.c_str(), "--socket", no_file.c_str()}), 1);
    EXPECT_NE(out.find("nfclusterd does not run here"), std::string::npos) << out;
    EXPECT_NE(out.find("      systemctl restart nfclusterd\n"), std::string::npos);

    Snapshot snapshot;
    const auto socket = (node.root() / "control").string();
    auto broken = snapshot;
    PoolStatus pool;
    pool.name = "mail";
    pool.problem = "no such file";
    broken.pools.push_back(pool);
    broken.down_times_problem = "disk full";
    FakeDaemon daemon(socket, {control::ok_line(control::to_json(snapshot)),
                               control::ok_line(control::to_json(broken))});
    EXPECT_EQ(run({"doctor", "--config", file.c_str(), "--socket", socket.c_str()}), 0) << out;
    EXPECT_EQ(run({"doctor", "--config", file.c_str(), "--socket", socket.c_str()}), 1);
    EXPECT_NE(out.find("pool mail: the kernel could not be told"), std::string::npos) << out;
    EXPECT_NE(out.find("down times are not written down: disk full"), std::string::npos) << out;
    write("[pool\n");
    EXPECT_EQ(run({"doctor", "--config", file.c_str(), "--socket", no_file.c_str()}), 1);
    EXPECT_NE(out.find("      nfcluster check " + file), std::string::npos) << out;
}

} // namespace
} // namespace nfc
