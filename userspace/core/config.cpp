// SPDX-License-Identifier: GPL-2.0
#include "core/config.hpp"

#include "core/config_parts.hpp"

namespace nfc {

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
    config.timeouts = read_timeouts(root);
    config.real_servers = read_real_servers(root);
    config.alert = read_alert(root);
    config.metrics = read_metrics(root);
    config.log = read_log_style(root);
    root.end();

    if (complaints.count())
        return {std::nullopt, complaints.all()};
    return {std::move(config), {}};
}

} // namespace nfc
