// SPDX-License-Identifier: GPL-2.0
// nfcluster rules: the commands that a configuration needs of a node.
#include "nfcluster/config_file.hpp"
#include "nfcluster/iptables.hpp"

#include <algorithm>
#include <fmt/ostream.h>

namespace nfc {

namespace {

Result<iptables::Services> read_services(const Config& config,
                                         const std::vector<std::string>& words) {
    iptables::Services services;
    for (const auto& word : words) {
        const auto equals = word.find('=');
        const auto name = word.substr(0, equals);
        const auto pool = std::ranges::find(config.pools, name, &Pool::name);
        if (equals == word.npos || pool == config.pools.end() ||
            std::holds_alternative<IpvsDriver>(pool->driver))
            return bad_value("--service", word,
                             "a pool of switches or marks and its service, such as "
                             "mail='tcp 10.0.0.1:25'");
        const auto service = iptables::read_service("--service", word.substr(equals + 1));
        if (!service)
            return service.error();
        services[name] = *service;
    }
    return services;
}

Result<std::string> read_node(const Config& config, const std::optional<std::string>& given) {
    const std::string node = given.value_or(config.node);
    for (const auto& cluster : config.clusters)
        if (std::ranges::find(cluster.nodes, node, &Node::name) == cluster.nodes.end())
            return bad_value("--node", node, fmt::format("one of the nodes of {}", cluster.name));
    return node;
}

} // namespace

Exit print_rules(Host& host, const FileOptions& options) {
    const auto config = load_config(host, options.file);
    if (!config)
        return complain(host, config.error());
    const auto node = read_node(*config, options.node);
    if (!node)
        return complain(host, node.error());
    const auto services = read_services(*config, options.services);
    if (!services)
        return complain(host, services.error());
    for (const auto& line : iptables::commands_for(*config, {*node, *services}))
        host.out << line << '\n';
    return Exit::Yes;
}

} // namespace nfc
