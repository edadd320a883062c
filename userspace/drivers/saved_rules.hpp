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

// What all of `programs` print that exist, in PATH or in /usr/sbin; an error if none
// does, or if one of them fails.
Result<std::string> saved_text(const std::vector<std::string>& programs);

} // namespace nfc
