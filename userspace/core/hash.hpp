// SPDX-License-Identifier: GPL-2.0
// From a packet to its slot. Every node of a cluster has to get the same
// answer, the kernel's modules included: not one bit of this may change.
#pragma once

#include "core/ip.hpp"
#include "core/result.hpp"
#include "nf_clusterip.h"

#include <cstdint>
#include <string_view>

namespace nfc {

using HashMode = nfc_hash_mode;

struct Hash {
    HashMode mode = NFC_HASH_SIP;
    std::uint32_t seed = 0;

    bool operator==(const Hash&) const = default;
};

// What a packet is hashed by; ports as people write them.
struct Flow {
    Ip source;
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;

    auto operator<=>(const Flow&) const = default;
};

std::uint32_t hash_flow(const Hash& hash, const Flow& flow);
// Counted from 1, as everywhere outside the kernel.
unsigned slot_of(std::uint32_t hash, unsigned total);

Result<HashMode> read_hash_mode(std::string_view field, std::string_view name);
std::string_view to_string(HashMode mode);
// As iptables takes it: decimal, or hexadecimal after 0x.
Result<std::uint32_t> read_seed(std::string_view field, std::string_view text);
Result<unsigned> read_total(std::string_view field, std::string_view text);
// Of any cluster, those of SHAREDIP too.
Result<unsigned> read_total_slots(std::string_view field, std::string_view text);

} // namespace nfc
