// SPDX-License-Identifier: GPL-2.0
// What snapshots are made of, as JSON.
#pragma once

#include "control/json_reader.hpp"
#include "core/snapshot.hpp"

namespace nfc::control {

inline constexpr Word<Standing> standings[] = {
    {"unknown", Standing::Unknown}, {"up", Standing::Up}, {"down", Standing::Down}};
inline constexpr Word<Duty> duties[] = {
    {"serve", Duty::Serve}, {"drain", Duty::Drain}, {"off", Duty::Off}};

inline unsigned read_unsigned(JsonReader& reader, std::string_view key) {
    return static_cast<unsigned>(reader.number(key, UINT32_MAX));
}

inline Ip read_address(JsonReader& reader) {
    const auto ip = read_ip(reader.field("address"), reader.text("address"));
    if (!ip)
        reader.complain(ip.error());
    return ip ? *ip : Ip{};
}

Json to_json(const ClusterStatus& cluster);
ClusterStatus read_cluster(JsonReader& reader);

} // namespace nfc::control
