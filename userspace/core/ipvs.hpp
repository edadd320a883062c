// SPDX-License-Identifier: GPL-2.0
// What IPVS holds, as plain values: services, their destinations, what they have
// done, and the changes that lead from one table to another.
#pragma once

#include "core/ip.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace nfc::ipvs {

enum class Protocol : std::uint8_t { Tcp = 6, Udp = 17, Sctp = 132 }; // IPPROTO_*

struct Virtual {
    Protocol protocol = Protocol::Tcp;
    Ip address;
    std::uint16_t port = 0; // 0: all ports; such a service is persistent

    auto operator<=>(const Virtual&) const = default;
};

// All packets of a family that carry a mark.
struct Fwmark {
    Family family = Family::V4;
    std::uint32_t mark = 0; // not 0

    auto operator<=>(const Fwmark&) const = default;
};

// What a service is known by.
using ServiceKey = std::variant<Virtual, Fwmark>;

struct Service {
    ServiceKey key;
    std::string scheduler;
    // Of sh and mh. The kernel has two flags whose meaning is the scheduler's own.
    bool fallback = false; // a client whose destination is down gets another
    bool ports = false;    // the source port is hashed as well
    bool one_packet = false;
    std::uint32_t persistence = 0;        // seconds; 0: none
    std::uint8_t persistence_prefix = 32; // bits of the client's address; IPv6: up to 128
    std::string engine{};                 // finds the client in the payload: "sip", or none

    bool operator==(const Service&) const = default;
};

enum class Forward : std::uint8_t { Nat, Direct, Tunnel };
enum class Tunnel : std::uint8_t { Ipip, Gue, Gre };
enum class TunnelChecksum : std::uint8_t { None, Full, Remote }; // GUE, GRE

// What a destination is known by, within its service. Its family may be another
// than the service's (through a tunnel).
using DestinationKey = Endpoint;

struct Destination {
    DestinationKey key;
    std::uint16_t weight = 1; // 0: no new connections
    Forward forward = Forward::Nat;
    std::uint32_t upper = 0; // at most so many connections; 0: no limit
    std::uint32_t lower = 0; // and new ones again below that; 0: three quarters of it
    Tunnel tunnel = Tunnel::Ipip;
    std::uint16_t tunnel_port = 0; // GUE
    TunnelChecksum checksum = TunnelChecksum::None;

    bool operator==(const Destination&) const = default;
};

struct Stats {
    std::uint64_t connections = 0;
    std::uint64_t packets_in = 0;
    std::uint64_t packets_out = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    // A second, as the kernel estimates it.
    std::uint64_t connection_rate = 0;
    std::uint64_t packet_rate_in = 0;
    std::uint64_t packet_rate_out = 0;
    std::uint64_t byte_rate_in = 0;
    std::uint64_t byte_rate_out = 0;

    bool operator==(const Stats&) const = default;
};

struct DestinationState {
    Destination destination;
    std::uint32_t active = 0; // connections
    std::uint32_t inactive = 0;
    std::uint32_t persistent = 0;
    Stats stats;

    bool operator==(const DestinationState&) const = default;
};

struct ServiceState {
    Service service;
    Stats stats;
    std::map<DestinationKey, DestinationState> destinations;

    bool operator==(const ServiceState&) const = default;
};

// All that IPVS holds in a network namespace.
using Table = std::map<ServiceKey, ServiceState>;

// Seconds until a connection that is silent is forgotten; those of all services.
struct Timeouts {
    std::uint32_t tcp = 0; // 0: not said, and as it is
    std::uint32_t tcp_fin = 0;
    std::uint32_t udp = 0;

    bool operator==(const Timeouts&) const = default;
};
// The kernel counts them in ticks, with a sign.
constexpr std::uint32_t timeout_max = 23 * 24 * 3600;

// A thread of the kernel that tells other directors of connections (master), or hears
// of theirs (backup). There is one of each at most.
enum class SyncRole : std::uint8_t { Master, Backup };
constexpr std::string_view to_string(SyncRole role) {
    return role == SyncRole::Master ? "master" : "backup";
}

struct SyncDaemon {
    SyncRole role = SyncRole::Master;
    std::string interface;
    unsigned id = 0; // 0 to 255; a backup hears those with its own only

    bool operator==(const SyncDaemon&) const = default;
};

struct AddService {
    Service service;
    bool operator==(const AddService&) const = default;
};
struct EditService {
    Service service;
    bool operator==(const EditService&) const = default;
};
struct RemoveService {
    ServiceKey service;
    bool operator==(const RemoveService&) const = default;
};
struct AddDestination {
    ServiceKey service;
    Destination destination;
    bool operator==(const AddDestination&) const = default;
};
struct EditDestination {
    ServiceKey service;
    Destination destination;
    bool operator==(const EditDestination&) const = default;
};
struct RemoveDestination {
    ServiceKey service;
    DestinationKey destination;
    bool operator==(const RemoveDestination&) const = default;
};

// One request to the kernel. A list of them is carried out in its order.
using Change = std::variant<AddService, EditService, RemoveService, AddDestination, EditDestination,
                            RemoveDestination>;
using Changes = std::vector<Change>;

} // namespace nfc::ipvs
