// SPDX-License-Identifier: GPL-2.0
// What the daemon knows, as plain values: what it shows to whoever asks, counts for
// metrics, and tells when something changes.
#pragma once

#include "core/desired.hpp"
#include "core/member.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace nfc {

// Of the wall: for people, never to measure with.
using Time = std::chrono::system_clock::time_point;

struct BackendStatus {
    std::string name;
    Endpoint endpoint;
    bool checked = false; // a pool without checks believes that its backends live
    Standing standing = Standing::Unknown;
    Duty duty = Duty::Serve;
    Share share;             // what it is to get now
    unsigned configured = 0; // its weight in the configuration
    Time since{};            // its standing
    std::string reason;      // of the last answer
    std::string warning;     // what is well yet
    std::chrono::microseconds latency{0};
    std::uint64_t checks = 0; // since the daemon began
    std::uint64_t failures = 0;
    std::uint64_t falls = 0;

    bool operator==(const BackendStatus&) const = default;
};

struct PoolStatus {
    std::string name;
    std::string driver;                  // "condition", "statmark", "ipvs"
    bool blind = false;                  // all are down, and serve nevertheless
    bool sorry = false;                  // the sorry backend serves
    std::string problem;                 // why the kernel could not be told; empty: it was
    std::vector<BackendStatus> backends; // in the order of the file

    bool operator==(const PoolStatus&) const = default;
};

enum class Presence : std::uint8_t {
    Member,  // its daemon is among those that hear each other
    Machine, // its daemon is not, but its kernel goes on
    Gone,
};

// A node that shares an address, as the others know it.
struct NodeStatus {
    std::string name;
    Ip address; // its own; of one that the configuration does not name: 0.0.0.0
    Presence presence = Presence::Gone;
    Standing standing = Standing::Unknown; // of its service
    Duty duty = Duty::Serve;
    bool listens = false; // has just come: Down for a while
    bool fixed = false;   // its slots are not moved
    unsigned weight = 0;  // in the plan
    std::string reason;   // of its standing
    std::string problem;  // why it takes no part
    std::string version;
    unsigned share = 0; // slots that it shall have
    SlotStates slots;   // as its kernel has them; empty: nobody knows
    Traffic traffic;

    // Who listens is not ill.
    bool is_well() const { return standing == Standing::Up || listens; }
    bool operator==(const NodeStatus&) const = default;
};

struct ClusterStatus {
    std::string name;
    Ip address;
    std::string interface;
    unsigned slots = 0;
    std::string membership; // "static", "corosync"
    bool quorate = false;
    bool drive = true;
    std::string problem;           // what is wrong with it here; empty: nothing
    std::vector<NodeStatus> nodes; // by name

    bool operator==(const ClusterStatus&) const = default;
};

struct Snapshot {
    std::string node; // may be empty
    std::string version;
    std::string file; // the configuration
    Time started{};
    Time loaded{};                    // the configuration that holds now
    std::string reload_problem;       // of the last try to load another; empty: it went well
    std::string down_times_problem;   // why their file is not written; empty: it is
    std::uint64_t kernel_changes = 0; // since the daemon began
    std::vector<PoolStatus> pools;    // in the order of the file
    std::vector<ClusterStatus> clusters;

    bool operator==(const Snapshot&) const = default;
};

// Something that a person may want to be told.
struct Notice {
    EventKind kind = EventKind::Rose;
    Time at{};
    std::string pool;
    std::string backend;
    Endpoint endpoint;
    Standing standing = Standing::Unknown; // after it
    Duty duty = Duty::Serve;
    std::string reason;
    Duration lasted{0}; // how long it had stood as it did before
    unsigned up = 0;    // of the pool's backends, after it
    unsigned total = 0;

    bool operator==(const Notice&) const = default;
};

} // namespace nfc
