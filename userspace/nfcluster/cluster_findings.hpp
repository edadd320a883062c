// SPDX-License-Identifier: GPL-2.0
// What a node lacks of a cluster that its configuration names.
#pragma once

#include "core/config.hpp"
#include "nfcluster/node.hpp"

#include <vector>

namespace nfc {

// `daemon`: whether nfclusterd runs here.
std::vector<Finding> cluster_findings(const Host& host, const Cluster& cluster, bool daemon);

} // namespace nfc
