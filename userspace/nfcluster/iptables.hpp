// SPDX-License-Identifier: GPL-2.0
// The commands of a shell that give a node what a configuration needs: rules of
// iptables and ip6tables, addresses, forwarding.
#pragma once

#include "core/config.hpp"
#include "core/slot_list.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace nfc::iptables {

// A word of a shell's command, quoted where it has to be.
std::string shell_word(std::string_view word);

// "tcp 10.0.0.1:25"
Result<ipvs::Virtual> read_service(std::string_view field, std::string_view text);

// By pool: the service that clients ask. Pools of switches and marks do not name one.
using Services = std::map<std::string, ipvs::Virtual, std::less<>>;

struct Wanted {
    std::string node; // whose
    Services services;
};

// Slots of `node` when all nodes begin: a run of them, by its weight.
Slots first_slots(const Cluster& cluster, std::string_view node);

// Lines, of which those that begin with # say what cannot be known.
std::vector<std::string> commands_for(const Config& config, const Wanted& wanted);

} // namespace nfc::iptables
