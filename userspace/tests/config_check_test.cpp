// SPDX-License-Identifier: GPL-2.0
#include "tests/config_fixture.hpp"

#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

using namespace std::chrono_literals;
using namespace written;

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

} // namespace
} // namespace nfc
