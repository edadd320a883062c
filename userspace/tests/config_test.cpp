// SPDX-License-Identifier: GPL-2.0
#include "tests/config_fixture.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

using namespace std::chrono_literals;
using namespace written;

constexpr const char* example = R"(
[node]
name = "web1"

[cluster.web]
address = "192.168.0.10"
interface = "eth0"
slots = 240
hashmode = "sourceip-sourceport"
membership = "corosync"
nodes = { web1 = { weight = 1, address = "192.168.0.1" }, web2 = { weight = 2, address = "192.168.0.2" } }
check = { type = "http", port = 80, path = "/", expect = 200, interval = "500ms", timeout = "300ms", fall = 2, rise = 3 }

[pool.mail]
driver = "condition"
backends = [ { address = "192.168.0.1", condition = "mail1up" }, { address = "192.168.0.2", condition = "!mail2down" } ]
check = { type = "smtp", port = 25 }

[pool.www]
driver = "ipvs"
service = "tcp 10.10.10.22:80"
scheduler = "wrr"
forward = "dr"
backends = [ { address = "10.10.10.31:80", weight = 1 }, { address = "10.10.10.32", weight = 3 } ]
check = { type = "tcp" }
on_down = "remove"
sorry = { address = "127.0.0.1:80" }

[pool.smtp]
driver = "statmark"
mode = "hash"
mask = 0xff
all_down = "serve"
backends = [ { address = "192.168.0.1", mark = 1 }, { address = "192.168.0.2", mark = "0x2", weight = 3, name = "two" } ]

[alert]
exec = "/usr/local/bin/page-me"
)";

TEST(Config, reads_what_this_machine_is_for_others) {
    const auto read = read_config("f", R"(
[ipvs]
timeout_tcp = "15m"
timeout_udp = "30s"
[realserver.www]
address = "10.10.10.22"
[realserver.dummy]
address = "10.10.10.24"
interface = "dummy0"
[realserver.far]
address = "10.10.10.23"
tunnel = true
[realserver.far6]
address = "fd00::23"
tunnel = true
)");
    ASSERT_TRUE(read.config);
    EXPECT_EQ(read.config->timeouts, (ipvs::Timeouts{900, 0, 30}));
    const auto& servers = read.config->real_servers;
    ASSERT_EQ(servers.size(), 4u);
    for (const auto& server : servers)
        EXPECT_EQ(server.interface, server.name == "www"     ? "lo"
                                    : server.name == "dummy" ? "dummy0"
                                    : server.name == "far"   ? "tunl0"
                                                             : "ip6tnl0");
}

TEST(Config, refuses_a_real_server_that_could_not_be) {
    EXPECT_EQ(errors("[realserver.a]\n"),
              "1: realserver.a.address is missing: expected the service's address\n");
    EXPECT_EQ(errors("[realserver.a]\naddress = \"10.0.0.1\"\n"
                     "[realserver.b]\naddress = \"10.0.0.1\"\n"),
              "3: realserver.b.address \"10.0.0.1\": expected no two with the same address\n");
    EXPECT_EQ(errors("[realserver.a]\naddress = \"10.0.0.1\"\ninterface = \"all\"\n"),
              "3: realserver.a.interface \"all\": expected the name of an interface, such as "
              "eth0\n");
    EXPECT_EQ(errors("[realserver.a]\naddress = \"10.0.0.1\"\ntunnel = true\n"
                     "interface = \"lo\"\n"),
              "4: realserver.a.interface \"lo\": expected none with tunnel = true, which has its "
              "own\n");
    EXPECT_EQ(errors("[ipvs]\ntimeout_tcp = \"1500ms\"\n"),
              "2: ipvs.timeout_tcp \"1500ms\": expected whole seconds\n");
    EXPECT_EQ(errors("[ipvs]\ntimeout_tpc = \"15s\"\n").find("2: ipvs.timeout_tpc: no such key"),
              0u);
}

TEST(Config, is_what_the_file_says) {
    const auto c = config(example);
    EXPECT_EQ(c.node, "web1");
    ASSERT_EQ(c.clusters.size(), 1u);
    const auto& web = c.clusters[0];
    EXPECT_EQ(web.name, "web");
    EXPECT_EQ(to_string(web.address), "192.168.0.10");
    EXPECT_EQ(web.interface, "eth0");
    EXPECT_EQ(web.slots, 240u);
    EXPECT_EQ(web.hash, (Hash{NFC_HASH_SIP_SPT, 0}));
    EXPECT_EQ(web.membership, Membership::Corosync);
    ASSERT_EQ(web.nodes.size(), 2u);
    EXPECT_EQ(web.nodes[1], (Node{"web2", *read_ip("", "192.168.0.2"), 2}));
    EXPECT_EQ(web.check->port, 80);
    EXPECT_EQ(web.check->rhythm.interval, 500ms);
    EXPECT_EQ(web.check->rhythm.timeout, 300ms);
    EXPECT_EQ(web.check->rhythm.jitter, 50ms);
    EXPECT_EQ(web.check->rhythm.fall, 2u);
    EXPECT_EQ(web.check->rhythm.rise, 3u);
    EXPECT_EQ(std::get<HttpCheck>(web.check->kind).expect, (std::vector<StatusRange>{{200, 200}}));
    EXPECT_EQ(c.alert.exec, std::vector<std::string>{"/usr/local/bin/page-me"});
}

TEST(Config, has_pools_of_three_drivers_in_the_order_of_the_file) {
    const auto c = config(example);
    ASSERT_EQ(c.pools.size(), 3u);
    const auto& mail = c.pools[0];
    EXPECT_EQ(mail.driver, Driver{ConditionDriver{}});
    EXPECT_EQ(mail.backends[0].condition, (statmark::Gate{"mail1up", false}));
    EXPECT_EQ(mail.backends[1].condition, (statmark::Gate{"mail2down", true}));
    EXPECT_EQ(mail.backends[1].name, "192.168.0.2");

    const auto& www = c.pools[1];
    const auto& ipvs = std::get<IpvsDriver>(www.driver);
    EXPECT_EQ(ipvs.service.key, (ipvs::ServiceKey{ipvs::Virtual{ipvs::Protocol::Tcp,
                                                                *read_ip("", "10.10.10.22"), 80}}));
    EXPECT_EQ(ipvs.service.scheduler, "wrr");
    EXPECT_EQ(ipvs.forward, ipvs::Forward::Direct);
    EXPECT_EQ(www.backends[1].port, 80) << "the service's";
    EXPECT_EQ(www.backends[1].name, "10.10.10.32:80");
    EXPECT_EQ(www.backends[1].weight, 3u);
    EXPECT_EQ(www.on_down, OnDown::Remove);
    EXPECT_EQ(to_string(www.sorry->address), "127.0.0.1");

    const auto& smtp = c.pools[2];
    EXPECT_EQ(smtp.driver, (Driver{StatmarkDriver{NFC_POOL_HASH, 0xff}}));
    EXPECT_EQ(smtp.backends[1].mark, 2u);
    EXPECT_EQ(smtp.backends[1].name, "two");
    EXPECT_EQ(smtp.all_down, AllDown::Serve);
    EXPECT_FALSE(smtp.check);
}

TEST(Config, may_be_empty) {
    EXPECT_EQ(config(""), Config{});
}

TEST(Config, tells_all_that_is_wrong_by_line) {
    EXPECT_EQ(errors("[node]\nnome = \"web1\"\n"
                     "[pool.p]\ndriver = \"condition\"\n"
                     "backends = [ { address = \"web1\", condition = \"a\" },\n"
                     "             { condition = \"a/b\" } ]\n"
                     "check = { type = \"tcp\", port = 70000, interval = \"20ms\" }\n"
                     "[alrt]\nexec = \"x\"\n"),
              "1: node.name is missing: expected this node's name\n"
              "2: node.nome: no such key here: did you mean \"name\"?\n"
              "5: pool.p.backends[1].address \"web1\": expected an address, alone or with a "
              "port, such as 192.168.0.10:80 or [2001:db8::10]:80\n"
              "6: pool.p.backends[2].address is missing: expected an address, alone or with a "
              "port\n"
              "6: pool.p.backends[2].condition \"a/b\": expected the name of a condition, such as "
              "mail1up or !mail1down\n"
              "7: pool.p.check.port \"70000\": expected a number from 1 to 65535\n"
              "7: pool.p.check.interval \"20ms\": expected 50ms to 1h, such as \"2s\"\n"
              "8: alrt: no such key here: did you mean \"alert\"?\n");
}

TEST(Config, tells_where_it_is_no_toml) {
    EXPECT_EQ(errors("[node]\nname = \n").substr(0, 12), "2: no TOML: ");
    EXPECT_EQ(errors("[pool.a]\n[pool.a]\n").substr(0, 12), "2: no TOML: ");
}

TEST(Config, names_what_there_is_if_nothing_is_near) {
    EXPECT_EQ(errors("[metrics]\nlisten = \"127.0.0.1\"\nshout = true\n"),
              "3: metrics.shout: no such key here: expected listen\n");
}

TEST(Config, knows_a_table_from_a_value) {
    EXPECT_EQ(errors("node = 3\n"),
              "1: node \"3\": expected a table, such as { type = \"tcp\" }\n");
    EXPECT_EQ(errors("pool = []\n"),
              "1: pool \"[]\": expected a table, such as { type = \"tcp\" }\n");
    EXPECT_EQ(errors(pool("on_down = 2026-01-01\n")),
              "4: pool.p.on_down \"2026-01-01\": expected drain or remove\n");
}

TEST(Config, wants_this_node_among_those_of_a_cluster) {
    const std::string cluster = "[cluster.c]\naddress = \"10.0.0.1\"\ninterface = \"eth0\"\n"
                                "slots = 4\nnodes = { b = { address = \"10.0.0.2\" } }\n";
    EXPECT_EQ(errors("[node]\nname = \"a\"\n" + cluster),
              "7: cluster.c.nodes: expected this node, \"a\", among them\n");
    EXPECT_EQ(errors(cluster), "1: node.name is missing: expected this node's name, one of the "
                               "cluster's nodes\n");
    EXPECT_EQ(errors("[node]\nname = \"b\"\n" + cluster), "");
}

TEST(Config, refuses_a_cluster_that_cannot_be) {
    EXPECT_EQ(errors("[node]\nname = \"a\"\n[cluster.c]\naddress = \"10.0.0.1/24\"\n"
                     "interface = \"a/b\"\nslots = 5000\nhashmode = \"x\"\nhash_init = -1\n"
                     "mac = \"1:2\"\nmembership = \"raft\"\n"
                     "nodes = { a = { address = \"10.0.0.2\" }, b = { address = \"10.0.0.2\" } }\n"
                     "check = { type = \"tcp\" }\n"),
              "4: cluster.c.address \"10.0.0.1/24\": expected an address such as 192.168.0.10 or "
              "2001:db8::10\n"
              "5: cluster.c.interface \"a/b\": expected the name of an interface, such as eth0\n"
              "6: cluster.c.slots \"5000\": expected a number from 1 to 4096\n"
              "7: cluster.c.hashmode \"x\": expected sourceip, sourceip-sourceport or "
              "sourceip-sourceport-destport\n"
              "8: cluster.c.hash_init \"-1\": expected a number from 0 to 4294967295\n"
              "9: cluster.c.mac \"1:2\": expected a hardware address such as 01:02:03:04:05:06\n"
              "10: cluster.c.membership \"raft\": expected static or corosync\n"
              "11: cluster.c.nodes.b.address \"10.0.0.2\": expected another than a's\n"
              "12: cluster.c.check.port is missing: expected a port from 1 to 65535, here or "
              "with each backend's address\n");
}

TEST(Config, refuses_interfaces_that_cannot_be) {
    for (const char* bad : {"", ".", "a:b", "a b", "a\\u0000", "a\\u0001", "a\\u007f"})
        EXPECT_EQ(errors(std::string("[node]\nname = \"a\"\n[cluster.c]\nslots = 4\n"
                                     "address = \"10.0.0.1\"\ninterface = \"") +
                         bad + "\"\nnodes = { a = { address = \"10.0.0.2\" } }\n")
                      .substr(0, 24),
                  "6: cluster.c.interface \"")
            << bad;
}

TEST(Config, takes_gates_that_the_kernel_takes) {
    const auto gate = [](const std::string& name) {
        return errors("[pool.p]\ndriver = \"statmark\"\n"
                      "backends = [ { address = \"10.0.0.1\", mark = 1, condition = \"" +
                      name + "\" } ]\n");
    };
    EXPECT_EQ(gate("!mail1down"), "");
    EXPECT_EQ(gate("a,b"), "3: pool.p.backends[1].condition \"a,b\": expected the name of a "
                           "condition without comma, such as mail1up or !mail1down\n");
}

TEST(Config, gives_an_address_to_one_cluster_only) {
    std::string text = "[node]\nname = \"a\"\n";
    for (const char* name : {"c", "d"})
        text += std::string("[cluster.") + name +
                "]\naddress = \"10.0.0.1\"\ninterface = \"eth0\"\nslots = 4\n"
                "nodes = { a = { address = \"10.0.0.2\" } }\n";
    EXPECT_EQ(errors(text), "8: cluster.d.address \"10.0.0.1\": expected another than c's\n");
}

TEST(Config, gives_a_condition_and_a_service_to_one_pool_only) {
    EXPECT_EQ(errors("[pool.a]\ndriver = \"condition\"\n"
                     "backends = [ { address = \"10.0.0.1\", condition = \"x\" } ]\n"
                     "[pool.b]\ndriver = \"condition\"\n"
                     "backends = [ { address = \"10.0.0.1\", condition = \"!x\" } ]\n"),
              "4: pool.b: condition \"x\" is a's already: expected another\n");
    EXPECT_EQ(errors("[pool.a]\ndriver = \"ipvs\"\nservice = \"fwmark 1\"\n"
                     "backends = [ { address = \"10.0.0.1:1\" } ]\n"
                     "[pool.b]\ndriver = \"ipvs\"\nservice = \"fwmark 1\"\n"
                     "backends = [ { address = \"10.0.0.1:1\" } ]\n"),
              "5: pool.b: its service is a's already: expected another\n");
}

TEST(Config, refuses_twins_in_a_pool) {
    EXPECT_EQ(errors("[pool.p]\ndriver = \"statmark\"\nbackends = [\n"
                     "{ address = \"10.0.0.1\", mark = 1 },\n"
                     "{ address = \"10.0.0.2\", mark = \"0x1\" },\n"
                     "{ address = \"10.0.0.1\", mark = 3 } ]\n"
                     "sorry = { mark = 3 }\n"),
              "5: pool.p.backends \"0x1\": expected no two with the same mark\n"
              "6: pool.p.backends \"10.0.0.1\": expected no two with the same name\n"
              "7: pool.p.backends \"0x3\": expected no two with the same mark\n");
    EXPECT_EQ(errors("[pool.p]\ndriver = \"ipvs\"\nservice = \"tcp 10.0.0.9:80\"\nbackends = [\n"
                     "{ address = \"10.0.0.1\" }, { address = \"10.0.0.1:80\" } ]\n"),
              "5: pool.p.backends \"10.0.0.1:80\": expected no two with the same address\n");
}

TEST(Config, checks_what_ipvs_would_refuse_later) {
    const auto ipvs = [](const std::string& lines) {
        return errors("[pool.p]\ndriver = \"ipvs\"\n" + lines);
    };
    const std::string rest = "backends = [ { address = \"10.0.0.1:80\" } ]\n";
    const std::string service = "service = \"tcp 10.0.0.9:80\"\n";
    EXPECT_EQ(ipvs(rest),
              "1: pool.p.service is missing: expected such as \"tcp 10.10.10.22:80\"\n");
    for (const char* bad :
         {"", "tcp", "tcp 10.0.0.9", "tcp  10.0.0.9:80", "icmp 10.0.0.9:80", "10.0.0.9:80",
          "fwmark", "fwmark 0", "fwmark 1 ", "fwmark 1 ipv4", "fwmark -1", "tcp 10.0.0.9:80 x"})
        EXPECT_EQ(ipvs(std::string("service = \"") + bad + "\"\n" + rest),
                  std::string("3: pool.p.service \"") + bad +
                      "\": expected tcp, udp or sctp with an address and a port, or a mark, such "
                      "as \"tcp 10.10.10.22:80\", \"fwmark 5\" or \"fwmark 5 ipv6\"\n");
    EXPECT_EQ(ipvs(service + rest + "scheduler = \"wr\"\n"),
              "5: pool.p.scheduler \"wr\": expected rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, "
              "nq, fo, ovf, mh or twos\n");
    EXPECT_EQ(ipvs(service + rest + "flags = [\"port\"]\n"),
              "5: pool.p.flags \"[…]\": expected \"fallback\", \"port\" or both, with the "
              "schedulers sh and mh only\n");
    EXPECT_EQ(ipvs(service + rest + "scheduler = \"mh\"\nflags = [\"port\"]\n"), "");
    EXPECT_EQ(ipvs(service + rest + "one_packet = true\n"),
              "5: pool.p.one_packet \"true\": expected false: it is for udp only\n");
    EXPECT_EQ(ipvs(service + rest + "persistence_prefix = 33\n"),
              "5: pool.p.persistence_prefix \"33\": expected a number from 1 to 32\n");
    EXPECT_EQ(ipvs(service + rest + "tunnel = \"gre\"\n").substr(0, 35),
              "5: pool.p.tunnel: no such key here:");
    EXPECT_EQ(ipvs(service + rest + "forward = \"tun\"\ntunnel = \"gue\"\n"),
              "1: pool.p.tunnel_port is missing: expected the port of the tunnel\n");
    const std::string six = "backends = [ { address = \"[2001:db8::1]:80\" } ]\n";
    EXPECT_EQ(ipvs(service + six),
              "4: pool.p.backends[1].address \"[2001:db8::1]:80\": expected an address of the "
              "service's family; only forward = \"tun\" joins IPv4 and IPv6\n");
    EXPECT_EQ(ipvs(service + six + "forward = \"tun\"\n"), "");
    const std::string other = "backends = [ { address = \"10.0.0.1:81\" } ]\n";
    EXPECT_EQ(ipvs(service + other), "");
    EXPECT_EQ(ipvs(service + other + "forward = \"dr\"\n"),
              "4: pool.p.backends[1].address \"10.0.0.1:81\": expected the service's port; only "
              "forward = \"nat\" can change it\n");
    EXPECT_EQ(ipvs(service + rest + "persistence = \"1500ms\"\n"),
              "5: pool.p.persistence \"1500ms\": expected whole seconds\n");
    EXPECT_EQ(ipvs("service = \"fwmark 5\"\nbackends = [ { address = \"10.0.0.1\" } ]\n"), "");
    EXPECT_EQ(ipvs(service + "backends = [ { address = \"10.0.0.1\", weight = 65536, upper = 5, "
                             "lower = 6, mark = 1 } ]\n"),
              "4: pool.p.backends[1].weight \"65536\": expected a number from 0 to 65535\n"
              "4: pool.p.backends[1].lower \"6\": expected a number from 0 to 5\n"
              "4: pool.p.backends[1].mark: no such key here: expected address, weight, upper, "
              "lower or name\n");
}

TEST(Config, checks_marks_against_the_mask) {
    const auto statmark = [](const std::string& mark) {
        return errors("[pool.p]\ndriver = \"statmark\"\nmask = 0xf0\nbackends = [ { address = "
                      "\"10.0.0.1\", mark = " +
                      mark + " } ]\n");
    };
    EXPECT_EQ(statmark("0x10"), "");
    EXPECT_EQ(statmark("\"240\""), "");
    for (const char* bad : {"0", "1", "\"0x11\"", "-16", "4294967552", "\"x\"", "true"})
        EXPECT_NE(statmark(bad).find("expected a number that is not 0 and has no bit outside of "
                                     "0xf0"),
                  std::string::npos)
            << bad;
}

TEST(Config, sorry_and_serving_when_all_are_down_exclude_each_other) {
    EXPECT_EQ(errors(pool("all_down = \"serve\"\nsorry = { condition = \"sorry\" }")),
              "4: pool.p.all_down \"serve\": expected \"stop\", because there is a sorry "
              "backend\n");
    EXPECT_EQ(errors(pool("sorry = { condition = \"sorry\" }")), "");
}

// Whatever the file: a config or errors, and each error says where.
RC_GTEST_PROP(Config, is_never_half_read, ()) {
    std::string text = example;
    const int edits = *rc::gen::inRange(1, 6);
    for (int i = 0; i < edits; ++i) {
        const auto at = *rc::gen::inRange(std::size_t{0}, text.size());
        const auto length = *rc::gen::inRange(std::size_t{0}, std::size_t{12});
        const auto with = *rc::gen::container<std::string>(
            rc::gen::elementOf(std::string("\"[]{}=,.\n#0x9am \xc3")));
        text.replace(at, length, with);
    }
    const auto read = read_config("f", text);
    RC_ASSERT(read.config.has_value() == read.errors.empty());
    for (const auto& error : read.errors)
        RC_ASSERT(error.text.starts_with("f:") && error.text[2] >= '1' && error.text[2] <= '9');
}

} // namespace
} // namespace nfc
