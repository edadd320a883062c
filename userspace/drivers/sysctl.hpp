// SPDX-License-Identifier: GPL-2.0
// Settings of this network namespace, files below /proc/sys/net.
#pragma once

#include "core/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace nfc {

class NetSysctls {
public:
    explicit NetSysctls(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // Nothing: there is no such one.
    Result<std::optional<std::string>> read(std::string_view name) const;
    // Writes only what differs; tells what was there before.
    Result<std::string> set(std::string_view name, std::string_view value) const;

private:
    Result<std::filesystem::path> path(std::string_view name) const;

    std::filesystem::path folder_;
};

} // namespace nfc
