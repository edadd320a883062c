// SPDX-License-Identifier: GPL-2.0
// The parts of a configuration, for config.cpp.
#pragma once

#include "core/config.hpp"
#include "core/config_reader.hpp"

namespace nfc {

// Nothing if there is no table "check" in it. Without a port, it asks those of
// whom it asks, if they have any, or else the usual one of its kind.
std::optional<Check> read_check(Section& section, bool have_ports);

std::vector<Cluster> read_clusters(Section& root, std::string_view node);
std::vector<Pool> read_pools(Section& root);

Alert read_alert(Section& root);
Metrics read_metrics(Section& root);
LogStyle read_log_style(Section& root);

} // namespace nfc
