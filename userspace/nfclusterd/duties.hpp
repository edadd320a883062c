// SPDX-License-Identifier: GPL-2.0
// What people want of backends, in a file that outlives us: {"pool": {"backend":
// "drain"}}. Who is not in it serves.
#pragma once

#include "core/health.hpp"
#include "core/result.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace nfc {

class Duties {
public:
    explicit Duties(std::filesystem::path file) : file_(std::move(file)) {}

    // Of one that cannot be read nothing is known.
    Result<Done> read();
    Duty of(const std::string& pool, const std::string& backend) const;
    // Once it says that this is done, not even a power cut forgets it; if it says
    // that it is not, nothing has changed.
    Result<Done> set(const std::string& pool, const std::string& backend, Duty duty);

private:
    using All = std::map<std::string, std::map<std::string, Duty>>;

    Result<Done> write(const All& all) const;

    std::filesystem::path file_;
    All all_;
};

} // namespace nfc
