// Ethernet frames by packet sockets, for the subcommands that build their own.
#pragma once

#include "common.hpp"

#include <functional>

namespace labnet {

using Bytes = std::vector<std::uint8_t>;

inline void append(Bytes& bytes, std::span<const std::uint8_t> more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

inline void append16(Bytes& bytes, std::uint64_t value) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8));
    bytes.push_back(static_cast<std::uint8_t>(value));
}

int index_of(const std::string& device);
Bytes mac_of(const std::string& device);
Bytes mac_option(Options& options, std::string_view name, const Bytes& fallback);

// The frame, as often as wanted; from its destination on.
void send_frame(const std::string& device, const Bytes& frame, std::uint64_t count);

// Prints what `line` makes of the frames of one kind that pass a device, in both
// directions; an empty line is none. Says "ready" on stderr. The exit status: 0
// when `count` lines were printed, 1 when time was up.
using Line = std::function<std::string(std::span<const std::uint8_t> frame, bool outgoing)>;
int watch_frames(const std::string& device, std::uint16_t kind, std::uint64_t count,
                 Clock::time_point deadline, const Line& line);

} // namespace labnet
