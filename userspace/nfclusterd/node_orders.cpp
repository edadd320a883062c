// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/node_orders.hpp"

#include "core/json.hpp"
#include "core/planner.hpp"
#include "nfclusterd/state_file.hpp"

#include <fmt/format.h>

namespace nfc {

namespace {

std::optional<NodeOrders> read_orders_of(const Json& json) {
    NodeOrders orders;
    if (!json.is_object())
        return std::nullopt;
    for (const auto& [key, value] : json.items()) {
        if (key == "duty" && value == "drain")
            orders.duty = Duty::Drain;
        else if (key == "weight" && value.is_number_unsigned() &&
                 value.get<std::uint64_t>() <= node_weight_most)
            orders.weight = value.get<unsigned>();
        else
            return std::nullopt;
    }
    return orders;
}

Json to_json(const NodeOrders& orders) {
    Json json = Json::object();
    if (orders.duty != Duty::Serve)
        json["duty"] = "drain";
    if (orders.weight)
        json["weight"] = *orders.weight;
    return json;
}

} // namespace

Result<Done> NodeOrdersFile::read() {
    all_.clear();
    const auto json = read_state_object(file_);
    if (!json)
        return json.error();
    decltype(all_) all;
    for (const auto& [cluster, one] : json->items()) {
        const auto orders = read_orders_of(one);
        if (!orders)
            return not_ours(file_);
        all[cluster] = *orders;
    }
    all_ = std::move(all);
    return Done{};
}

NodeOrders NodeOrdersFile::of(const std::string& cluster) const {
    const auto at = all_.find(cluster);
    return at == all_.end() ? NodeOrders{} : at->second;
}

Result<Done> NodeOrdersFile::set(const std::string& cluster, const NodeOrders& orders) {
    auto all = all_;
    if (orders == NodeOrders{})
        all.erase(cluster);
    else
        all[cluster] = orders;
    Json json = Json::object();
    for (const auto& [name, one] : all)
        json[name] = to_json(one);
    const auto done = write_state(file_, nfc::dump(json));
    if (done)
        all_ = std::move(all);
    return done;
}

} // namespace nfc
