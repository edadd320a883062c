// SPDX-License-Identifier: GPL-2.0
// Snapshots and notices.
#include "control/json_reader.hpp"
#include "control/protocol.hpp"
#include "control/shown_parts.hpp"
#include "core/utc.hpp"

#include <fmt/format.h>

namespace nfc::control {

namespace {

constexpr Word<Turn> turns[] = {
    {"serves", Turn::Serves}, {"drains", Turn::Drains}, {"out", Turn::Out}};
constexpr Word<EventKind> event_kinds[] = {{"rose", EventKind::Rose},
                                           {"fell", EventKind::Fell},
                                           {"held", EventKind::Held},
                                           {"weight", EventKind::WeightChanged},
                                           {"duty", EventKind::DutyChanged}};

Time read_time(JsonReader& reader, std::string_view key) {
    const auto text = reader.text(key);
    if (text.empty())
        return {};
    if (const auto time = read_utc(text))
        return *time;
    reader.complain(bad_value(reader.field(key), text, "a time such as 2026-11-21T14:30:00.250Z"));
    return {};
}

void put(Json& json, const Endpoint& endpoint) {
    json["address"] = to_string(endpoint.ip);
    json["port"] = endpoint.port;
}

Endpoint read_endpoint(JsonReader& reader) {
    const auto ip = read_address(reader);
    return {ip, static_cast<std::uint16_t>(reader.number("port", UINT16_MAX))};
}

Json to_json(const BackendStatus& backend) {
    Json json;
    json["name"] = backend.name;
    put(json, backend.endpoint);
    json["checked"] = backend.checked;
    json["standing"] = word_for(backend.standing, standings);
    json["duty"] = word_for(backend.duty, duties);
    json["turn"] = word_for(backend.share.turn, turns);
    json["weight"] = backend.share.weight;
    json["configured_weight"] = backend.configured;
    json["since"] = to_text(backend.since);
    json["reason"] = backend.reason;
    json["warning"] = backend.warning;
    json["latency_us"] = static_cast<std::uint64_t>(backend.latency.count());
    json["checks"] = backend.checks;
    json["failures"] = backend.failures;
    json["falls"] = backend.falls;
    return json;
}

BackendStatus read_backend(JsonReader& reader) {
    BackendStatus backend;
    backend.name = reader.text("name");
    backend.endpoint = read_endpoint(reader);
    backend.checked = reader.truth("checked");
    backend.standing = reader.choice("standing", standings);
    backend.duty = reader.choice("duty", duties);
    backend.share.turn = reader.choice("turn", turns);
    backend.share.weight = read_unsigned(reader, "weight");
    backend.configured = read_unsigned(reader, "configured_weight");
    backend.since = read_time(reader, "since");
    backend.reason = reader.text("reason");
    backend.warning = reader.text("warning");
    backend.latency = std::chrono::microseconds(reader.number("latency_us", INT64_MAX));
    backend.checks = reader.number("checks");
    backend.failures = reader.number("failures");
    backend.falls = reader.number("falls");
    reader.end();
    return backend;
}

Json to_json(const PoolStatus& pool) {
    Json json;
    json["name"] = pool.name;
    json["driver"] = pool.driver;
    json["blind"] = pool.blind;
    json["sorry"] = pool.sorry;
    json["problem"] = pool.problem;
    json["backends"] = Json::array();
    for (const auto& backend : pool.backends)
        json["backends"].push_back(to_json(backend));
    return json;
}

PoolStatus read_pool(JsonReader& reader) {
    PoolStatus pool;
    pool.name = reader.text("name");
    pool.driver = reader.text("driver");
    pool.blind = reader.truth("blind");
    pool.sorry = reader.truth("sorry");
    pool.problem = reader.text("problem");
    for (auto& backend : reader.objects("backends"))
        pool.backends.push_back(read_backend(backend));
    reader.end();
    return pool;
}

} // namespace

std::string to_text(Time time) {
    if (time == Time{})
        return {};
    return utc(time);
}

Json to_json(const Snapshot& snapshot) {
    Json json;
    json["node"] = snapshot.node;
    json["version"] = snapshot.version;
    json["file"] = snapshot.file;
    json["started"] = to_text(snapshot.started);
    json["loaded"] = to_text(snapshot.loaded);
    json["reload_problem"] = snapshot.reload_problem;
    json["down_times_problem"] = snapshot.down_times_problem;
    json["kernel_changes"] = snapshot.kernel_changes;
    json["pools"] = Json::array();
    for (const auto& pool : snapshot.pools)
        json["pools"].push_back(to_json(pool));
    json["clusters"] = Json::array();
    for (const auto& cluster : snapshot.clusters)
        json["clusters"].push_back(to_json(cluster));
    return json;
}

Result<Snapshot> read_snapshot(const Json& json) {
    std::optional<Error> problem;
    JsonReader reader(json, "", problem);
    Snapshot snapshot;
    snapshot.node = reader.text("node");
    snapshot.version = reader.text("version");
    snapshot.file = reader.text("file");
    snapshot.started = read_time(reader, "started");
    snapshot.loaded = read_time(reader, "loaded");
    snapshot.reload_problem = reader.text("reload_problem");
    snapshot.down_times_problem = reader.text("down_times_problem");
    snapshot.kernel_changes = reader.number("kernel_changes");
    for (auto& pool : reader.objects("pools"))
        snapshot.pools.push_back(read_pool(pool));
    for (auto& cluster : reader.objects("clusters"))
        snapshot.clusters.push_back(read_cluster(cluster));
    reader.end();
    if (problem)
        return *problem;
    return snapshot;
}

Json to_json(const Notice& notice) {
    Json json;
    json["kind"] = word_for(notice.kind, event_kinds);
    json["at"] = to_text(notice.at);
    json["pool"] = notice.pool;
    json["backend"] = notice.backend;
    put(json, notice.endpoint);
    json["standing"] = word_for(notice.standing, standings);
    json["duty"] = word_for(notice.duty, duties);
    json["reason"] = notice.reason;
    json["lasted_ms"] = static_cast<std::uint64_t>(notice.lasted.count());
    json["up"] = notice.up;
    json["total"] = notice.total;
    return json;
}

Result<Notice> read_notice(const Json& json) {
    std::optional<Error> problem;
    JsonReader reader(json, "", problem);
    Notice notice;
    notice.kind = reader.choice("kind", event_kinds);
    notice.at = read_time(reader, "at");
    notice.pool = reader.text("pool");
    notice.backend = reader.text("backend");
    notice.endpoint = read_endpoint(reader);
    notice.standing = reader.choice("standing", standings);
    notice.duty = reader.choice("duty", duties);
    notice.reason = reader.text("reason");
    notice.lasted = Duration(static_cast<Duration::rep>(reader.number("lasted_ms", INT64_MAX)));
    notice.up = read_unsigned(reader, "up");
    notice.total = read_unsigned(reader, "total");
    reader.end();
    if (problem)
        return *problem;
    return notice;
}

} // namespace nfc::control
