// SPDX-License-Identifier: GPL-2.0
// Small files that outlive us.
#pragma once

#include "core/json.hpp"
#include "core/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace nfc {

// Nothing: there is no such file.
Result<std::optional<std::string>> read_state(const std::filesystem::path& file);
// The same of one that holds a JSON object; an empty one: there is no such file.
Result<Json> read_state_object(const std::filesystem::path& file);
// Of one whose content is not ours.
Error not_ours(const std::filesystem::path& file);
// Once it says that this is done, not even a power cut forgets it; if it says that it is
// not, the file is as it was.
Result<Done> write_state(const std::filesystem::path& file, std::string_view text);

} // namespace nfc
