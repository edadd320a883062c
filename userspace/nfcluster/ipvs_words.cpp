// SPDX-License-Identifier: GPL-2.0
#include "nfcluster/ipvs_words.hpp"

#include "core/ipvs_apply.hpp"
#include "core/text.hpp"

#include <bit>
#include <fmt/format.h>
#include <linux/ip_vs.h>

namespace nfc::ipvs {

namespace {

constexpr std::uint32_t default_persistence = 360; // seconds, as ipvsadm has it
constexpr std::uint32_t longest_persistence = 31 * 86400;
constexpr auto default_scheduler = "wlc";

template <typename T>
std::optional<Error> read_into(std::optional<T>& value, std::string_view field,
                               const std::optional<std::string>& text, std::uint32_t min,
                               std::uint32_t max) {
    if (!text)
        return std::nullopt;
    const auto number = read_number(*text, min, max);
    if (!number)
        return bad_value(field, *text, fmt::format("{} to {}", min, max));
    value = static_cast<T>(*number);
    return std::nullopt;
}

// A service may have port 0: all of them.
Result<Virtual> read_virtual(std::string_view field, std::string_view text, Protocol protocol) {
    const auto all =
        text.ends_with(":0") && (text.starts_with('[') || text.find(':') + 2 == text.size());
    if (all) {
        auto address = text.substr(0, text.size() - 2);
        const bool bracket = address.starts_with('[') && address.ends_with(']');
        const auto ip = read_ip(field, bracket ? address.substr(1, address.size() - 2) : address);
        if (ip && bracket == (ip->family == Family::V6))
            return Virtual{protocol, *ip, 0};
    }
    const auto endpoint = read_endpoint(field, text);
    if (!endpoint)
        return endpoint.error();
    return Virtual{protocol, endpoint->ip, endpoint->port};
}

Result<ServiceKey> read_key(const WishOptions& options) {
    const int given = options.tcp.has_value() + options.udp.has_value() + options.sctp.has_value() +
                      options.fwmark.has_value();
    if (given != 1)
        return Error{Kind::BadInput, given ? "more than one service was given"
                                           : "which service? -t, -u, --sctp-service or -f says it"};
    if (options.fwmark) {
        const auto mark = read_number(*options.fwmark, 1, UINT32_MAX);
        if (!mark)
            return bad_value("-f", *options.fwmark, "a mark from 1 to 4294967295");
        return ServiceKey(Fwmark{options.ipv6 ? Family::V6 : Family::V4, *mark});
    }
    const auto key = options.tcp   ? read_virtual("-t", *options.tcp, Protocol::Tcp)
                     : options.udp ? read_virtual("-u", *options.udp, Protocol::Udp)
                                   : read_virtual("--sctp-service", *options.sctp, Protocol::Sctp);
    if (!key)
        return key.error();
    return ServiceKey(*key);
}

Result<DestinationKey> read_server(const std::string& text, const ServiceKey& service) {
    const auto* address = std::get_if<Virtual>(&service);
    const std::uint16_t port = address ? address->port : 0;
    // Where the service has no port of its own, neither needs the server.
    if (!port)
        if (const auto ip = read_ip("-r", text))
            return DestinationKey{*ip, 0};
    if (const auto all = read_virtual("-r", text, Protocol::Tcp); all && !all->port && !port)
        return DestinationKey{all->address, 0};
    // Without brackets an IPv6 address has no port.
    if (const auto ip = read_ip("-r", text); ip && ip->family == Family::V6)
        return DestinationKey{*ip, port};
    return read_endpoint("-r", text, port);
}

std::optional<Error> read_flags(const std::string& text, Wish& wish) {
    wish.fallback = wish.ports = false;
    for (std::string_view rest = text; !rest.empty();) {
        const auto flag = take_until(rest, ',');
        if (flag == "sh-fallback" || flag == "mh-fallback" || flag == "flag-1")
            wish.fallback = true;
        else if (flag == "sh-port" || flag == "mh-port" || flag == "flag-2")
            wish.ports = true;
        else
            return bad_value("-b", flag,
                             "of sh-fallback, sh-port, mh-fallback, mh-port, flag-1, "
                             "flag-2, with commas between them");
    }
    return std::nullopt;
}

// IPv4: 255.255.255.0; IPv6: a number of bits. Bits are taken for both.
std::optional<Error> read_netmask(const std::string& text, Wish& wish) {
    const bool v4 = family_of(wish.service) == Family::V4;
    if (const auto bits = read_number(text, v4 ? 0 : 1, v4 ? 32 : 128)) {
        wish.persistence_prefix = static_cast<std::uint8_t>(*bits);
        return std::nullopt;
    }
    const auto ip = v4 ? read_ip("-M", text) : bad_value("-M", text, "");
    if (ip && ip->family == Family::V4) {
        const auto& b = ip->bytes;
        const auto mask = static_cast<std::uint32_t>(b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3]);
        const int ones = std::countl_one(mask);
        if (std::popcount(mask) == ones) {
            wish.persistence_prefix = static_cast<std::uint8_t>(ones);
            return std::nullopt;
        }
    }
    return bad_value("-M", text,
                     v4 ? "a netmask such as 255.255.255.0, or 0 to 32 bits" : "1 to 128 bits");
}

// A name that the kernel gives to a module.
std::optional<Error> read_name(std::optional<std::string>& name, std::string_view field,
                               const std::optional<std::string>& text, std::size_t most) {
    if (!text)
        return std::nullopt;
    const bool good =
        !text->empty() && text->size() <= most &&
        text->find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == text->npos;
    if (!good)
        return bad_value(field, *text, "a name such as wrr");
    name = text;
    return std::nullopt;
}

std::optional<Error> read_service_words(const WishOptions& options, Wish& wish) {
    auto error = read_name(wish.scheduler, "-s", options.scheduler, IP_VS_SCHEDNAME_MAXLEN - 1);
    if (!error)
        error = read_name(wish.engine, "--pe", options.engine, IP_VS_PENAME_MAXLEN - 1);
    if (!error && options.sched_flags)
        error = read_flags(*options.sched_flags, wish);
    if (!error && options.netmask)
        error = read_netmask(*options.netmask, wish);
    if (options.one_packet)
        wish.one_packet = true;
    // Without a number: what ipvsadm takes then.
    if (options.persistent && options.persistent->empty())
        wish.persistence = default_persistence;
    else if (!error)
        error = read_into(wish.persistence, "-p", options.persistent, 0, longest_persistence);
    return error;
}

std::optional<Error> read_server_words(const WishOptions& options, Wish& wish) {
    if (options.nat + options.direct + options.tunnel > 1)
        return Error{Kind::BadInput, "only one of -m, -g and -i can be"};
    if (options.checksum + options.no_checksum + options.remote_checksum > 1)
        return Error{Kind::BadInput,
                     "only one of --tun-csum, --tun-nocsum and --tun-remcsum can be"};
    if (options.nat || options.direct || options.tunnel)
        wish.forward = options.nat      ? Forward::Nat
                       : options.direct ? Forward::Direct
                                        : Forward::Tunnel;
    if (options.checksum || options.no_checksum || options.remote_checksum)
        wish.checksum = options.checksum          ? TunnelChecksum::Full
                        : options.remote_checksum ? TunnelChecksum::Remote
                                                  : TunnelChecksum::None;
    if (const auto& type = options.tunnel_type) {
        if (*type != "ipip" && *type != "gue" && *type != "gre")
            return bad_value("--tun-type", *type, "ipip, gue or gre");
        wish.tunnel = *type == "gue" ? Tunnel::Gue : *type == "gre" ? Tunnel::Gre : Tunnel::Ipip;
    }
    auto error = read_into(wish.weight, "-w", options.weight, 0, 65535);
    if (!error)
        error = read_into(wish.upper, "-x", options.upper, 0, INT32_MAX);
    if (!error)
        error = read_into(wish.lower, "-y", options.lower, 0, INT32_MAX);
    if (!error)
        error = read_into(wish.tunnel_port, "--tun-port", options.tunnel_port, 1, 65535);
    return error;
}

bool says_service(const Wish& wish) {
    return wish.scheduler || wish.engine || wish.fallback || wish.one_packet || wish.persistence ||
           wish.persistence_prefix;
}

bool says_server(const Wish& wish) {
    return wish.weight || wish.forward || wish.upper || wish.lower || wish.tunnel ||
           wish.tunnel_port || wish.checksum;
}

template <typename T>
void take(T& value, const std::optional<T>& said) {
    if (said)
        value = *said;
}

Service with(Service service, const Wish& wish) {
    service.key = wish.service;
    take(service.scheduler, wish.scheduler);
    take(service.engine, wish.engine);
    take(service.fallback, wish.fallback);
    take(service.ports, wish.ports);
    take(service.one_packet, wish.one_packet);
    const bool fresh = !service.persistence;
    take(service.persistence, wish.persistence);
    if (fresh && family_of(wish.service) == Family::V6)
        service.persistence_prefix = 128;
    take(service.persistence_prefix, wish.persistence_prefix);
    if (!service.persistence)
        service.persistence_prefix = Service{}.persistence_prefix;
    return service;
}

Destination with(Destination server, const Wish& wish) {
    server.key = *wish.server;
    take(server.weight, wish.weight);
    take(server.forward, wish.forward);
    take(server.upper, wish.upper);
    take(server.lower, wish.lower);
    take(server.tunnel, wish.tunnel);
    take(server.tunnel_port, wish.tunnel_port);
    take(server.checksum, wish.checksum);
    return server;
}

std::optional<Error> check(const Wish& wish, const Service& service) {
    if (wish.persistence_prefix && !service.persistence)
        return Error{Kind::BadInput, "-M is for persistence: -p"};
    return std::nullopt;
}

std::optional<Error> check(const Wish& wish, const Destination& server) {
    if ((wish.tunnel || wish.tunnel_port || wish.checksum) && server.forward != Forward::Tunnel)
        return Error{Kind::BadInput, "what begins with --tun is for tunnels: -i"};
    if (server.tunnel == Tunnel::Gue && !server.tunnel_port)
        return Error{Kind::BadInput, "--tun-type gue needs --tun-port"};
    return std::nullopt;
}

} // namespace

Result<Wish> read_wish(Verb verb, const WishOptions& options) {
    const auto key = read_key(options);
    if (!key)
        return key.error();
    Wish wish;
    wish.verb = verb;
    wish.service = *key;
    if (options.server) {
        const auto server = read_server(*options.server, *key);
        if (!server)
            return server.error();
        wish.server = *server;
    }
    auto error = read_service_words(options, wish);
    if (!error)
        error = read_server_words(options, wish);
    if (error)
        return *error;
    if (wish.server && says_service(wish))
        return Error{Kind::BadInput, "with -r the server is meant: what is said of the service "
                                     "takes another command"};
    if (!wish.server && says_server(wish))
        return Error{Kind::BadInput, "which server? -r says it"};
    return wish;
}

Result<Change> to_change(const Wish& wish, const Table& now) {
    const auto at = now.find(wish.service);
    if (wish.verb == Verb::Delete) {
        if (wish.server)
            return Change(RemoveDestination{wish.service, *wish.server});
        return Change(RemoveService{wish.service});
    }

    const bool edit = wish.verb == Verb::Edit;
    if (!wish.server) {
        const bool there = edit && at != now.end();
        Service before;
        before.scheduler = default_scheduler;
        const auto service = with(there ? at->second.service : before, wish);
        if (const auto error = check(wish, service))
            return *error;
        return edit ? Change(EditService{service}) : Change(AddService{service});
    }
    Destination before;
    before.forward = Forward::Direct;
    if (edit && at != now.end())
        if (const auto server = at->second.destinations.find(*wish.server);
            server != at->second.destinations.end())
            before = server->second.destination;
    const auto server = with(before, wish);
    if (const auto error = check(wish, server))
        return *error;
    return edit ? Change(EditDestination{wish.service, server})
                : Change(AddDestination{wish.service, server});
}

// --- as lines

namespace {

std::string words_of(const ServiceKey& key) {
    if (const auto* mark = std::get_if<Fwmark>(&key))
        return fmt::format("-f {}{}", mark->mark, mark->family == Family::V6 ? " -6" : "");
    const auto& [protocol, address, port] = std::get<Virtual>(key);
    const auto* option = protocol == Protocol::Tcp   ? "-t"
                         : protocol == Protocol::Udp ? "-u"
                                                     : "--sctp-service";
    return fmt::format("{} {}", option, to_string(Endpoint{address, port}));
}

std::string netmask_words(const Service& service) {
    const unsigned prefix = service.persistence_prefix;
    if (family_of(service.key) == Family::V6)
        return prefix == 128 ? "" : fmt::format(" -M {}", prefix);
    if (prefix >= 32)
        return "";
    const std::uint32_t mask = prefix ? UINT32_MAX << (32 - prefix) : 0;
    return fmt::format(" -M {}.{}.{}.{}", mask >> 24, mask >> 16 & 255, mask >> 8 & 255,
                       mask & 255);
}

} // namespace

std::string scheduler_flags(const Service& service) {
    const bool known = service.scheduler == "sh" || service.scheduler == "mh";
    std::string flags;
    if (service.fallback)
        flags += known ? service.scheduler + "-fallback" : "flag-1";
    if (service.ports)
        flags += (flags.empty() ? "" : ",") + (known ? service.scheduler + "-port" : "flag-2");
    return flags;
}

std::string to_line(const Service& service) {
    auto line = fmt::format("-A {} -s {}", words_of(service.key), service.scheduler);
    if (service.persistence)
        line += fmt::format(" -p {}{}", service.persistence, netmask_words(service));
    if (!service.engine.empty())
        line += " --pe " + service.engine;
    if (const auto flags = scheduler_flags(service); !flags.empty())
        line += " -b " + flags;
    if (service.one_packet)
        line += " -o";
    return line;
}

std::string to_line(const ServiceKey& service, const Destination& server) {
    auto line = fmt::format("-a {} -r {} {} -w {}", words_of(service), to_string(server.key),
                            server.forward == Forward::Nat      ? "-m"
                            : server.forward == Forward::Direct ? "-g"
                                                                : "-i",
                            server.weight);
    if (server.upper)
        line += fmt::format(" -x {}", server.upper);
    if (server.lower)
        line += fmt::format(" -y {}", server.lower);
    if (server.forward == Forward::Tunnel && server.tunnel != Tunnel::Ipip) {
        line += server.tunnel == Tunnel::Gue
                    ? fmt::format(" --tun-type gue --tun-port {}", server.tunnel_port)
                    : " --tun-type gre";
        line += server.checksum == TunnelChecksum::Full     ? " --tun-csum"
                : server.checksum == TunnelChecksum::Remote ? " --tun-remcsum"
                                                            : " --tun-nocsum";
    }
    return line;
}

} // namespace nfc::ipvs
