// SPDX-License-Identifier: GPL-2.0
#include "core/cluster_rule.hpp"

#include "core/group_mac.hpp"

#include <fmt/format.h>

namespace nfc {

std::string_view iptables_of(Family family) {
    return family == Family::V4 ? "iptables" : "ip6tables";
}

unsigned prefix_of(const Cluster& cluster) {
    if (cluster.prefix)
        return cluster.prefix;
    return cluster.address.family == Family::V4 ? 32 : 128;
}

std::vector<std::string> cluster_target(const Cluster& cluster, const Slots& slots) {
    std::vector<std::string> words{"-j",
                                   "SHAREDIP",
                                   "--cluster-ip",
                                   to_string(cluster.address),
                                   "--cluster-dev",
                                   cluster.interface};
    const auto add = [&](std::string_view option, std::string value) {
        words.emplace_back(option);
        words.push_back(std::move(value));
    };
    if (cluster.mac)
        add("--clustermac", to_string(*cluster.mac));
    add("--total-slots", std::to_string(cluster.slots));
    add("--local-slots", slots.empty() ? "none" : to_string(slots));
    add("--hashmode", std::string(to_string(cluster.hash.mode)));
    if (cluster.hash.seed)
        add("--hash-init", std::to_string(cluster.hash.seed));
    return words;
}

std::vector<std::string> cluster_rule(std::string_view command, const Cluster& cluster,
                                      const Slots& slots) {
    std::vector<std::string> words{"-t", "raw", std::string(command), "PREROUTING"};
    for (auto& word : cluster_target(cluster, slots))
        words.push_back(std::move(word));
    return words;
}

std::string difference(const SharedCluster& has, const Cluster& wanted) {
    const auto mac = wanted.mac.value_or(usual_mac(wanted.address));
    if (has.interface != wanted.interface)
        return fmt::format("it is on {}, not on {}", has.interface, wanted.interface);
    if (has.total != wanted.slots)
        return fmt::format("it has {} slots, not {}", has.total, wanted.slots);
    if (has.hash.mode != wanted.hash.mode)
        return fmt::format("its hashmode is {}, not {}", to_string(has.hash.mode),
                           to_string(wanted.hash.mode));
    if (has.hash.seed != wanted.hash.seed)
        return fmt::format("its hash_init is {}, not {}", has.hash.seed, wanted.hash.seed);
    if (has.mac != mac)
        return fmt::format("its hardware address is {}, not {}", to_string(has.mac),
                           to_string(mac));
    return {};
}

} // namespace nfc
