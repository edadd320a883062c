// SPDX-License-Identifier: GPL-2.0
#include "core/config.hpp"

#include "core/config_parts.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace nfc {

namespace {

// Of SHAREDIP, the rule syntax that a daemon uses.
constexpr unsigned slots_max = 4096;
constexpr unsigned node_weight_max = 1000;
constexpr std::size_t interface_room = 16;

std::optional<std::string> read_interface(Section& section) {
    constexpr std::string_view expected = "the name of an interface, such as eth0";
    return section.need_as<std::string>(
        "interface", expected, [&](const std::string& field, std::string_view text) {
            const bool good = !text.empty() && text.size() < interface_room && text != "." &&
                              text != ".." && std::ranges::none_of(text, [](unsigned char c) {
                                  return c <= ' ' || c == 0x7f || c == '/' || c == ':';
                              });
            return good ? Result<std::string>(std::string(text)) : bad_value(field, text, expected);
        });
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
        node.weight = static_cast<unsigned>(one.number("weight", 0, node_weight_max, 1));
        one.end();
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

Cluster read_cluster(const std::string& name, Section& section, std::string_view node) {
    Cluster cluster;
    cluster.name = name;
    cluster.address = section.need_as<Ip>("address", "the shared address", &read_ip).value_or(Ip{});
    cluster.interface = read_interface(section).value_or("");
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
        clusters.push_back(std::move(cluster));
    }
    return clusters;
}

ReadConfig read_config(std::string_view name, std::string_view text) {
    const auto tree = tree::read(name, text);
    if (!tree)
        return {std::nullopt, {tree.error()}};

    Config config;
    Complaints complaints(name);
    Section root(*tree, "", complaints);
    auto node = root.section("node");
    if (node) {
        const auto own = node->need("name", "this node's name")
                             ? node->text("name", "this node's name")
                             : std::nullopt;
        config.node = own.value_or("");
        node->end();
    }
    config.clusters = read_clusters(root, config.node);
    if (!config.clusters.empty() && !node)
        complaints.add(root.take("cluster")->line,
                       "node.name is missing: expected this node's name, one of the cluster's "
                       "nodes");
    config.pools = read_pools(root);
    config.alert = read_alert(root);
    config.metrics = read_metrics(root);
    config.log = read_log_style(root);
    root.end();

    if (complaints.count())
        return {std::nullopt, complaints.all()};
    return {std::move(config), {}};
}

} // namespace nfc
