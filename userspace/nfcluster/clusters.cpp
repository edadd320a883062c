// SPDX-License-Identifier: GPL-2.0
#include "nfcluster/clusters.hpp"

#include "drivers/saved_rules.hpp"
#include "nfcluster/table.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc {

namespace {

Ip ip_of(Address address) {
    return *read_ip("address", to_string(address));
}

// What a rule says, as the kernel would show it.
SharedCluster as_shared(const Rule& rule, const Slots& here) {
    SharedCluster cluster;
    cluster.address = ip_of(rule.address);
    cluster.interface = rule.interface;
    cluster.mac = rule.parameters->mac;
    cluster.hash = rule.parameters->hash;
    cluster.total = rule.parameters->total;
    cluster.in(SlotState::On) = here;
    cluster.in(SlotState::Off) = without(all_slots(cluster.total), here);
    return cluster;
}

Result<std::vector<ClusterRow>> clusters_of_kernel(const Host& host) {
    auto clusters = host.shared.list();
    if (!clusters)
        return clusters.error();
    std::vector<ClusterRow> rows;
    for (auto& cluster : *clusters)
        rows.push_back({cluster.address, cluster.taken(), std::move(cluster), true});
    return rows;
}

Cell list_cell(const Slots& slots, Style style, Style none = Style::Faint) {
    return slots.empty() ? Cell{"none", none} : Cell{to_string(slots), style};
}

std::vector<Cell> cells(const ClusterRow& row, bool moving) {
    const Style style = row.here.empty() ? Style::Bad : Style::Good;
    const Cell unknown{"?", Style::Faint};
    if (!row.cluster)
        return {{to_string(row.address)},          unknown, unknown, unknown, unknown,
                list_cell(row.here, style, style), unknown};

    const auto& cluster = *row.cluster;
    const auto& hash = cluster.hash;
    std::vector<Cell> line{
        {to_string(row.address)},
        {printable(cluster.interface)},
        {to_string(cluster.mac)},
        {fmt::format("{}{}", to_string(hash.mode),
                     hash.seed ? fmt::format(" (seed {})", hash.seed) : "")},
        {fmt::format("{}/{}", row.here.size(), cluster.total), style},
        list_cell(cluster.in(SlotState::On), style, style),
    };
    if (moving)
        for (const auto state : {SlotState::Drain, SlotState::Fill})
            line.push_back(list_cell(cluster.in(state), Style::Bad));
    line.push_back(list_cell(cluster.in(SlotState::Off), Style::Faint));
    return line;
}

bool moves(const ClusterRow& row) {
    return row.cluster &&
           !(row.cluster->in(SlotState::Drain).empty() && row.cluster->in(SlotState::Fill).empty());
}

std::string traffic_table(const std::vector<ClusterRow>& rows, bool colours) {
    std::vector<std::vector<Cell>> lines{{{"ADDRESS", Style::Heading}}};
    for (const char* heading : {"ACCEPTED", "FOREIGN", "KEPT", "SILENCED"})
        lines[0].push_back({heading, Style::Heading, true});
    for (const auto& row : rows) {
        if (!row.by_kernel)
            continue;
        const auto& [accepted, foreign, kept, silenced] = row.cluster->traffic;
        lines.push_back({{to_string(row.address)}});
        for (const auto count : {accepted, foreign, kept, silenced})
            lines.back().push_back({fmt::format("{}", count), Style::Plain, true});
    }
    return lines.size() > 1 ? '\n' + table(lines, colours) : "";
}

} // namespace

Result<std::vector<ClusterRow>> clusters_of(const Host& host) {
    if (host.shared.present())
        return clusters_of_kernel(host);
    const auto addresses = host.clusters.list();
    if (!addresses)
        return addresses.error();

    std::vector<ClusterRow> rows;
    if (addresses->empty())
        return rows;
    const auto rules = saved_rules(host.save_programs);
    for (const auto address : *addresses) {
        const auto here = host.clusters.read(address);
        if (!here && here.error().kind == Kind::NoCluster) // gone since we listed it
            continue;
        if (!here)
            return here.error();
        const auto rule = rules ? rules->cluster(address) : Result<Rule>(rules.error());
        rows.push_back(
            {ip_of(address), *here,
             rule ? Result(as_shared(*rule, *here)) : Result<SharedCluster>(rule.error())});
    }
    return rows;
}

std::string to_table(const std::vector<ClusterRow>& rows, Counters counters, bool colours) {
    if (rows.empty())
        return "no clusters on this node\n";

    const bool moving = std::ranges::any_of(rows, moves);
    std::vector<std::vector<Cell>> lines{{}};
    for (const char* heading : {"ADDRESS", "IFACE", "MAC", "HASH MODE", "SLOTS", "HERE"})
        lines[0].push_back({heading, Style::Heading});
    if (moving)
        for (const char* heading : {"DRAIN", "FILL"})
            lines[0].push_back({heading, Style::Heading});
    lines[0].push_back({"OTHERS", Style::Heading});
    for (const auto& row : rows)
        lines.push_back(cells(row, moving));
    auto text = table(lines, colours);
    for (const auto& row : rows)
        if (!row.cluster)
            text += fmt::format("{}: {}\n", to_string(row.address), row.cluster.error().text);
    return counters == Counters::Shown ? text + traffic_table(rows, colours) : text;
}

Json to_json(const std::vector<ClusterRow>& rows, Counters counters) {
    Json clusters = Json::array();
    for (const auto& row : rows) {
        Json one = {{"address", to_string(row.address)}, {"here", row.here}};
        if (row.cluster) {
            const auto& cluster = *row.cluster;
            one["interface"] = cluster.interface;
            one["mac"] = to_string(cluster.mac);
            one["hashmode"] = to_string(cluster.hash.mode);
            one["hash_init"] = cluster.hash.seed;
            one["total"] = cluster.total;
            one["others"] = without(all_slots(cluster.total), row.here);
        } else {
            for (const char* name :
                 {"interface", "mac", "hashmode", "hash_init", "total", "others"})
                one[name] = nullptr;
            one["problem"] = row.cluster.error().text;
        }
        if (row.by_kernel)
            for (const auto state : slot_states)
                one["states"][std::string(to_string(state))] = row.cluster->in(state);
        if (row.by_kernel && counters == Counters::Shown) {
            const auto& [accepted, foreign, kept, silenced] = row.cluster->traffic;
            one["packets"] = {{"accepted", accepted},
                              {"foreign", foreign},
                              {"kept", kept},
                              {"silenced", silenced}};
        }
        clusters.push_back(std::move(one));
    }
    return clusters;
}

} // namespace nfc
