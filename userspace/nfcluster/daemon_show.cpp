// SPDX-License-Identifier: GPL-2.0
#include "nfcluster/daemon_show.hpp"

#include "nfcluster/cluster_show.hpp"
#include "nfcluster/table.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace nfc {

namespace {

using std::chrono::seconds;

std::string span(seconds length) {
    const auto all = std::max<long long>(length.count(), 0);
    const auto days = all / 86400, hours = all / 3600 % 24, minutes = all / 60 % 60;
    if (days)
        return fmt::format("{}d {}h", days, hours);
    if (hours)
        return fmt::format("{}h {}m", hours, minutes);
    if (minutes)
        return fmt::format("{}m {}s", minutes, all % 60);
    return fmt::format("{}s", all);
}

std::string local(Time time) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S}",
                       fmt::localtime(std::chrono::system_clock::to_time_t(time)));
}

// What a person wants of it goes before what its checks say.
Cell state_of(const BackendStatus& backend) {
    if (backend.duty == Duty::Off)
        return {"off", Style::Faint};
    const bool drains = backend.duty == Duty::Drain;
    switch (backend.standing) {
    case Standing::Down:
        return {drains ? "down, drain" : "down", Style::Bad};
    case Standing::Unknown:
        return {"unknown", Style::Faint};
    case Standing::Up:
        break;
    }
    return drains ? Cell{"drain", Style::Bad} : Cell{"up", Style::Good};
}

// What it gets now, and what it is to have.
std::string weight_of(const BackendStatus& backend) {
    const unsigned now = backend.share.turn == Turn::Serves ? backend.share.weight : 0;
    return now == backend.configured ? fmt::format("{}", now)
                                     : fmt::format("{}/{}", now, backend.configured);
}

std::string latency_of(const BackendStatus& backend) {
    if (!backend.checks)
        return "-";
    return fmt::format("{:.1f}ms", static_cast<double>(backend.latency.count()) / 1000);
}

std::string remark_on(const BackendStatus& backend) {
    if (!backend.checked)
        return "not checked";
    if (backend.warning.empty())
        return printable(backend.reason);
    return fmt::format("{}{}{}", printable(backend.reason), backend.reason.empty() ? "" : "; ",
                       printable(backend.warning));
}

std::vector<Cell> cells(const PoolStatus& pool, const BackendStatus& backend, bool first,
                        Time now) {
    return {{first ? printable(pool.name) : "", Style::Heading},
            {first ? printable(pool.driver) : "", Style::Faint},
            {printable(backend.name)},
            state_of(backend),
            {age(backend.since, now), Style::Plain, true},
            {weight_of(backend), Style::Plain, true},
            {latency_of(backend), Style::Faint, true},
            {remark_on(backend), backend.warning.empty() ? Style::Faint : Style::Bad}};
}

std::string remarks_on(const PoolStatus& pool, bool terminal) {
    std::string text;
    const auto say = [&](std::string_view what) {
        text +=
            styled(fmt::format("pool {}: {}", printable(pool.name), what), Style::Bad, terminal) +
            '\n';
    };
    if (pool.blind)
        say("all are down, and serve nevertheless");
    if (pool.sorry)
        say("the sorry backend serves");
    if (!pool.problem.empty())
        say("the kernel could not be told: " + printable(pool.problem));
    return text;
}

std::string summary_of(const Snapshot& snapshot, Time now) {
    std::size_t up = 0, all = 0;
    for (const auto& pool : snapshot.pools) {
        all += pool.backends.size();
        up += static_cast<std::size_t>(
            std::ranges::count_if(pool.backends, [](const BackendStatus& one) {
                return one.standing == Standing::Up && one.duty == Duty::Serve;
            }));
    }
    // Who shares addresses need not have pools.
    const auto backends = snapshot.pools.empty() && !snapshot.clusters.empty()
                              ? ""
                              : fmt::format("{} of {} backends up, ", up, all);
    return fmt::format(
        "nfclusterd {}{}: {}runs for {}, {} loaded {} ago\n", printable(snapshot.version),
        snapshot.node.empty() ? "" : " on " + printable(snapshot.node), backends,
        age(snapshot.started, now), printable(snapshot.file), age(snapshot.loaded, now));
}

std::string_view became(const Notice& notice) {
    switch (notice.kind) {
    case EventKind::Rose:
        return "is up";
    case EventKind::Fell:
        return "is down";
    case EventKind::Held:
        return "is held down, it fell too often";
    case EventKind::WeightChanged:
        return "says another weight";
    case EventKind::DutyChanged:
        break;
    }
    return notice.duty == Duty::Serve   ? "is to serve"
           : notice.duty == Duty::Drain ? "is to drain"
                                        : "is taken out";
}

} // namespace

std::string age(Time since, Time now) {
    if (since == Time{})
        return "never";
    return span(std::chrono::duration_cast<seconds>(now - since));
}

std::string to_table(const Snapshot& snapshot, Time now, bool terminal) {
    auto text = summary_of(snapshot, now);
    if (!snapshot.reload_problem.empty())
        text += styled("the last reload failed: " + printable(snapshot.reload_problem), Style::Bad,
                       terminal) +
                '\n';
    if (!snapshot.down_times_problem.empty())
        text += styled("down times are not written down: " + printable(snapshot.down_times_problem),
                       Style::Bad, terminal) +
                '\n';
    for (const auto& cluster : snapshot.clusters)
        text += '\n' + to_table(cluster, terminal);
    if (snapshot.pools.empty())
        return snapshot.clusters.empty() ? text + "no pools in its configuration\n" : text;

    std::vector<std::vector<Cell>> lines{{}};
    for (const char* heading : {"POOL", "DRIVER", "BACKEND", "STATE"})
        lines[0].push_back({heading, Style::Heading});
    for (const char* heading : {"SINCE", "WEIGHT", "LATENCY"})
        lines[0].push_back({heading, Style::Heading, true});
    lines[0].push_back({"REASON", Style::Heading});
    for (const auto& pool : snapshot.pools)
        for (const auto& backend : pool.backends)
            lines.push_back(cells(pool, backend, &backend == &pool.backends.front(), now));
    text += '\n' + table(lines, terminal);
    for (const auto& pool : snapshot.pools)
        text += remarks_on(pool, terminal);
    return text;
}

std::string to_line(const Notice& notice) {
    const auto lasted = std::chrono::duration_cast<seconds>(notice.lasted);
    return fmt::format(
        "{}  {}/{} {}{}{}{} ({} of {} up)\n", local(notice.at), printable(notice.pool),
        printable(notice.backend), became(notice), lasted.count() ? ", after " + span(lasted) : "",
        notice.reason.empty() ? "" : ": ", printable(notice.reason), notice.up, notice.total);
}

} // namespace nfc
