// SPDX-License-Identifier: GPL-2.0
#include "nfcluster/ipvs_timeouts.hpp"

#include "core/json.hpp"
#include "core/text.hpp"

#include <fmt/ostream.h>

namespace nfc {

namespace {

using ipvs::Timeouts;

// Nothing typed leaves `value` alone.
Result<Done> take(const char* name, const std::optional<std::string>& typed, std::uint32_t& value) {
    if (!typed)
        return Done{};
    const auto number = read_number(*typed, 1, ipvs::timeout_max);
    if (!number)
        return bad_value(name, *typed, fmt::format("1 to {} seconds", ipvs::timeout_max));
    value = *number;
    return Done{};
}

Result<Timeouts> changed(Timeouts timeouts, const TimeoutOptions& options) {
    for (const auto& done : {take("--tcp", options.tcp, timeouts.tcp),
                             take("--tcpfin", options.tcp_fin, timeouts.tcp_fin),
                             take("--udp", options.udp, timeouts.udp)})
        if (!done)
            return done.error();
    return timeouts;
}

void print(Host& host, const Timeouts& timeouts, bool json) {
    if (json)
        host.out << dump(
            Json{{"tcp", timeouts.tcp}, {"tcpfin", timeouts.tcp_fin}, {"udp", timeouts.udp}});
    else
        fmt::print(host.out, "tcp {} tcpfin {} udp {}\n", timeouts.tcp, timeouts.tcp_fin,
                   timeouts.udp);
}

} // namespace

Exit ipvs_timeouts(Host& host, const TimeoutOptions& options, bool json) {
    if (const auto good = changed({}, options); !good)
        return complain(host, good.error());
    if (!host.ipvs.present())
        return complain(host, {Kind::NoCluster, not_loaded});
    const auto now = host.ipvs.timeouts();
    if (!now)
        return complain(host, now.error());
    const auto wanted = changed(*now, options);
    const bool asked = options.tcp || options.tcp_fin || options.udp;
    if (*wanted != *now)
        if (const auto done = host.ipvs.set(*wanted); !done)
            return complain(host, done.error());
    print(host, *wanted, json);
    return asked && *wanted == *now ? Exit::No : Exit::Yes;
}

} // namespace nfc
