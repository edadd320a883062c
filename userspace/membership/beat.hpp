// SPDX-License-Identifier: GPL-2.0
// A heartbeat as a datagram.
#pragma once

#include "core/ip.hpp"
#include "core/member.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace nfc {

constexpr unsigned beat_version = 1;
constexpr std::size_t signature_size = 32; // HMAC-SHA256

// One life of a daemon: random, so that no other has it; 0: none.
using Incarnation = std::uint64_t;

struct Beat {
    Ip cluster; // its address: there may be several on one port
    std::string node;
    MemberId id = 0;
    Incarnation incarnation = 0;
    std::uint64_t sequence = 0; // from 1, rising
    Incarnation heard = 0;      // who it is that the sender hears where this goes
    bool leaving = false;       // its daemon stops; its kernel goes on
    std::string message;        // empty: none

    bool operator==(const Beat&) const = default;
};

// If it is going to be signed, the signature of all that has to be added at its end.
std::string write_beat(const Beat& beat, bool to_be_signed);

struct SignedBeat {
    Beat beat;
    std::string_view text;      // what is signed, of the bytes that were read
    std::string_view signature; // empty: none
};

// Whatever the bytes are.
Result<SignedBeat> read_beat(std::string_view bytes);

} // namespace nfc
