// SPDX-License-Identifier: GPL-2.0
// What the daemon is told to do, read from TOML, as plain values.
#pragma once

#include "core/address.hpp"
#include "core/check.hpp"
#include "core/hash.hpp"
#include "core/ip.hpp"
#include "core/ipvs.hpp"
#include "core/observers.hpp"
#include "core/realserver.hpp"
#include "core/result.hpp"
#include "core/statmark.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace nfc {

struct Node {
    std::string name;
    Ip address; // its own, by which the others reach it
    unsigned weight = 1;

    bool operator==(const Node&) const = default;
};

enum class Membership : std::uint8_t { Static, Corosync };

// How nodes without Corosync know that another is gone.
struct Heartbeat {
    Duration interval{200};
    Duration dead_after{1000}; // of silence, before it is asked whether it lives
    std::uint16_t port = 7475; // UDP
    std::string key_file;      // what heartbeats are signed with; empty: they are not

    bool operator==(const Heartbeat&) const = default;
};

// Two directors tell each other of their connections (IPVS's synchronisation).
struct IpvsSync {
    std::string interface;
    unsigned id = 0; // 0 to 255

    bool operator==(const IpvsSync&) const = default;
};

// A shared address and who shares it.
struct Cluster {
    std::string name;
    Ip address;
    unsigned prefix = 0; // of the address on the interface; 0: a host's, /32 or /128
    std::string interface;
    std::optional<Mac> mac; // none: derived from the address
    unsigned slots = 0;
    Hash hash;
    Membership membership = Membership::Static;
    std::vector<Node> nodes;    // by name
    std::optional<Check> check; // asked at this node's own address
    bool manage = true;         // rule and address are ours to set up
    bool drive = true;          // its slots are ours to move; false: somebody else's
    bool join_groups = false;   // IGMP or MLD, for switches that snoop
    // A living node keeps its connections so long; 0: they move at once.
    Duration handover_limit{300'000};
    // Between a machine's loss and the take-over of its slots, so that one that was
    // only cut off has stopped by then (Corosync).
    Duration takeover_delay{300};
    // So long a node that comes into a cluster, or back into its quorate part, leaves
    // slots to those that are well: it may have to hear of their connections first.
    Duration return_delay{0};
    Heartbeat heartbeat; // Static
    std::optional<IpvsSync> ipvs_sync;

    bool operator==(const Cluster&) const = default;
};

// How a backend that is down is taken out.
enum class OnDown : std::uint8_t {
    Drain,  // what it has stays; no new connections
    Remove, // what it has is given up
};

// What becomes of new connections when every backend is known to be down.
enum class AllDown : std::uint8_t {
    Stop,  // nobody gets them, or the sorry backend if there is one
    Serve, // all get them, as if they were up: the checks may be what is broken
};

// One who serves in a pool. Which of condition, mark and endpoint is set depends
// on the driver.
struct PoolBackend {
    std::string name; // unique in its pool; by default its address
    Ip address;       // whom the checks ask
    std::uint16_t port = 0;
    unsigned weight = 1;
    std::optional<statmark::Gate> condition; // "!name" is 0 while it serves
    std::uint32_t mark = 0;
    std::uint32_t upper = 0; // thresholds of IPVS
    std::uint32_t lower = 0;

    bool operator==(const PoolBackend&) const = default;
};

struct ConditionDriver {
    bool operator==(const ConditionDriver&) const = default;
};

struct StatmarkDriver {
    statmark::Mode mode = NFC_POOL_NTH;
    std::uint32_t mask = 0xffffffff;

    bool operator==(const StatmarkDriver&) const = default;
};

struct IpvsDriver {
    ipvs::Service service;
    ipvs::Forward forward = ipvs::Forward::Nat;
    ipvs::Tunnel tunnel = ipvs::Tunnel::Ipip;
    std::uint16_t tunnel_port = 0;

    bool operator==(const IpvsDriver&) const = default;
};

using Driver = std::variant<ConditionDriver, StatmarkDriver, IpvsDriver>;

// Backends behind this director.
struct Pool {
    std::string name;
    Driver driver;
    std::vector<PoolBackend> backends; // in the order of the file
    std::optional<PoolBackend> sorry;  // serves while no other does; nobody checks it
    std::optional<Check> check;        // none: backends are believed to live
    OnDown on_down = OnDown::Drain;
    AllDown all_down = AllDown::Stop;

    bool operator==(const Pool&) const = default;
};

struct Config {
    std::string node; // whose config this is; empty: it has pools only
    std::vector<Cluster> clusters;
    std::vector<Pool> pools;
    ipvs::Timeouts timeouts;
    std::vector<RealServer> real_servers; // what this machine is for others' services
    Alert alert;
    Metrics metrics;
    LogStyle log;

    bool operator==(const Config&) const = default;
};

struct ReadConfig {
    std::optional<Config> config; // none if there are errors
    std::vector<Error> errors;    // all that could be found, by line
};

// `name` is what errors call the file.
ReadConfig read_config(std::string_view name, std::string_view text);

} // namespace nfc
