// SPDX-License-Identifier: GPL-2.0
// Changes to IPVS in the words of ipvsadm(8).
#pragma once

#include "core/ipvs.hpp"
#include "core/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nfc::ipvs {

enum class Verb { Add, Edit, Delete, Zero };

// What was said; what was not said is open.
struct Wish {
    Verb verb = Verb::Add;
    ServiceKey service;
    std::optional<DestinationKey> server;

    std::optional<std::string> scheduler, engine;
    std::optional<bool> fallback, ports, one_packet;
    std::optional<std::uint32_t> persistence;
    std::optional<std::uint8_t> persistence_prefix;

    std::optional<std::uint16_t> weight;
    std::optional<Forward> forward;
    std::optional<std::uint32_t> upper, lower;
    std::optional<Tunnel> tunnel;
    std::optional<std::uint16_t> tunnel_port;
    std::optional<TunnelChecksum> checksum;
};

// As they were typed.
struct WishOptions {
    std::optional<std::string> tcp, udp, sctp, fwmark;
    bool ipv6 = false;
    std::optional<std::string> server;
    std::optional<std::string> scheduler, sched_flags, persistent, netmask, engine;
    bool one_packet = false;
    bool nat = false, direct = false, tunnel = false;
    std::optional<std::string> tunnel_type, tunnel_port;
    bool no_checksum = false, checksum = false, remote_checksum = false;
    std::optional<std::string> weight, upper, lower;
};

Result<Wish> read_wish(Verb verb, const WishOptions& options);

// What it asks of the kernel, given what there is: an edit leaves alone what was
// not said, an addition takes the defaults of ipvsadm.
Result<Change> to_change(const Wish& wish, const Table& now);

// Lines that ipvsadm --restore takes as well as we do.
std::string to_line(const Service& service);
std::string to_line(const ServiceKey& service, const Destination& destination);

// "sh-fallback,sh-port" as ipvsadm has it; empty if there are none.
std::string scheduler_flags(const Service& service);

} // namespace nfc::ipvs
