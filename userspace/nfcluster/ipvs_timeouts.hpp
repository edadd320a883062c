// SPDX-License-Identifier: GPL-2.0
// nfcluster ipvs timeouts: when connections that are silent are forgotten.
#pragma once

#include "nfcluster/commands.hpp"

#include <optional>
#include <string>

namespace nfc {

constexpr auto not_loaded = "no services here: IPVS is not loaded; modprobe ip_vs, or the first "
                            "service that is added, loads it";

struct TimeoutOptions {
    std::optional<std::string> tcp, tcp_fin, udp;
};

// Shows them, or changes those that were typed.
Exit ipvs_timeouts(Host& host, const TimeoutOptions& options, bool json);

} // namespace nfc
