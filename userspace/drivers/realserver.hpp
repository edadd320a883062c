// SPDX-License-Identifier: GPL-2.0
// Makes this machine the real server that it is to be, and takes back what it has
// set, and only that, when it is to be none any more.
#pragma once

#include "core/realserver.hpp"
#include "drivers/address.hpp"
#include "drivers/sysctl.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace nfc::own {

class RealServerRole {
public:
    // `memory`: a file that remembers over restarts what we have set.
    RealServerRole(Addresses addresses, NetSysctls sysctls, std::filesystem::path memory)
        : addresses_(std::move(addresses)), sysctls_(std::move(sysctls)),
          memory_(std::move(memory)) {}

    struct Outcome {
        std::vector<std::string> done; // a change each, for the log
        std::vector<Error> failures;   // the rest is done nevertheless
    };
    // All that is wanted, however often it is asked for.
    Outcome apply(const std::vector<RealServer>& servers) const;

private:
    Result<Settings> look(const Settings& wanted, const Borrowed& borrowed) const;
    Result<Borrowed> recall() const;
    Result<Done> remember(const Borrowed& borrowed) const;

    Addresses addresses_;
    NetSysctls sysctls_;
    std::filesystem::path memory_;
};

} // namespace nfc::own
