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

// One that lives answers nobody while the services of a new ring find together. On an
// overloaded machine that takes many times as long as the ring itself.
constexpr std::uint32_t rings = 10;

Result<std::chrono::milliseconds> CorosyncPulse::ask() {
    std::uint32_t token = 0;
    std::uint32_t consensus = 0;
    if (!open_)
        open();
    if (!open_ || cmap_get_uint32(map_, "runtime.config.totem.token", &token) != CS_OK ||
        cmap_get_uint32(map_, "runtime.config.totem.consensus", &consensus) != CS_OK)
        return Error{Kind::Unavailable, "Corosync does not tell its times"};
    patience_ = std::max<std::uint32_t>(rings * (token + consensus / 2), missed_questions);
    return patience() / missed_questions;
}

} // namespace nfc
