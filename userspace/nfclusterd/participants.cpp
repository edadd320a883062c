// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/participants.hpp"

#include "drivers/flows.hpp"
#include "drivers/shared_clusters.hpp"
#include "nfclusterd/watcher.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc {

namespace {

const std::filesystem::path proc_net = "/proc/net";

} // namespace

Participants::Participants(asio::any_io_executor executor, const std::filesystem::path& state,
                           Ports ports)
    : executor_(executor), ports_(std::move(ports)), orders_(state / "node.json"),
      setup_(executor, state, ports_.log), groups_(executor, ports_.authorities) {}

Participant::Ports Participants::ports_of() {
    return {
        .kernel = {.read = [](const Ip& address) { return SharedClusters(proc_net).read(address); },
                   .write =
                       [](const Ip& address, const std::vector<Order>& orders) {
                           return SharedClusters(proc_net).write(address, orders);
                       },
                   .log = ports_.log},
        .count_flows =
            [](const SharedCluster& cluster) {
                return flows::Flows().by_slot(cluster.address, cluster.hash, cluster.total);
            },
        .join =
            [this](const Cluster& cluster, GroupEvents events) {
                return groups_.join(cluster, node_, std::move(events));
            },
        .watch = watches_on(executor_, ports_.authorities),
        .announce = [this](const Cluster& cluster) { setup_.announce(cluster.name); },
        .tell = ports_.tell,
        .keep = [this](const std::string& cluster,
                       const NodeOrders& orders) { return orders_.set(cluster, orders); },
        .problem = [this](const Cluster& cluster) { return setup_.problem(cluster.name); },
        .version = ports_.version};
}

void Participants::load(const Config& config) {
    if (const auto read = orders_.read(); !read)
        ports_.log.error(read.error().text);
    setup_.load(config.clusters);
    auto before = std::exchange(all_, {});
    const bool same_node = std::exchange(node_, config.node) == config.node;
    for (const auto& cluster : config.clusters) {
        const auto at = std::ranges::find_if(
            before, [&](const auto& one) { return one && same_node && one->cluster() == cluster; });
        all_.push_back(at == before.end() ? nullptr : std::move(*at));
    }
    // Whoever goes leaves its group before its successor joins it.
    before.clear();
    for (std::size_t i = 0; i < all_.size(); ++i)
        if (!all_[i])
            all_[i] = std::make_unique<Participant>(executor_, config.clusters[i], node_,
                                                    orders_.of(config.clusters[i].name), ports_of(),
                                                    Participant::Pauses{});
}

void Participants::stop() {
    all_.clear();
}

std::vector<std::pair<Participant*, std::string>>
Participants::meant(const std::string& text) const {
    std::vector<std::pair<Participant*, std::string>> found;
    for (const auto& one : all_)
        for (const auto& node : one->cluster().nodes)
            if (node.name == text || one->cluster().name + '/' + node.name == text)
                found.emplace_back(one.get(), node.name);
    return found;
}

bool Participants::has_node(const std::string& node) const {
    return !meant(node).empty();
}

Result<Done> Participants::wish(const std::string& node, std::optional<Duty> duty,
                                std::optional<unsigned> weight) {
    const auto found = meant(node);
    if (found.empty())
        return Error{Kind::NoCluster, fmt::format("no node {:?} in the configuration", node)};
    for (const auto& [one, name] : found)
        if (const auto done = one->wish({name, duty, weight}); !done)
            return done;
    return Done{};
}

std::vector<ClusterStatus> Participants::status() const {
    std::vector<ClusterStatus> list;
    for (const auto& one : all_)
        list.push_back(one->status());
    return list;
}

std::pair<unsigned, unsigned> Participants::share() const {
    std::pair<unsigned, unsigned> sum{0, 0};
    for (const auto& one : all_) {
        const auto [own, total] = one->share();
        sum.first += own;
        sum.second += total;
    }
    return sum;
}

} // namespace nfc
