// SPDX-License-Identifier: GPL-2.0
// TCP connections as the kernel tells of them: by inet_diag, by ctnetlink, and as
// lines of IPVS. Pure.
#pragma once

#include "core/hash.hpp"
#include "core/ip.hpp"
#include "drivers/netlink.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace nfc::flows {

// A connection to `to`, as the client sees it.
struct Live {
    Ip to;
    Flow flow;

    bool operator==(const Live& other) const = default;
};

// For all sockets of one family (AF_INET, AF_INET6: those may have mapped addresses)
// that are bound to `address` and speak with somebody.
netlink::Attributes sockets_question(int family, const Ip& address);
// Nothing: it is none that lives, or makes no sense.
std::optional<Live> read_socket(const netlink::Attributes& message);

// For all that connection tracking knows to go to `address`. Kernels before 5.8 tell of
// others too.
netlink::Attributes tracked_question(const Ip& address);
// Nothing: it does not live, or ends on this machine, as a socket.
std::optional<Live> read_tracked(const netlink::Attributes& message);

// A line of /proc/net/ip_vs_conn_sync. Nothing: it is not established, or another
// director's: those know it too.
std::optional<Live> read_ipvs(std::string_view line);

// How many different ones each slot has; the first is that of slot 1.
std::vector<std::size_t> count(std::vector<Flow> flows, const Hash& hash, unsigned total);

} // namespace nfc::flows
