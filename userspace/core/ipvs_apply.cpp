// SPDX-License-Identifier: GPL-2.0
#include "core/ipvs_apply.hpp"

#include <fmt/format.h>
#include <optional>

namespace nfc::ipvs {

namespace {

Error no_such(const std::string& what) {
    return {Kind::NoCluster, fmt::format("there is no {}", what)};
}

Error there_already(const std::string& what) {
    return {Kind::Refused, fmt::format("{} is there already", what)};
}

std::string name_of(const ServiceKey& key) {
    return "service " + to_string(key);
}

std::string name_of(const ServiceKey& key, const DestinationKey& server) {
    return fmt::format("server {} of {}", to_string(server), to_string(key));
}

std::optional<Error> check(const Service& service) {
    const auto* address = std::get_if<Virtual>(&service.key);
    if (address && !address->port && !service.persistence)
        return Error{Kind::BadInput, fmt::format("{}: port 0, all ports, goes with persistence "
                                                 "only",
                                                 name_of(service.key))};
    if (service.one_packet && address && address->protocol != Protocol::Udp)
        return Error{Kind::BadInput,
                     fmt::format("{}: one-packet scheduling is for UDP", name_of(service.key))};
    return std::nullopt;
}

std::optional<Error> check(const ServiceKey& service, const Destination& server) {
    const auto wrong = [&](std::string_view what) {
        return Error{Kind::BadInput, fmt::format("{}: {}", name_of(service, server.key), what)};
    };
    if (server.lower > server.upper)
        return wrong("the lower threshold is above the upper one");
    if (server.key.ip.family != family_of(service) && server.forward != Forward::Tunnel)
        return wrong("only a tunnel leads from IPv4 to IPv6, or back");
    if (server.forward != Forward::Nat && changes_port(service, server.key))
        return wrong(
            fmt::format("only NAT can change the port, {}", std::get<Virtual>(service).port));
    return std::nullopt;
}

struct Apply {
    Table& table;

    Result<Done> operator()(const AddService& change) const {
        if (table.contains(change.service.key))
            return there_already(name_of(change.service.key));
        if (const auto error = check(change.service))
            return *error;
        table[change.service.key].service = change.service;
        return Done{};
    }

    Result<Done> operator()(const EditService& change) const {
        const auto at = table.find(change.service.key);
        if (at == table.end())
            return no_such(name_of(change.service.key));
        if (const auto error = check(change.service))
            return *error;
        at->second.service = change.service;
        return Done{};
    }

    Result<Done> operator()(const RemoveService& change) const {
        if (!table.erase(change.service))
            return no_such(name_of(change.service));
        return Done{};
    }

    Result<Done> operator()(const AddDestination& change) const {
        return put(change.service, change.destination, false);
    }

    Result<Done> operator()(const EditDestination& change) const {
        return put(change.service, change.destination, true);
    }

    Result<Done> operator()(const RemoveDestination& change) const {
        const auto at = table.find(change.service);
        if (at == table.end())
            return no_such(name_of(change.service));
        if (!at->second.destinations.erase(change.destination))
            return no_such(name_of(change.service, change.destination));
        return Done{};
    }

private:
    Result<Done> put(const ServiceKey& service, const Destination& server, bool there) const {
        const auto at = table.find(service);
        if (at == table.end())
            return no_such(name_of(service));
        if (at->second.destinations.contains(server.key) != there)
            return there ? no_such(name_of(service, server.key))
                         : there_already(name_of(service, server.key));
        if (const auto error = check(service, server))
            return *error;
        at->second.destinations[server.key].destination = server;
        return Done{};
    }
};

struct Subject {
    std::string operator()(const AddService& c) const { return name_of(c.service.key); }
    std::string operator()(const EditService& c) const { return name_of(c.service.key); }
    std::string operator()(const RemoveService& c) const { return name_of(c.service); }
    std::string operator()(const AddDestination& c) const {
        return name_of(c.service, c.destination.key);
    }
    std::string operator()(const EditDestination& c) const {
        return name_of(c.service, c.destination.key);
    }
    std::string operator()(const RemoveDestination& c) const {
        return name_of(c.service, c.destination);
    }
};

} // namespace

Result<Done> apply(const Change& change, Table& table) {
    return std::visit(Apply{table}, change);
}

std::string_view to_string(Protocol protocol) {
    switch (protocol) {
    case Protocol::Udp:
        return "udp";
    case Protocol::Sctp:
        return "sctp";
    case Protocol::Tcp:
        break;
    }
    return "tcp";
}

std::string to_string(const ServiceKey& key) {
    if (const auto* mark = std::get_if<Fwmark>(&key))
        return fmt::format("fwmark {}{}", mark->mark, mark->family == Family::V6 ? " IPv6" : "");
    const auto& [protocol, address, port] = std::get<Virtual>(key);
    return fmt::format("{} {}", to_string(protocol), to_string(Endpoint{address, port}));
}

std::string subject(const Change& change) {
    return std::visit(Subject{}, change);
}

Family family_of(const ServiceKey& key) {
    if (const auto* mark = std::get_if<Fwmark>(&key))
        return mark->family;
    return std::get<Virtual>(key).address.family;
}

bool changes_port(const ServiceKey& service, const DestinationKey& server) {
    const auto* address = std::get_if<Virtual>(&service);
    return address && address->port != server.port;
}

} // namespace nfc::ipvs
