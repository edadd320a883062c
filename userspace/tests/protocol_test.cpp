// SPDX-License-Identifier: GPL-2.0
// What is said on the daemon's socket.
#include "control/protocol.hpp"

#include <gtest/gtest.h>

namespace nfc::control {
namespace {

using namespace std::chrono_literals;

const Time noon = Time{1'795'262'400s + 7ms};

BackendStatus some_backend() {
    BackendStatus backend;
    backend.name = "a \"quoted\" one";
    backend.endpoint = {*read_ip("", "2001:db8::1"), 25};
    backend.checked = true;
    backend.standing = Standing::Down;
    backend.duty = Duty::Drain;
    backend.share = {Turn::Drains, 3};
    backend.configured = 7;
    backend.since = noon;
    backend.reason = "421 too busy";
    backend.warning = "the certificate ends soon";
    backend.latency = 1234us;
    backend.checks = 10'000'000'000;
    backend.failures = 2;
    backend.falls = 1;
    return backend;
}

Snapshot some_snapshot() {
    Snapshot snapshot;
    snapshot.node = "web1";
    snapshot.version = "1";
    snapshot.file = "/etc/a";
    snapshot.started = noon;
    snapshot.loaded = noon + 1h;
    snapshot.reload_problem = "line 3";
    snapshot.down_times_problem = "disk full";
    snapshot.kernel_changes = 5;
    ClusterStatus cluster{
        "web", *read_ip("", "10.0.0.10"), "eth0", 5, "corosync", true, false, "no rule", {}};
    NodeStatus node;
    node.name = "web1";
    node.address = *read_ip("", "10.0.0.1");
    node.presence = Presence::Machine;
    node.standing = Standing::Up;
    node.duty = Duty::Drain;
    node.fixed = true;
    node.listens = true;
    node.weight = 3;
    node.reason = "200";
    node.problem = "two of one name";
    node.version = "1";
    node.share = 2;
    node.slots = {SlotState::On, SlotState::Off, SlotState::Drain, SlotState::Fill, SlotState::On};
    node.traffic = {1, 2, 3, 4};
    cluster.nodes = {node, {}};
    snapshot.clusters = {cluster, {}};
    snapshot.pools = {{"mail", "condition", true, true, "no module", {some_backend(), {}}}, {}};
    return snapshot;
}

Notice some_notice() {
    return {EventKind::Held,
            noon,
            "mail",
            "a",
            {*read_ip("", "10.0.0.1"), 0},
            Standing::Down,
            Duty::Off,
            "why",
            250ms,
            3,
            4};
}

std::string without_end(std::string line) {
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    line.pop_back();
    return line;
}

std::string request_error(std::string_view line) {
    const auto request = read_request(line);
    EXPECT_FALSE(request) << line;
    return request ? "" : request.error().text;
}

std::string snapshot_error(const Json& json) {
    const auto snapshot = read_snapshot(json);
    EXPECT_FALSE(snapshot);
    return snapshot ? "" : snapshot.error().text;
}

TEST(Protocol, a_weight_comes_back) {
    const Request request{Verb::Weight, "web/web1", 7};
    EXPECT_EQ(*read_request(to_line(request)), request);
    EXPECT_EQ(read_request(R"({"do":"weight","backend":"a","weight":1001})").error().text,
              "weight \"1001\": expected a number from 0 to 1000");
}

TEST(Protocol, snapshots_come_back_as_they_were) {
    const auto back = read_snapshot(to_json(some_snapshot()));
    ASSERT_TRUE(back) << back.error().text;
    EXPECT_EQ(*back, some_snapshot());
    const auto empty = read_snapshot(to_json(Snapshot{}));
    ASSERT_TRUE(empty) << empty.error().text;
    EXPECT_EQ(*empty, Snapshot{});
}

TEST(Protocol, notices_come_back_as_they_were) {
    const auto back = read_event(without_end(event_line(some_notice())));
    ASSERT_TRUE(back) << back.error().text;
    EXPECT_EQ(*back, some_notice());
}

TEST(Protocol, bytes_that_are_no_text_do_not_break_a_line) {
    auto snapshot = some_snapshot();
    snapshot.pools[0].backends[0].reason = "\xff\n\"";
    const auto reply = read_reply(without_end(ok_line(to_json(snapshot))));
    ASSERT_TRUE(reply);
    EXPECT_TRUE(read_snapshot(*reply));
}

TEST(Protocol, times_are_those_of_the_wall) {
    EXPECT_EQ(to_text(noon), "2026-11-21T12:00:00.007Z");
    EXPECT_EQ(to_text({}), "");
}

TEST(Protocol, a_snapshot_that_is_wrong_names_the_field) {
    auto json = to_json(some_snapshot());
    json["pools"][0]["backends"][1]["standing"] = "asleep";
    EXPECT_EQ(snapshot_error(json), "pools[0].backends[1].standing \"asleep\": expected one of "
                                    "unknown, up, down");
    json = to_json(some_snapshot());
    json["kernel_changes"] = -1;
    EXPECT_EQ(snapshot_error(json).find("kernel_changes"), 0u);
    json = to_json(some_snapshot());
    json["pools"][0].erase("blind");
    EXPECT_EQ(snapshot_error(json), "pools[0].blind is missing: expected true or false");
    json = to_json(some_snapshot());
    json["pools"][1]["more"] = 1;
    EXPECT_EQ(snapshot_error(json), "pools[1].more: unknown");
    json = to_json(some_snapshot());
    json["pools"][0]["backends"][0]["port"] = 65536;
    EXPECT_EQ(snapshot_error(json).find("pools[0].backends[0].port"), 0u);
    json["pools"] = 3;
    EXPECT_EQ(snapshot_error(json), "pools \"3\": expected an array of objects");
    json = to_json(some_snapshot());
    for (const auto* time : {"9999-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000Z"}) {
        json["started"] = time; // more nanoseconds than we can count
        EXPECT_FALSE(read_snapshot(json));
    }
    json["started"] = "2026-13-21T12:00:00.007Z";
    EXPECT_EQ(snapshot_error(json).find("started"), 0u);
    EXPECT_EQ(snapshot_error(Json::array()), "message \"array\": expected an object");
}

TEST(Protocol, requests_come_back_as_they_were) {
    for (const auto& request : {Request{Verb::Status, ""}, Request{Verb::Reload, ""},
                                Request{Verb::Events, ""}, Request{Verb::Drain, "mail/a"},
                                Request{Verb::Disable, "a"}, Request{Verb::Enable, "a"}}) {
        const auto back = read_request(without_end(to_line(request)));
        ASSERT_TRUE(back) << back.error().text;
        EXPECT_EQ(*back, request);
    }
}

TEST(Protocol, a_request_that_is_wrong_names_the_field) {
    EXPECT_EQ(request_error("hello"), "message \"hello\": expected one JSON object on a line");
    EXPECT_EQ(request_error("[]"), "message \"array\": expected an object");
    EXPECT_EQ(request_error("{}"), "do is missing: expected a text");
    EXPECT_EQ(request_error(R"({"do":"die"})"),
              "do \"die\": expected one of status, reload, events, drain, disable, enable, weight");
    EXPECT_EQ(request_error(R"({"do":"status","now":1})"), "now: unknown");
    EXPECT_EQ(request_error(R"({"do":"status","backend":"a"})"), "backend: unknown");
    EXPECT_EQ(request_error(R"({"do":"drain"})"), "backend is missing: expected a text");
    EXPECT_EQ(request_error(R"({"do":"drain","backend":7})"), "backend \"7\": expected a text");
    EXPECT_FALSE(read_request("{\"do\":" + std::string(longest_request / 3, '[') +
                              std::string(longest_request / 3, ']') + "}"));
    // Deep nesting must not eat the stack.
    EXPECT_FALSE(read_request(std::string(longest_request, '[')));
    EXPECT_FALSE(read_request(std::string(longest_request / 2, '[') +
                              std::string(longest_request / 2, ']')));
}

TEST(Protocol, errors_come_back_as_they_were) {
    for (const auto kind : {Kind::BadInput, Kind::NoCluster, Kind::Refused, Kind::Unavailable}) {
        const auto back = read_reply(without_end(error_line({kind, "no \"such\" thing\n"})));
        ASSERT_FALSE(back);
        EXPECT_EQ(back.error().kind, kind);
        EXPECT_EQ(back.error().text, "no \"such\" thing\n");
    }
    for (const auto* line :
         {"", "{}", "[]", R"({"ok":1,"error":{}})", R"({"error":{"kind":"x"}})"}) {
        const auto reply = read_reply(line);
        ASSERT_FALSE(reply) << line;
        EXPECT_EQ(reply.error().kind, Kind::Unavailable) << line;
    }
}

} // namespace
} // namespace nfc::control
