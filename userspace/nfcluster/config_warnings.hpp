// SPDX-License-Identifier: GPL-2.0
// What is right in a configuration, and will not work on this node.
#pragma once

#include "core/config.hpp"
#include "nfcluster/node.hpp"

#include <vector>

namespace nfc {

std::vector<Finding> warnings_of(const Host& host, const Config& config);

} // namespace nfc
