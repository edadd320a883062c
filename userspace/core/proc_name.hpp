// SPDX-License-Identifier: GPL-2.0
// Names of conditions and pools, as the files in /proc show and take them.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace nfc {

// A name that the kernel would take: 1 to `most` bytes, fit to be the name of a
// file and to stand in saved rules. `reserved` is the one file that is no name.
Result<std::string> read_proc_name(std::string_view field, std::string_view text, std::size_t most,
                                   std::string_view reserved);

// A blank as \040, and whatever else is in `more`.
std::string escape_name(std::string_view name, std::string_view more = {});
std::string unescape_name(std::string_view text);

} // namespace nfc
