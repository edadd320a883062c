// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/sync_setup.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc {

Result<Done> SyncSetup::stop(ipvs::SyncRole role) {
    const auto stopped = kernel_.stop(role);
    if (stopped)
        log_.info(fmt::format("IPVS synchronises no more as {}", to_string(role)));
    return stopped;
}

Result<Done> SyncSetup::start(const ipvs::SyncDaemon& shall, bool other_runs) {
    if (other_runs)
        if (const auto stopped = stop(shall.role); !stopped)
            return stopped;
    const auto started = kernel_.start(shall);
    if (started)
        log_.info(fmt::format("IPVS synchronises as {} on {}, id {}", to_string(shall.role),
                              shall.interface, shall.id));
    return started;
}

Result<Done> SyncSetup::settle(const std::optional<IpvsSync>& wanted, Roles ours,
                               const std::function<Result<Done>(const Roles&)>& keep) {
    if (!wanted && ours.empty()) // not even asked: that would load IPVS
        return Done{};
    const auto running = kernel_.sync_daemons();
    if (!running)
        return running.error();
    Result<Done> outcome = Done{};
    const auto note = [&](const Result<Done>& done) {
        if (outcome && !done)
            outcome = done;
        return static_cast<bool>(done);
    };
    for (const auto role : {ipvs::SyncRole::Master, ipvs::SyncRole::Backup}) {
        const auto is = std::ranges::find(*running, role, &ipvs::SyncDaemon::role);
        const bool runs = is != running->end();
        if (!wanted && ours.contains(role)) {
            if (!runs || note(stop(role))) {
                ours.erase(role);
                note(keep(ours));
            }
        } else if (wanted) {
            const ipvs::SyncDaemon shall{role, wanted->interface, wanted->id};
            if (runs && *is == shall)
                continue;
            ours.insert(role);
            if (note(keep(ours)))
                note(start(shall, runs));
        }
    }
    return outcome;
}

} // namespace nfc
