// SPDX-License-Identifier: GPL-2.0
#include "membership/corosync_pulse.hpp"

#include <algorithm>
#include <corosync/cmap.h>

namespace nfc {

namespace {

constexpr unsigned this_machine = VOTEQUORUM_QDEVICE_NODEID;

// The others notice after `token`, agree within `consensus`, and take over after
// takeover_delay. By then we must have given up: half of `consensus` is left to do so.
// Zero: it does not tell.
std::uint32_t time_of_others() {
    cmap_handle_t map = 0;
    if (cmap_initialize(&map) != CS_OK)
        return 0;
    std::uint32_t token = 0;
    std::uint32_t consensus = 0;
    const bool told = cmap_get_uint32(map, "runtime.config.totem.token", &token) == CS_OK &&
                      cmap_get_uint32(map, "runtime.config.totem.consensus", &consensus) == CS_OK;
    cmap_finalize(map);
    return told ? token + consensus / 2 : 0;
}

} // namespace

void CorosyncPulse::open() {
    if (!votes_open_)
        votes_open_ = votequorum_initialize(&votes_, nullptr) == CS_OK;
    if (const auto time = time_of_others(); votes_open_ && time > 0)
        patience_ = std::max<std::uint32_t>(time, missed_questions);
}

void CorosyncPulse::close() {
    if (std::exchange(votes_open_, false))
        votequorum_finalize(votes_);
}

// While the services of a new ring find together, which may take many times as long as the
// ring itself, Corosync answers nobody but who asks about votes.
Result<std::chrono::milliseconds> CorosyncPulse::ask() {
    if (patience_ == 0)
        open();
    if (patience_ == 0)
        return Error{Kind::Unavailable, "Corosync does not tell its times"};
    votequorum_info info{};
    if (votequorum_getinfo(votes_, this_machine, &info) != CS_OK)
        return Error{Kind::Unavailable, "Corosync does not tell its votes"};
    return patience() / missed_questions;
}

} // namespace nfc
