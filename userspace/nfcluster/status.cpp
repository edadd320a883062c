// SPDX-License-Identifier: GPL-2.0
// nfcluster status: all that this node has of clusters, switches, pools and IPVS.
#include "nfcluster/clusters.hpp"
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
    const char* name; // in JSON
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

Result<Shown> show_clusters(const Host& host) {
    const auto rows = clusters_of(host);
    if (!rows)
        return rows.error();
    return Shown{to_table(*rows, host.terminal), to_json(*rows), rows->empty()};
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

// Only of what is loaded; at least one.
std::vector<Part> look(const Host& host) {
    std::vector<Part> parts;
    if (host.conditions.present())
        parts.push_back({"conditions", show_switches(host)});
    if (host.pools.present())
        parts.push_back({"pools", show_pools(host)});
    if (host.ipvs.present())
        parts.push_back({"services", show_services(host)});
    auto clusters = show_clusters(host);
    const bool loaded = clusters || clusters.error().kind != Kind::NoCluster;
    if (loaded || parts.empty())
        parts.insert(parts.begin(), Part{"clusters", std::move(clusters)});
    return parts;
}

const Error* first_error(const std::vector<Part>& parts) {
    const auto at = std::ranges::find_if(parts, [](const Part& part) { return !part.shown; });
    return at == parts.end() ? nullptr : &at->shown.error();
}

std::string as_text(const std::vector<Part>& parts) {
    std::string text;
    for (const auto& part : parts)
        if (part.shown)
            text += (text.empty() ? "" : "\n") + part.shown->text;
    return text;
}

std::string as_json(const std::vector<Part>& parts, bool pretty) {
    Json all = Json::object();
    for (const auto& [name, shown] : parts)
        all[name] = shown ? shown->json : Json();
    if (const auto* error = first_error(parts))
        all["problem"] = error->text;
    return dump(all, pretty);
}

// One line a change and JSON all the way, problems too, or a screen.
Exit watch(Host& host, bool json) {
    std::string before;
    do {
        const auto parts = look(host);
        const auto* error = first_error(parts);
        const auto text =
            json ? as_json(parts, false) : as_text(parts) + (error ? error->text + '\n' : "");
        if (text == before)
            continue;
        if (!json)
            host.out << (host.terminal ? "\033[H\033[2J" : before.empty() ? "" : "\n");
        host.out << text << std::flush;
        before = text;
    } while (host.out && host.wait());
    return Exit::Yes;
}

} // namespace

Exit status(Host& host, const StatusOptions& options) {
    if (options.watch)
        return watch(host, options.json);

    const auto parts = look(host);
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
