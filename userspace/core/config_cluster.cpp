// SPDX-License-Identifier: GPL-2.0
// A shared address and who shares it, for config.cpp.
#include "core/config_parts.hpp"
#include "core/planner.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc {

namespace {

using namespace std::chrono_literals;

// Of SHAREDIP, the rule syntax that a daemon uses.
constexpr unsigned slots_max = 4096;
constexpr std::size_t node_name_max = 64; // that fits into every message

bool is_node_name(std::string_view name) {
    return !name.empty() && name.size() <= node_name_max &&
           std::ranges::all_of(name, [](char c) { return ' ' < c && c < 0x7f; });
}

std::vector<Node> read_nodes(Section& section) {
    std::vector<Node> nodes;
    constexpr std::string_view expected =
        "one at least, such as { web1 = { address = \"192.168.0.1\" } }";
    if (!section.need("nodes", expected))
        return nodes;
    auto table = *section.section("nodes");
    for (auto& [name, one] : table.sections()) {
        Node node;
        node.name = name;
        node.address =
            one.need_as<Ip>("address", "the node's own address", &read_ip).value_or(Ip{});
        node.weight = static_cast<unsigned>(one.number("weight", 0, node_weight_most, 1));
        one.end();
        if (!is_node_name(name))
            one.complaints().add(one.line(),
                                 bad_value(section.field("nodes"), name,
                                           fmt::format("names of 1 to {} ASCII characters, none "
                                                       "of them blank",
                                                       node_name_max))
                                     .text);
        const auto twin = std::ranges::find(nodes, node.address, &Node::address);
        if (twin != nodes.end() && node.address != Ip{})
            one.complaints().add(one.line(),
                                 bad_value(one.field("address"), to_string(node.address),
                                           fmt::format("another than {}'s", twin->name))
                                     .text);
        nodes.push_back(std::move(node));
    }
    if (nodes.empty())
        section.complaints().add(table.line(),
                                 fmt::format("{}: expected {}", table.path(), expected));
    std::ranges::sort(nodes, {}, &Node::name);
    return nodes;
}

unsigned read_prefix(Section& section, const Ip& address) {
    return static_cast<unsigned>(
        section.number("prefix", 1, address.family == Family::V4 ? 32 : 128, 0));
}

Heartbeat read_heartbeat(Section& all, Membership membership) {
    Heartbeat heartbeat;
    auto section = all.section("heartbeat");
    if (!section)
        return heartbeat;
    heartbeat.interval = section->duration("interval", {10ms, 10s}, heartbeat.interval);
    // One that is lost, or late, does not make a node dead.
    const auto least = 2 * heartbeat.interval;
    heartbeat.dead_after =
        section->duration("dead_after", {least, 1min}, std::max(heartbeat.dead_after, least));
    heartbeat.port =
        static_cast<std::uint16_t>(section->number("port", 1, UINT16_MAX, heartbeat.port));
    heartbeat.key_file = read_path(*section, "key_file",
                                   "a file's path, such as "
                                   "/etc/nfcluster/key");
    section->end();
    if (membership != Membership::Static)
        all.complaints().add(section->line(),
                             fmt::format("{}: expected none with membership = \"corosync\", which "
                                         "has its own (totem in corosync.conf)",
                                         all.field("heartbeat")));
    return heartbeat;
}

std::optional<IpvsSync> read_ipvs_sync(Section& all) {
    auto section = all.section("ipvs_sync");
    if (!section)
        return std::nullopt;
    IpvsSync sync;
    sync.interface = section->need_as<std::string>("interface", interface_expected, &read_interface)
                         .value_or("");
    sync.id = static_cast<unsigned>(section->number("id", 0, 255, 0));
    section->end();
    return sync;
}

// By then a director has been told of connections that live, if they say something.
constexpr auto director_delay = 10s;

// What this node does for the cluster, and when.
void read_conduct(Section& section, Cluster& cluster) {
    cluster.manage = section.truth("manage", cluster.manage);
    cluster.drive = section.truth("drive", cluster.drive);
    cluster.join_groups = section.truth("join_groups", cluster.join_groups);
    cluster.handover_limit =
        section.duration("handover_limit", {0ms, 7 * 24h}, cluster.handover_limit);
    cluster.takeover_delay =
        section.duration("takeover_delay", {0ms, 1min}, cluster.takeover_delay);
    cluster.heartbeat = read_heartbeat(section, cluster.membership);
    cluster.ipvs_sync = read_ipvs_sync(section);
    cluster.return_delay =
        section.duration("return_delay", {0ms, 1h}, cluster.ipvs_sync ? director_delay : 0ms);
}

void same_address(Section& section, const Cluster& cluster) {
    const auto node = std::ranges::find(cluster.nodes, cluster.address, &Node::address);
    if (node != cluster.nodes.end() && cluster.address != Ip{})
        section.complaints().add(
            section.take("nodes")->line,
            bad_value(fmt::format("{}.{}.address", section.field("nodes"), node->name),
                      to_string(node->address), "the node's own, not the shared address")
                .text);
}

// The kernel has one such pair of threads, whatever the number of clusters.
void one_ipvs_sync(Section& section, const Cluster& cluster, const std::vector<Cluster>& others) {
    const auto other =
        std::ranges::find_if(others, [](const Cluster& one) { return one.ipvs_sync.has_value(); });
    if (cluster.ipvs_sync && other != others.end() && cluster.ipvs_sync != other->ipvs_sync)
        section.complaints().add(
            section.take("ipvs_sync")->line,
            fmt::format("{}: expected the same as {}'s: the kernel has but one",
                        section.field("ipvs_sync"), other->name));
}

Cluster read_cluster(const std::string& name, Section& section, std::string_view node) {
    Cluster cluster;
    cluster.name = name;
    cluster.address = section.need_as<Ip>("address", "the shared address", &read_ip).value_or(Ip{});
    cluster.prefix = read_prefix(section, cluster.address);
    cluster.interface =
        section.need_as<std::string>("interface", interface_expected, &read_interface).value_or("");
    cluster.mac = section.as<Mac>("mac", "a hardware address", &read_mac);
    cluster.slots =
        static_cast<unsigned>(section.need("slots", fmt::format("a number from 1 to {}", slots_max))
                                  ? section.number("slots", 1, slots_max, 1)
                                  : 1);
    cluster.hash.mode =
        section.as<HashMode>("hashmode", "a hash mode", &read_hash_mode).value_or(NFC_HASH_SIP);
    cluster.hash.seed = static_cast<std::uint32_t>(section.number("hash_init", 0, 0xffffffffLL, 0));
    cluster.membership = section
                             .choice<Membership>("membership", {{"static", Membership::Static},
                                                                {"corosync", Membership::Corosync}})
                             .value_or(Membership::Static);
    cluster.nodes = read_nodes(section);
    cluster.check = read_check(section, false);
    read_conduct(section, cluster);
    same_address(section, cluster);
    if (!node.empty() && !cluster.nodes.empty() &&
        std::ranges::find(cluster.nodes, node, &Node::name) == cluster.nodes.end())
        section.complaints().add(section.take("nodes")->line,
                                 fmt::format("{}: expected this node, \"{}\", among them",
                                             section.field("nodes"), node));
    section.end();
    return cluster;
}

} // namespace

std::vector<Cluster> read_clusters(Section& root, std::string_view node) {
    std::vector<Cluster> clusters;
    auto all = root.section("cluster");
    if (!all)
        return clusters;
    for (auto& [name, section] : all->sections()) {
        auto cluster = read_cluster(name, section, node);
        const auto twin = std::ranges::find(clusters, cluster.address, &Cluster::address);
        if (twin != clusters.end() && cluster.address != Ip{})
            section.complaints().add(section.line(),
                                     bad_value(section.field("address"), to_string(cluster.address),
                                               fmt::format("another than {}'s", twin->name))
                                         .text);
        one_ipvs_sync(section, cluster, clusters);
        clusters.push_back(std::move(cluster));
    }
    return clusters;
}

} // namespace nfc
