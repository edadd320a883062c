// SPDX-License-Identifier: GPL-2.0
#include "nfcluster/ipvs_show.hpp"

#include "core/ipvs_apply.hpp"
#include "nfcluster/ipvs_words.hpp"
#include "nfcluster/table.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace nfc::ipvs {

namespace {

constexpr std::array<std::string_view, 3> forwards = {"nat", "dr", "tun"};
constexpr std::array<std::string_view, 3> tunnels = {"ipip", "gue", "gre"};
constexpr std::array<std::string_view, 3> checksums = {"none", "full", "remote"};

template <typename E>
std::string_view name(const std::array<std::string_view, 3>& names, E value) {
    return names[static_cast<std::size_t>(value)];
}

std::string how(const Service& service) {
    std::string text = printable(service.scheduler);
    if (const auto flags = scheduler_flags(service); !flags.empty())
        text += " " + flags;
    if (service.one_packet)
        text += ", one packet";
    if (service.persistence) {
        const bool v4 = family_of(service.key) == Family::V4;
        text += fmt::format(", sticky {} s", service.persistence);
        if (service.persistence_prefix < (v4 ? 32 : 128))
            text += fmt::format(" by /{}", service.persistence_prefix);
    }
    if (!service.engine.empty())
        text += ", by " + printable(service.engine);
    return text;
}

std::string how(const Destination& server) {
    std::string text(name(forwards, server.forward));
    if (server.forward == Forward::Tunnel && server.tunnel != Tunnel::Ipip)
        text += fmt::format(" {}", name(tunnels, server.tunnel));
    if (server.forward == Forward::Tunnel && server.tunnel_port)
        text += fmt::format(" {}", server.tunnel_port);
    if (server.upper)
        text += fmt::format(", at most {}", server.upper);
    return text;
}

std::vector<Cell> counts(const Stats& s, Columns columns) {
    if (columns == Columns::Stats)
        return {number(s.connections), number(s.packets_in), number(s.packets_out),
                number(s.bytes_in), number(s.bytes_out)};
    return {number(s.connection_rate), number(s.packet_rate_in), number(s.packet_rate_out),
            number(s.byte_rate_in), number(s.byte_rate_out)};
}

void append(std::vector<Cell>& line, std::vector<Cell> cells) {
    std::ranges::move(cells, std::back_inserter(line));
}

std::vector<Cell> heading(Columns columns) {
    std::vector<Cell> line{{"SERVICE", Style::Heading}, {"HOW", Style::Heading}};
    const auto add = [&](std::initializer_list<const char*> names) {
        for (const char* text : names)
            line.push_back({text, Style::Heading, true});
    };
    switch (columns) {
    case Columns::Connections:
        add({"WEIGHT", "ACTIVE", "INACTIVE"});
        break;
    case Columns::Stats:
        add({"CONNECTIONS", "PACKETS IN", "PACKETS OUT", "BYTES IN", "BYTES OUT"});
        break;
    case Columns::Rate:
        add({"CONNECTIONS/S", "PACKETS IN/S", "PACKETS OUT/S", "BYTES IN/S", "BYTES OUT/S"});
        break;
    case Columns::Servers:
        line.push_back({"UP", Style::Heading});
        break;
    }
    return line;
}

std::vector<Cell> line_of(const ServiceState& state, Columns columns) {
    std::uint64_t weight = 0, active = 0, inactive = 0, up = 0;
    for (const auto& [key, server] : state.destinations) {
        weight += server.destination.weight;
        up += server.destination.weight > 0;
        active += server.active;
        inactive += server.inactive;
    }
    // Nobody takes new connections: that is what has to be seen.
    const Style style = weight ? Style::Good : Style::Bad;
    std::vector<Cell> line{{to_string(state.service.key), style}, {how(state.service)}};
    if (columns == Columns::Connections)
        append(line, {number(weight, style), number(active), number(inactive)});
    else if (columns == Columns::Servers)
        line.push_back({fmt::format("{}/{}", up, state.destinations.size()), style});
    else
        append(line, counts(state.stats, columns));
    return line;
}

std::vector<Cell> line_of(const DestinationState& state, Columns columns) {
    const auto& server = state.destination;
    const Style style = server.weight ? Style::Plain : Style::Bad;
    std::vector<Cell> line{{"  " + to_string(server.key), style}, {how(server)}};
    if (columns == Columns::Connections)
        append(line, {number(server.weight, style), number(state.active), number(state.inactive)});
    else
        append(line, counts(state.stats, columns));
    return line;
}

// --- JSON

Json to_json(const Stats& s) {
    return {{"connections", s.connections},       {"packets_in", s.packets_in},
            {"packets_out", s.packets_out},       {"bytes_in", s.bytes_in},
            {"bytes_out", s.bytes_out},           {"connection_rate", s.connection_rate},
            {"packet_rate_in", s.packet_rate_in}, {"packet_rate_out", s.packet_rate_out},
            {"byte_rate_in", s.byte_rate_in},     {"byte_rate_out", s.byte_rate_out}};
}

Json to_json(const DestinationState& state) {
    const auto& server = state.destination;
    return {{"address", to_string(server.key.ip)},
            {"port", server.key.port},
            {"weight", server.weight},
            {"forward", name(forwards, server.forward)},
            {"upper_threshold", server.upper},
            {"lower_threshold", server.lower},
            {"tunnel_type", name(tunnels, server.tunnel)},
            {"tunnel_port", server.tunnel_port},
            {"tunnel_checksum", name(checksums, server.checksum)},
            {"active", state.active},
            {"inactive", state.inactive},
            {"persistent", state.persistent},
            {"stats", to_json(state.stats)}};
}

Json to_json(const ServiceState& state) {
    const auto& service = state.service;
    Json json;
    if (const auto* mark = std::get_if<Fwmark>(&service.key)) {
        json["fwmark"] = mark->mark;
        json["family"] = mark->family == Family::V4 ? "ipv4" : "ipv6";
    } else {
        const auto& [protocol, address, port] = std::get<Virtual>(service.key);
        json["protocol"] = to_string(protocol);
        json["address"] = to_string(address);
        json["port"] = port;
    }
    json["scheduler"] = service.scheduler;
    json["scheduler_flags"] = scheduler_flags(service);
    json["one_packet"] = service.one_packet;
    json["persistence"] = service.persistence;
    json["persistence_prefix"] = service.persistence ? Json(service.persistence_prefix) : Json();
    json["persistence_engine"] = service.engine.empty() ? Json() : Json(service.engine);
    json["stats"] = to_json(state.stats);
    json["servers"] = Json::array();
    for (const auto& [key, server] : state.destinations)
        json["servers"].push_back(to_json(server));
    return json;
}

} // namespace

std::string to_table(const Table& all, Columns columns, bool colours) {
    if (all.empty())
        return "no services on this node\n";

    std::vector<std::vector<Cell>> lines{heading(columns)};
    for (const auto& [key, state] : all) {
        lines.push_back(line_of(state, columns));
        if (columns == Columns::Servers)
            continue;
        for (const auto& [server, destination] : state.destinations)
            lines.push_back(line_of(destination, columns));
    }
    return table(lines, colours);
}

Json to_json(const Table& table) {
    Json list = Json::array();
    for (const auto& [key, state] : table)
        list.push_back(to_json(state));
    return list;
}

} // namespace nfc::ipvs
