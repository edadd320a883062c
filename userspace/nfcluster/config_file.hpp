// SPDX-License-Identifier: GPL-2.0
// The daemon's configuration, read as the daemon reads it.
#pragma once

#include "core/config.hpp"
#include "nfcluster/commands.hpp"

#include <string>
#include <vector>

namespace nfc {

// `errors`: all that is wrong with it, by line.
Result<Config> load_config(const std::string& file, std::vector<std::string>& errors);
// The same, and the errors are said on stderr.
Result<Config> load_config(Host& host, const std::string& file);

} // namespace nfc
