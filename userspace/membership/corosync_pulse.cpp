// SPDX-License-Identifier: GPL-2.0
#include "membership/corosync_pulse.hpp"

#include <algorithm>

namespace nfc {

void CorosyncPulse::open() {
    open_ = cmap_initialize(&map_) == CS_OK;
}

void CorosyncPulse::close() {
    if (std::exchange(open_, false))
        cmap_finalize(map_);
}

// The others notice after `token`, agree within `consensus`, and take over after
// takeover_delay. By then we must have given up: half of `consensus` is left to do so.
Result<std::chrono::milliseconds> CorosyncPulse::ask() {
    std::uint32_t token = 0;
    std::uint32_t consensus = 0;
    if (!open_)
        open();
    if (!open_ || cmap_get_uint32(map_, "runtime.config.totem.token", &token) != CS_OK ||
        cmap_get_uint32(map_, "runtime.config.totem.consensus", &consensus) != CS_OK)
        return Error{Kind::Unavailable, "Corosync does not tell its times"};
    patience_ = std::max<std::uint32_t>(token + consensus / 2, missed_questions);
    return patience() / missed_questions;
}

} // namespace nfc
