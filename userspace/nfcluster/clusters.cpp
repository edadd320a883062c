// SPDX-License-Identifier: GPL-2.0
#include "nfcluster/clusters.hpp"

#include "drivers/saved_rules.hpp"
#include "nfcluster/table.hpp"

#include <fmt/format.h>

namespace nfc {

namespace {

std::string_view or_none(std::string_view text) {
    return text.empty() ? "none" : text;
}

std::vector<Cell> cells(const ClusterRow& row) {
    const auto here = to_string(row.here);
    const Style style = row.here.empty() ? Style::Bad : Style::Good;
    if (!row.rule) {
        const Cell unknown{"?", Style::Faint};
        return {{to_string(row.address)},
                unknown,
                unknown,
                unknown,
                unknown,
                {std::string(or_none(here)), style},
                unknown};
    }

    const auto& [mac, hash, total, local] = *row.rule->parameters;
    const auto others = to_string(without(all_slots(total), row.here));
    return {
        {to_string(row.address)},
        {printable(row.rule->interface)},
        {to_string(mac)},
        {fmt::format("{}{}", to_string(hash.mode),
                     hash.seed ? fmt::format(" (seed {})", hash.seed) : "")},
        {fmt::format("{}/{}", row.here.size(), total), style},
        {std::string(or_none(here)), style},
        {std::string(or_none(others)), Style::Faint},
    };
}

} // namespace

Result<std::vector<ClusterRow>> clusters_of(const Host& host) {
    const auto addresses = host.clusters.list();
    if (!addresses)
        return addresses.error();

    std::vector<ClusterRow> rows;
    if (addresses->empty())
        return rows;
    const auto rules = saved_rules(host.save_programs);
    for (const auto address : *addresses) {
        auto here = host.clusters.read(address);
        if (here)
            rows.push_back({address, std::move(*here),
                            rules ? rules->cluster(address) : Result<Rule>(rules.error())});
        else if (here.error().kind != Kind::NoCluster) // gone since we listed it
            return here.error();
    }
    return rows;
}

std::string to_table(const std::vector<ClusterRow>& rows, bool colours) {
    if (rows.empty())
        return "no clusters on this node\n";

    std::vector<std::vector<Cell>> lines{{}};
    for (const char* heading : {"ADDRESS", "IFACE", "MAC", "HASH MODE", "SLOTS", "HERE", "OTHERS"})
        lines[0].push_back({heading, Style::Heading});
    for (const auto& row : rows)
        lines.push_back(cells(row));
    auto text = table(lines, colours);
    for (const auto& row : rows)
        if (!row.rule)
            text += fmt::format("{}: {}\n", to_string(row.address), row.rule.error().text);
    return text;
}

Json to_json(const std::vector<ClusterRow>& rows) {
    Json clusters = Json::array();
    for (const auto& row : rows) {
        Json cluster = {{"address", to_string(row.address)}, {"here", row.here}};
        if (row.rule) {
            const auto& [mac, hash, total, local] = *row.rule->parameters;
            cluster["interface"] = row.rule->interface;
            cluster["mac"] = to_string(mac);
            cluster["hashmode"] = to_string(hash.mode);
            cluster["hash_init"] = hash.seed;
            cluster["total"] = total;
            cluster["others"] = without(all_slots(total), row.here);
        } else {
            for (const char* name :
                 {"interface", "mac", "hashmode", "hash_init", "total", "others"})
                cluster[name] = nullptr;
            cluster["problem"] = row.rule.error().text;
        }
        clusters.push_back(std::move(cluster));
    }
    return clusters;
}

} // namespace nfc
