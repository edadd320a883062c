// SPDX-License-Identifier: GPL-2.0
#include "core/config.hpp"
#include "core/config_reader.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

using namespace std::chrono_literals;

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

// What is wrong with a text, a line each, without the name of the file.
std::string errors(const std::string& text) {
    std::string all;
    const auto read = read_config("f", text);
    EXPECT_EQ(read.config.has_value(), read.errors.empty());
    for (const auto& error : read.errors) {
        EXPECT_EQ(error.text.substr(0, 2), "f:");
        all += error.text.substr(2) + '\n';
    }
    return all;
}

Config config(const std::string& text) {
    const auto read = read_config("f", text);
    EXPECT_TRUE(read.config) << (read.errors.empty() ? "" : read.errors[0].text);
    return read.config.value_or(Config{});
}

// A pool that is well but for what the test has in mind.
std::string pool(const std::string& lines) {
    return "[pool.p]\ndriver = \"condition\"\n"
           "backends = [ { address = \"10.0.0.1\", condition = \"a\" } ]\n" +
           lines + '\n';
}

std::string check(const std::string& keys) {
    return pool("check = { " + keys + " }");
}

Check read_one(const std::string& keys) {
    return config(check(keys)).pools.at(0).check.value();
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

TEST(CheckConfig, has_sane_defaults) {
    const auto c = read_one(R"(type = "tcp", port = 80)");
    EXPECT_EQ(c, (Check{TcpCheck{}, Rhythm{}, 80}));
    EXPECT_EQ(read_one(R"(type = "icmp", interval = "100ms")").rhythm.timeout, 100ms);
}

TEST(CheckConfig, asks_the_service_of_the_backend_if_it_names_no_port) {
    EXPECT_EQ(errors(check(R"(type = "tcp")")),
              "4: pool.p.check.port is missing: expected a port from 1 to 65535, here or with each "
              "backend's address\n");
    for (const char* fine : {"http", "https", "smtp", "icmp", "dns\", name = \"a.example"})
        EXPECT_EQ(errors(check(std::string("type = \"") + fine + '"')), "") << fine;
    EXPECT_EQ(errors(check(R"(type = "icmp", port = 1)")).substr(0, 46),
              "4: pool.p.check.port: no such key here: expect");
}

TEST(CheckConfig, reads_https) {
    const auto c = read_one(R"(type = "https", method = "POST", path = "/up?a=b", )"
                            R"(host = "www.example.org:8443", expect = ["200-299", 301], )"
                            R"(body = "fine|good", body_limit = 100, authority = "/etc/ca.pem", )"
                            R"(expiry_warning = "7d")");
    const auto& http = std::get<HttpCheck>(c.kind);
    EXPECT_EQ(http.method, "POST");
    EXPECT_EQ(http.expect, (std::vector<StatusRange>{{200, 299}, {301, 301}}));
    EXPECT_TRUE(http.body->found_in("it is good"));
    EXPECT_EQ(http.body_limit, 100u);
    EXPECT_EQ(*http.tls, (TlsTrust{true, "/etc/ca.pem", "www.example.org", 7 * 24h}));
    EXPECT_EQ(std::get<HttpCheck>(read_one(R"(type = "https", sni = "x", verify = false)").kind)
                  .tls->name,
              "x");
    EXPECT_EQ(std::get<HttpCheck>(read_one(R"(type = "https", host = "[2001:db8::1]:8443")").kind)
                  .tls->name,
              "2001:db8::1");
    EXPECT_EQ(errors(check(R"(type = "http", verify = false)")).substr(0, 40),
              "4: pool.p.check.verify: no such key here");
}

TEST(CheckConfig, refuses_what_would_break_a_request) {
    for (const char* bad : {R"(type = "http", path = "up")",
                            R"(type = "http", path = "/a b")",
                            R"(type = "http", path = "/\r\nX: y")",
                            R"(type = "http", host = "a b")",
                            R"(type = "http", method = "get")",
                            R"(type = "http", expect = 99)",
                            R"(type = "http", expect = "300-200")",
                            R"(type = "http", expect = [])",
                            R"(type = "http", expect = [200, "x"])",
                            R"(type = "http", body = "(")",
                            R"(type = "http", body = "a", method = "HEAD")",
                            R"(type = "http", body = "a", body_limit = 0)",
                            R"(type = "smtp", hello = "a\r\nb")",
                            R"(type = "smtp", sni = "x")",
                            R"(type = "dns")",
                            R"(type = "dns", name = "a..b")",
                            R"(type = "dns", name = "")",
                            R"(type = "dns", name = "a", record = "ANY")",
                            R"(type = "dns", name = "a", expect = 1)",
                            R"(type = "exec")",
                            R"(type = "exec", command = [])",
                            R"(type = "exec", command = ["check"])",
                            R"(type = "exec", command = ["/a\u0000b"])",
                            R"(type = "exec", command = ["/a", 1])",
                            R"(type = "exec", command = ["/a"], convention = "nagios")",
                            R"(type = "banner", port = 1, match = "[")",
                            R"(type = "ping")",
                            R"(port = 1)",
                            R"(type = "icmp", timeout = "3s")",
                            R"(type = "icmp", jitter = "3s")",
                            R"(type = "icmp", fall = 0)",
                            R"(type = "icmp", rise = 101)",
                            R"(type = "icmp", damping = { windows = "1m" })",
                            R"(type = "icmp", damping = false)"})
        EXPECT_EQ(errors(check(bad)).substr(0, 15), "4: pool.p.check") << bad;
}

TEST(CheckConfig, has_one_complaint_for_one_fault) {
    EXPECT_EQ(errors(check(R"(type = "icmp", interval = "1 s", timeout = "5s")")),
              "4: pool.p.check.interval \"1 s\": expected 50ms to 1h, such as \"2s\"\n");
    EXPECT_EQ(errors(check(R"(type = "htpp", path = "/")")),
              "4: pool.p.check.type \"htpp\": expected tcp, http, https, smtp, dns, icmp, banner "
              "or exec\n");
    EXPECT_EQ(errors(check(R"(type = "banner", port = 1, match = "a(b")")),
              "4: pool.p.check.match \"a(b\": expected a regular expression; at character 4: "
              "missing closing parenthesis\n");
}

TEST(CheckConfig, reads_the_others) {
    EXPECT_EQ(std::get<DnsCheck>(read_one(R"(type = "dns", name = "a.example.", record = "MX", )"
                                          R"(transport = "tcp", expect = ["10 b."])")
                                     .kind),
              (DnsCheck{"a.example.", DnsType::Mx, {"10 b."}, true}));
    EXPECT_EQ(std::get<ExecCheck>(read_one(R"(type = "exec", command = ["/bin/a", "-x"], )"
                                           R"(convention = "keepalived", port = 7)")
                                      .kind),
              (ExecCheck{{"/bin/a", "-x"}, ExecConvention::Keepalived}));
    const auto smtp = std::get<SmtpCheck>(
        read_one(R"(type = "smtp", hello = "me", starttls = true, verify = false)").kind);
    EXPECT_EQ(smtp.hello, "me");
    EXPECT_FALSE(smtp.starttls->verify);
    const auto banner =
        std::get<BannerCheck>(read_one(R"(type = "banner", port = 1, send = "hi\r\n")").kind);
    EXPECT_EQ(banner.send, "hi\r\n");
    const auto icmp = read_one(R"(type = "icmp", slow_start = "1m", damping = { window = "0s" })");
    EXPECT_EQ(icmp.rhythm.slow_start, 60s);
    EXPECT_EQ(icmp.rhythm.damping.window, 0ms);
}

TEST(Duration, has_a_unit) {
    EXPECT_EQ(read_duration("500ms"), 500ms);
    EXPECT_EQ(read_duration("2s"), 2s);
    EXPECT_EQ(read_duration("3m"), 3min);
    EXPECT_EQ(read_duration("1h"), 1h);
    EXPECT_EQ(read_duration("14d"), 336h);
    for (const char* bad : {"", "5", "s", "1.5s", "-1s", "1 s", "1s ", "1m30s", "99999999999s"})
        EXPECT_FALSE(read_duration(bad)) << bad;
}

RC_GTEST_PROP(Duration, survives_being_printed, ()) {
    const auto duration = std::chrono::milliseconds(*rc::gen::inRange(0, 1'000'000'000));
    RC_ASSERT(read_duration(to_string(duration)) == duration);
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
