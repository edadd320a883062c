// SPDX-License-Identifier: GPL-2.0
// What is said on the daemon's socket: one JSON object a line, both ways.
#pragma once

#include "core/json.hpp"
#include "core/result.hpp"
#include "core/snapshot.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace nfc::control {

constexpr const char* default_socket = "/run/nfcluster/control";
constexpr std::size_t longest_request = std::size_t{64} * 1024;

enum class Verb : std::uint8_t {
    Status, // -> Snapshot
    Reload, // -> null, or why the running configuration stays
    Events, // -> null, then an event a line until somebody hangs up
    Drain,  // -> null
    Disable,
    Enable,
    Weight, // of a node -> null
};

struct Request {
    Verb verb = Verb::Status;
    // Of the last four: "POOL/BACKEND", or "BACKEND" if it is the only one; or a node,
    // as "CLUSTER/NODE", or "NODE" in all clusters that have it.
    std::string backend;
    unsigned weight = 0; // of the last: 0 to 1000

    bool operator==(const Request&) const = default;
};

bool names_backend(Verb verb);

// All with their newline.
std::string to_line(const Request& request);
std::string ok_line(const Json& value);
std::string error_line(const Error& error);
std::string event_line(const Notice& notice);

// Without their newline. They name the field that is wrong.
Result<Request> read_request(std::string_view line);
// The value behind "ok", or the error that was told.
Result<Json> read_reply(std::string_view line);
Result<Notice> read_event(std::string_view line);

Json to_json(const Snapshot& snapshot);
Json to_json(const Notice& notice);
Result<Snapshot> read_snapshot(const Json& json);
Result<Notice> read_notice(const Json& json);

// "2026-11-21T14:30:00.250Z"; empty: there is none.
std::string to_text(Time time);

} // namespace nfc::control
