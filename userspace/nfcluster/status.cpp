// SPDX-License-Identifier: GPL-2.0
// nfcluster status: what the daemon knows; and all that this node has of clusters,
// switches, pools and IPVS.
#include "control/client.hpp"
#include "nfcluster/clusters.hpp"
#include "nfcluster/daemon_show.hpp"
#include "nfcluster/ipvs_show.hpp"
#include "nfcluster/show.hpp"

#include <algorithm>
#include <fmt/ostream.h>

namespace nfc {

namespace {

struct Shown {
    std::string text;
    Json json;
    bool empty;
};

struct Part {
    std::string_view name; // in JSON
    Result<Shown> shown;
};

// What has been counted would make everything change all the time.
Json without_counters(Json list, const char* inner) {
    for (auto& one : list) {
        one.erase("stats");
        for (auto& part : one[inner])
            for (const char* counter :
                 {"flows", "packets", "stats", "active", "inactive", "persistent"})
                part.erase(counter);
    }
    return list;
}

Result<Shown> show_clusters(const Host& host, Counters counters) {
    const auto rows = clusters_of(host);
    if (!rows)
        return rows.error();
    return Shown{to_table(*rows, counters, host.terminal), to_json(*rows, counters), rows->empty()};
}

Result<Shown> show_switches(const Host& host) {
    const auto switches = host.conditions.read();
    if (!switches)
        return switches.error();
    return Shown{to_table(*switches, host.terminal), to_json(*switches), switches->empty()};
}

Result<Shown> show_pools(const Host& host) {
    const auto pools = host.pools.list();
    if (!pools)
        return pools.error();
    return Shown{to_table(*pools, host.terminal), without_counters(to_json(*pools), "backends"),
                 pools->empty()};
}

Result<Shown> show_services(const Host& host) {
    const auto services = host.ipvs.read();
    if (!services)
        return services.error();
    return Shown{to_table(*services, ipvs::Columns::Servers, host.terminal),
                 without_counters(to_json(*services), "servers"), services->empty()};
}

Result<Shown> show_daemon(const Host& host, const std::string& socket, Counters counters) {
    const auto answer = control::ask(socket, {control::Verb::Status, {}, 0});
    const auto snapshot =
        answer ? control::read_snapshot(*answer) : Result<Snapshot>(answer.error());
    if (!snapshot && answer)
        return Error{Kind::Unavailable,
                     "the daemon's answer makes no sense: " + snapshot.error().text};
    if (!snapshot)
        return snapshot.error();
    auto json = *answer;
    if (counters == Counters::Hidden) {
        json.erase("kernel_changes");
        for (auto& cluster : json["clusters"])
            for (auto& node : cluster["nodes"])
                for (const char* counter : {"accepted", "foreign", "kept", "silenced"})
                    node.erase(counter);
        for (auto& pool : json["pools"])
            for (auto& backend : pool["backends"])
                for (const char* counter : {"latency_us", "checks", "failures"})
                    backend.erase(counter);
    }
    return Shown{to_table(*snapshot, host.now(), host.terminal), std::move(json), false};
}

// Only of what is loaded; at least one.
std::vector<Part> look_at_kernel(const Host& host, Counters counters) {
    std::vector<Part> parts;
    if (host.conditions.present())
        parts.push_back({"conditions", show_switches(host)});
    if (host.pools.present())
        parts.push_back({"pools", show_pools(host)});
    if (host.ipvs.present())
        parts.push_back({"services", show_services(host)});
    auto clusters = show_clusters(host, counters);
    const bool loaded = clusters || clusters.error().kind != Kind::NoCluster;
    if (loaded || parts.empty())
        parts.insert(parts.begin(), Part{"clusters", std::move(clusters)});
    return parts;
}

// Where the daemon answers, its view comes first.
std::vector<Part> look(const Host& host, const StatusOptions& options, Counters counters) {
    const std::string socket = options.socket.value_or(host.socket);
    std::error_code ignored;
    const bool daemon =
        !options.kernel && (options.socket || std::filesystem::exists(socket, ignored));
    auto parts = look_at_kernel(host, counters);
    if (!daemon)
        return parts;
    auto shown = show_daemon(host, socket, counters);
    // It has no module of ours: that is no fault where there is a daemon.
    std::erase_if(parts, [&](const Part& part) {
        return shown && !part.shown && part.shown.error().kind == Kind::NoCluster;
    });
    parts.insert(parts.begin(), Part{"daemon", std::move(shown)});
    return parts;
}

const Error* first_error(const std::vector<Part>& parts) {
    const auto at = std::ranges::find_if(parts, [](const Part& part) { return !part.shown; });
    return at == parts.end() ? nullptr : &at->shown.error();
}

// What the daemon drives is shown by it, as far as people are concerned.
std::string as_text(const std::vector<Part>& parts) {
    const bool daemon = !parts.empty() && parts.front().name == "daemon" && parts.front().shown;
    std::string text;
    for (const auto& part : parts) {
        const bool wanted = !daemon || part.name == "daemon" ||
                            (part.name == "clusters" && part.shown && !part.shown->empty);
        if (part.shown && wanted)
            text += (text.empty() ? "" : "\n") + part.shown->text;
    }
    return text;
}

std::string as_json(const std::vector<Part>& parts, bool pretty) {
    Json all = Json::object();
    for (const auto& [name, shown] : parts)
        all[std::string(name)] = shown ? shown->json : Json();
    if (const auto* error = first_error(parts))
        all["problem"] = error->text;
    return dump(all, pretty);
}

// One line a change and JSON all the way, problems too, or a screen. A screen shows
// time as it goes by; to nobody else that is a change.
Exit watch(Host& host, const StatusOptions& options) {
    std::string before, seen;
    do {
        const auto parts = look(host, options, Counters::Hidden);
        const auto* error = first_error(parts);
        const auto state = as_json(parts, false);
        const auto text = options.json ? state : as_text(parts) + (error ? error->text + '\n' : "");
        if (state == before && (!host.terminal || text == seen))
            continue;
        if (!options.json)
            host.out << (host.terminal ? "\033[H\033[2J" : before.empty() ? "" : "\n");
        host.out << text << std::flush;
        before = state;
        seen = text;
    } while (host.out && host.wait());
    return Exit::Yes;
}

} // namespace

Exit status(Host& host, const StatusOptions& options) {
    if (options.watch)
        return watch(host, options);

    const auto parts = look(host, options, Counters::Shown);
    const auto* error = first_error(parts);
    const auto text = as_text(parts);
    // Where nothing at all can be told, the complaint is all there is.
    if (!text.empty())
        host.out << (options.json ? as_json(parts, true) : text);
    if (error)
        return complain(host, *error);
    return std::ranges::all_of(parts, [](const Part& part) { return part.shown->empty; })
               ? Exit::No
               : Exit::Yes;
}

} // namespace nfc
