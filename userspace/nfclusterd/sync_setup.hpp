// SPDX-License-Identifier: GPL-2.0
// Keeps the kernel's synchronisation of IPVS connections as it is configured: both
// threads, so that whichever director dies, the other knows its connections.
#pragma once

#include "core/config.hpp"
#include "drivers/ipvs.hpp"
#include "observe/log.hpp"

#include <functional>
#include <optional>
#include <set>
#include <vector>

namespace nfc {

class SyncSetup {
public:
    using Roles = std::set<ipvs::SyncRole>;

    SyncSetup(ipvs::Kernel kernel, Log& log) : kernel_(std::move(kernel)), log_(log) {}

    // `ours`: those that we have started, and may stop. `keep` is told of new ones before
    // they are started. All is tried; the first that fails is told.
    Result<Done> settle(const std::optional<IpvsSync>& wanted, Roles ours,
                        const std::function<Result<Done>(const Roles&)>& keep);

private:
    Result<Done> stop(ipvs::SyncRole role);
    Result<Done> start(const ipvs::SyncDaemon& shall, bool other_runs);

    ipvs::Kernel kernel_;
    Log& log_;
};

} // namespace nfc
