// SPDX-License-Identifier: GPL-2.0
// What people want of this node, by cluster, in a file that outlives us:
// {"web": {"duty": "drain", "weight": 3}}. What is not in it is as configured.
#pragma once

#include "core/health.hpp"
#include "core/result.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace nfc {

struct NodeOrders {
    Duty duty = Duty::Serve;
    std::optional<unsigned> weight; // instead of the configuration's

    bool operator==(const NodeOrders&) const = default;
};

class NodeOrdersFile {
public:
    explicit NodeOrdersFile(std::filesystem::path file) : file_(std::move(file)) {}

    // Of one that cannot be read nothing is known.
    Result<Done> read();
    NodeOrders of(const std::string& cluster) const;
    // Once it says that this is done, not even a power cut forgets it; if it says
    // that it is not, nothing has changed.
    Result<Done> set(const std::string& cluster, const NodeOrders& orders);

private:
    std::filesystem::path file_;
    std::map<std::string, NodeOrders> all_;
};

} // namespace nfc
