// SPDX-License-Identifier: GPL-2.0
// The rules that the kernel has now, as iptables-save prints them.
#pragma once

#include "core/result.hpp"
#include "core/rule.hpp"

#include <string>
#include <vector>

namespace nfc {

// `programs`: the first one that exists is run, without a shell.
Result<Rules> saved_rules(const std::vector<std::string>& programs);

} // namespace nfc
