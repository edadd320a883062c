// SPDX-License-Identifier: GPL-2.0
// The parts of a configuration, for config.cpp.
#pragma once

#include "core/config.hpp"
#include "core/config_reader.hpp"

namespace nfc {

// Nothing if there is no table "check" in it. Without a port, it asks those of
// whom it asks, if they have any, or else the usual one of its kind.
std::optional<Check> read_check(Section& section, bool have_ports);

constexpr std::string_view interface_expected = "the name of an interface, such as eth0";
Result<std::string> read_interface(const std::string& field, std::string_view text);

bool is_absolute(std::string_view path);
std::string read_path(Section& section, std::string_view key, std::string_view expected,
                      std::string otherwise = {});

std::vector<Cluster> read_clusters(Section& root, std::string_view node);
std::vector<Pool> read_pools(Section& root);
// The table "ipvs": what holds for all its services.
ipvs::Timeouts read_timeouts(Section& root);
std::vector<RealServer> read_real_servers(Section& root);

Alert read_alert(Section& root);
Metrics read_metrics(Section& root);
LogStyle read_log_style(Section& root);

} // namespace nfc
