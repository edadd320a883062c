// SPDX-License-Identifier: GPL-2.0
// What a change would do to a table, and what is wrong with it: all that can be
// told before the kernel is asked.
#pragma once

#include "core/ipvs.hpp"
#include "core/result.hpp"

#include <string>

namespace nfc::ipvs {

Result<Done> apply(const Change& change, Table& table);

// "tcp 10.10.10.22:80", "fwmark 1", "fwmark 1 IPv6".
std::string to_string(const ServiceKey& key);
std::string_view to_string(Protocol protocol);
// What is changed, for a complaint: "server 192.168.0.1:80 of tcp 10.10.10.22:80".
std::string subject(const Change& change);

Family family_of(const ServiceKey& key);
// Has the server another port than its service? Only NAT leads there.
bool changes_port(const ServiceKey& service, const DestinationKey& server);

} // namespace nfc::ipvs
