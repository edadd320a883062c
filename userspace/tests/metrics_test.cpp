// SPDX-License-Identifier: GPL-2.0
#include "observe/metrics.hpp"
#include "tests/observers_fixture.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>
#include <regex>
#include <set>
#include <sstream>

namespace nfc {
namespace {

Shown everything() {
    Shown shown;
    auto& snapshot = shown.snapshot.emplace();
    snapshot.node = "director";
    snapshot.version = "1.0";
    snapshot.started = at(0);
    snapshot.kernel_changes = 7;
    auto& pool = snapshot.pools.emplace_back();
    pool.name = "mail";
    pool.driver = "statmark";
    pool.problem = "no module";
    auto& backend = pool.backends.emplace_back();
    backend.name = "mail1";
    backend.endpoint = {*read_ip("", "2001:db8::1"), 25};
    backend.checked = true;
    backend.standing = Standing::Up;
    backend.duty = Duty::Drain;
    backend.share = {Turn::Drains, 3};
    backend.configured = 5;
    backend.latency = std::chrono::microseconds{1500};
    backend.checks = 10;
    backend.failures = 2;
    backend.falls = 1;
    backend.since = at(500);
    auto& cluster = snapshot.clusters.emplace_back();
    cluster.name = "web";
    cluster.address = *read_ip("", "10.0.0.10");
    cluster.slots = 4;
    cluster.quorate = true;
    cluster.problem = "no rule";
    auto& node = cluster.nodes.emplace_back();
    node.name = "web1";
    node.presence = Presence::Member;
    node.standing = Standing::Up;
    node.weight = 2;
    node.slots = {SlotState::On, SlotState::Fill, SlotState::Drain, SlotState::Off};
    cluster.nodes.push_back(node);
    cluster.nodes.back().name = "web2";
    cluster.nodes.back().presence = Presence::Machine;
    cluster.nodes.back().slots = {SlotState::On, SlotState::Off, SlotState::Off, SlotState::Off};
    shown.programs = AlertCount{1, 2, 3, 4};
    shown.mails = AlertCount{};
    shown.down_times_problem = true;
    shown.clusters = read_cluster_counters(
        "192.168.0.10 interface eth0 clustermac 01:02:03:04:05:06 hashmode sourceip hash-init 0 "
        "total 2 on 1 drain - fill - off 2 accepted 5 foreign 18446744073709551615 kept 0 "
        "silenced 1\n");
    auto& marks = shown.pools.emplace_back();
    marks.name = "mail";
    marks.rows.push_back({{.mark = 16, .gate = {}}, statmark::State::Up, 8, 9});
    return shown;
}

bool says(const std::string& text, const std::string& line) {
    return ('\n' + text).find('\n' + line + '\n') != std::string::npos;
}

TEST(Metrics, say_what_there_is) {
    const auto text = metrics_text(everything());
    for (const auto* line : {
             R"(nfcluster_build_info{version="1.0",node="director"} 1)",
             R"(nfcluster_cluster_quorate{cluster="web",address="10.0.0.10"} 1)",
             R"(nfcluster_cluster_failed{cluster="web",address="10.0.0.10"} 1)",
             R"(nfcluster_cluster_slots{cluster="web",address="10.0.0.10"} 4)",
             R"(nfcluster_cluster_slots_unanswered{cluster="web",address="10.0.0.10"} 2)",
             R"(nfcluster_cluster_slots_doubled{cluster="web",address="10.0.0.10"} 1)",
             R"(nfcluster_node_up{cluster="web",node="web1"} 1)",
             R"(nfcluster_node_up{cluster="web",node="web2"} 0)",
             R"(nfcluster_node_weight{cluster="web",node="web1"} 2)",
             R"(nfcluster_node_slots{cluster="web",node="web1",state="fill"} 1)",
             R"(nfcluster_start_time_seconds 1763730000)",
             R"(nfcluster_kernel_changes_total 7)",
             R"(nfcluster_pool_backends_up{pool="mail",driver="statmark"} 1)",
             R"(nfcluster_pool_failed{pool="mail",driver="statmark"} 1)",
             R"(nfcluster_backend_info{pool="mail",backend="mail1",address="[2001:db8::1]:25"} 1)",
             R"(nfcluster_backend_up{pool="mail",backend="mail1"} 1)",
             R"(nfcluster_backend_serving{pool="mail",backend="mail1"} 0)",
             R"(nfcluster_backend_weight{pool="mail",backend="mail1"} 3)",
             R"(nfcluster_backend_configured_weight{pool="mail",backend="mail1"} 5)",
             R"(nfcluster_backend_duty{pool="mail",backend="mail1",duty="drain"} 1)",
             R"(nfcluster_backend_duty{pool="mail",backend="mail1",duty="serve"} 0)",
             R"(nfcluster_backend_since_time_seconds{pool="mail",backend="mail1"} 1763730000.5)",
             R"(nfcluster_backend_check_latency_seconds{pool="mail",backend="mail1"} 0.0015)",
             R"(nfcluster_backend_checks_total{pool="mail",backend="mail1"} 10)",
             R"(nfcluster_alert_failures_total{way="exec"} 2)",
             R"(nfcluster_down_time_log_failed 1)",
             R"(nfcluster_cluster_packets_total{address="192.168.0.10",verdict="accepted"} 5)",
             R"(nfcluster_statmark_flows_total{pool="mail",mark="16"} 8)",
             R"(# TYPE nfcluster_backend_checks_total counter)",
         })
        EXPECT_TRUE(says(text, line)) << line << "\n" << text;
}

TEST(Metrics, leave_out_what_is_not_there) {
    EXPECT_EQ(metrics_text({}), "");
}

// The rules of promtool's linter, of Prometheus' own documentation.
TEST(Metrics, have_names_as_prometheus_wants_them) {
    const auto text = metrics_text(everything());
    const std::regex form("nfcluster(_[a-z]+)+");
    const std::set<std::string> forbidden{"gauge", "counter", "metric", "milliseconds", "ms"};
    std::set<std::string_view> seen;
    for (const auto name : metric_names()) {
        const std::string one(name);
        EXPECT_TRUE(std::regex_match(one, form)) << one;
        EXPECT_TRUE(seen.insert(name).second) << one << " twice";
        EXPECT_NE(text.find("# HELP " + one + ' '), text.npos) << one << ": no help";
        EXPECT_EQ(text.find("# TYPE " + one + " counter") != text.npos, one.ends_with("_total"))
            << one << ": counters, and only they, end in _total";
        EXPECT_FALSE(one.ends_with("_count") || one.ends_with("_sum") || one.ends_with("_bucket"))
            << one;
        std::istringstream words(std::regex_replace(one, std::regex("_"), " "));
        for (std::string word; words >> word;)
            EXPECT_FALSE(forbidden.contains(word)) << one;
    }
}

TEST(Metrics, of_the_dashboard_are_there) {
    std::ifstream file(NFC_SOURCE "/packaging/grafana/nfcluster.json");
    const auto json = nlohmann::json::parse(file, nullptr, false);
    ASSERT_TRUE(json.is_object());
    std::set<std::string> known;
    for (const auto name : metric_names())
        known.emplace(name);
    std::set<std::string> used;
    const std::function<void(const nlohmann::json&)> walk = [&](const nlohmann::json& at) {
        for (const auto& [key, value] : at.items()) {
            if (value.is_structured()) {
                walk(value);
            } else if (value.is_string()) {
                const auto text = value.get<std::string>();
                const std::regex name("nfcluster_[a-z_]+");
                for (std::sregex_iterator it(text.begin(), text.end(), name), end; it != end; ++it)
                    used.insert(it->str());
            }
        }
    };
    walk(json);
    EXPECT_GT(used.size(), 10u);
    for (const auto& name : used)
        EXPECT_TRUE(known.contains(name)) << name;
    EXPECT_FALSE(json["panels"].empty());
    for (const auto& panel : json["panels"])
        EXPECT_TRUE(panel["type"] == "row" || !panel["targets"].empty()) << panel["title"];
}

TEST(Metrics, read_the_kernels_counters) {
    EXPECT_TRUE(read_cluster_counters("").empty());
    EXPECT_TRUE(read_cluster_counters("10.0.0.1 accepted 1 foreign 2 kept 3 silenced x\n").empty());
    EXPECT_TRUE(read_cluster_counters("accepted 1 foreign 2 kept 3 silenced 4\n").empty());
    EXPECT_TRUE(read_cluster_counters("\n  \n\nfoo\n").empty());
    const auto two =
        read_cluster_counters("10.0.0.1 interface accepted accepted 1 foreign 2 kept 3 silenced 4\n"
                              "fd00::1 interface eth0 accepted 1 foreign 2 kept 3 silenced 4");
    ASSERT_EQ(two.size(), 2u);
    EXPECT_EQ(two[0].packets[0].second, 1u);
    EXPECT_EQ(two[1].address, "fd00::1");
    EXPECT_TRUE(cluster_counters("/nonexistent").empty());
}

// Every line is a comment or name{labels} value, whatever names people give.
RC_GTEST_PROP(Metrics, are_well_formed, (const std::string& pool, const std::string& backend)) {
    auto shown = everything();
    shown.snapshot->pools[0].name = pool;
    shown.snapshot->pools[0].backends[0].name = backend;
    std::istringstream lines(metrics_text(shown));
    const std::regex sample(
        R"re([a-z_]+(\{[a-z]+="([^"\\]|\\.)*"(,[a-z]+="([^"\\]|\\.)*")*\})? [0-9.e+]+)re");
    for (std::string line; std::getline(lines, line);)
        RC_ASSERT(line.starts_with("# ") || std::regex_match(line, sample));
}

RC_GTEST_PROP(Metrics, survive_whatever_stands_in_proc, (const std::string& text)) {
    read_cluster_counters(text);
}

} // namespace
} // namespace nfc
