// SPDX-License-Identifier: GPL-2.0
#include "core/config_parts.hpp"
#include "core/gate.hpp"
#include "core/ipvs_apply.hpp"
#include "core/proc_name.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

namespace nfc {

namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t mark_max = 0xffffffff;
constexpr unsigned ipvs_weight_max = 65535;

Result<statmark::Gate> read_condition(const std::string& field, std::string_view text) {
    statmark::Gate gate;
    gate.inverted = text.starts_with('!');
    gate.condition = text.substr(gate.inverted ? 1 : 0);
    // In what is written, '!' would invert it and '-' take it away.
    if (!read_proc_name(field, gate.condition, NFC_CONDITION_NAME_LEN - 1, ".set") ||
        gate.condition[0] == '!' || gate.condition[0] == '-' || gate.condition == "none")
        return bad_value(field, text, "the name of a condition, such as mail1up or !mail1down");
    return gate;
}

// "tcp 10.0.0.1:80", "fwmark 5", "fwmark 5 ipv6"
Result<ipvs::ServiceKey> read_service(const std::string& field, std::string_view text) {
    const auto wrong = bad_value(field, text,
                                 "tcp, udp or sctp with an address and a port, or a mark, such as "
                                 "\"tcp 10.10.10.22:80\", \"fwmark 5\" or \"fwmark 5 ipv6\"");
    std::string_view rest = text;
    const auto kind = take_until(rest, ' ');

    if (kind == "fwmark") {
        const auto number = take_until(rest, ' ');
        const auto mark = read_number(number, 1, mark_max);
        if (!mark || !(rest.empty() || rest == "ipv6") || text.ends_with(' '))
            return wrong;
        return ipvs::ServiceKey{ipvs::Fwmark{rest.empty() ? Family::V4 : Family::V6, *mark}};
    }
    const std::map<std::string_view, ipvs::Protocol> protocols{
        {"tcp", ipvs::Protocol::Tcp}, {"udp", ipvs::Protocol::Udp}, {"sctp", ipvs::Protocol::Sctp}};
    const auto protocol = protocols.find(kind);
    const auto endpoint = read_endpoint(field, rest);
    if (protocol == protocols.end() || !endpoint)
        return wrong;
    return ipvs::ServiceKey{ipvs::Virtual{protocol->second, endpoint->ip, endpoint->port}};
}

std::uint16_t port_of(const ipvs::ServiceKey& key) {
    const auto* name = std::get_if<ipvs::Virtual>(&key);
    return name ? name->port : std::uint16_t{0};
}

void read_flags(Section& section, ipvs::Service& service) {
    constexpr std::string_view expected = "\"fallback\", \"port\" or both, with the schedulers sh "
                                          "and mh only";
    const auto flags = section.texts("flags", expected);
    const bool takes_them = service.scheduler == "sh" || service.scheduler == "mh";
    for (const auto& flag : flags) {
        if (flag == "fallback" && takes_them)
            service.fallback = true;
        else if (flag == "port" && takes_them)
            service.ports = true;
        else
            section.complaints().wrong(*section.take("flags"), section.field("flags"), expected);
    }
}

IpvsDriver read_ipvs(Section& section) {
    using ipvs::Forward;
    using ipvs::Tunnel;
    IpvsDriver driver;
    auto& service = driver.service;

    service.key =
        section
            .need_as<ipvs::ServiceKey>("service", "such as \"tcp 10.10.10.22:80\"", &read_service)
            .value_or(ipvs::ServiceKey{});
    service.scheduler = section
                            .choice<std::string>("scheduler", {{"rr", "rr"},
                                                               {"wrr", "wrr"},
                                                               {"lc", "lc"},
                                                               {"wlc", "wlc"},
                                                               {"lblc", "lblc"},
                                                               {"lblcr", "lblcr"},
                                                               {"dh", "dh"},
                                                               {"sh", "sh"},
                                                               {"sed", "sed"},
                                                               {"nq", "nq"},
                                                               {"fo", "fo"},
                                                               {"ovf", "ovf"},
                                                               {"mh", "mh"},
                                                               {"twos", "twos"}})
                            .value_or("wlc");
    read_flags(section, service);
    service.one_packet = section.truth("one_packet", false);
    const auto* name = std::get_if<ipvs::Virtual>(&service.key);
    if (service.one_packet && name && name->protocol != ipvs::Protocol::Udp)
        section.complaints().wrong(*section.take("one_packet"), section.field("one_packet"),
                                   "false: it is for udp only");
    const auto persistence = section.duration("persistence", {0ms, 24h * 31}, 0ms);
    if (persistence % 1s != 0ms)
        section.complaints().wrong(*section.take("persistence"), section.field("persistence"),
                                   "whole seconds");
    service.persistence = static_cast<std::uint32_t>(persistence / 1s);
    const int bits = family_of(service.key) == Family::V4 ? 32 : 128;
    service.persistence_prefix =
        static_cast<std::uint8_t>(section.number("persistence_prefix", 1, bits, bits));
    driver.forward = section
                         .choice<Forward>("forward", {{"nat", Forward::Nat},
                                                      {"dr", Forward::Direct},
                                                      {"tun", Forward::Tunnel}})
                         .value_or(Forward::Nat);
    if (driver.forward == Forward::Tunnel) {
        driver.tunnel =
            section
                .choice<Tunnel>(
                    "tunnel", {{"ipip", Tunnel::Ipip}, {"gue", Tunnel::Gue}, {"gre", Tunnel::Gre}})
                .value_or(Tunnel::Ipip);
        if (driver.tunnel == Tunnel::Gue && section.need("tunnel_port", "the port of the tunnel"))
            driver.tunnel_port =
                static_cast<std::uint16_t>(section.number("tunnel_port", 1, 65535, 0));
    }
    return driver;
}

std::optional<std::uint32_t> mark_text(std::string_view text) {
    return text.starts_with("0x") ? read_number(text.substr(2), 0, mark_max, 16)
                                  : read_number(text, 0, mark_max);
}

// TOML has hexadecimal numbers; a text in quotes, as iptables takes it, is fine too.
std::uint32_t read_mark(Section& section, std::string_view key, std::uint32_t mask,
                        std::uint32_t otherwise) {
    const auto expected =
        fmt::format("a number that is not 0 and has no bit outside of {:#x}", mask);
    const auto* node = otherwise ? section.take(key) : section.need(key, expected);
    if (!node)
        return otherwise;
    std::optional<std::uint32_t> mark;
    if (node->text())
        mark = mark_text(*node->text());
    else if (node->number() && 0 <= *node->number() && *node->number() <= mark_max)
        mark = static_cast<std::uint32_t>(*node->number());
    if (mark && *mark && !(*mark & ~mask))
        return *mark;
    section.complaints().wrong(*node, section.field(key), expected);
    return otherwise;
}

StatmarkDriver read_statmark(Section& section) {
    StatmarkDriver driver;
    driver.mode = section
                      .choice<statmark::Mode>("mode", {{NFC_POOL_NTH_NAME, NFC_POOL_NTH},
                                                       {NFC_POOL_RANDOM_NAME, NFC_POOL_RANDOM},
                                                       {NFC_POOL_HASH_NAME, NFC_POOL_HASH}})
                      .value_or(driver.mode);
    driver.mask = read_mark(section, "mask", mark_max, driver.mask);
    return driver;
}

void read_weight(Section& section, PoolBackend& backend, unsigned max) {
    backend.weight = static_cast<unsigned>(section.number("weight", 0, max, 1));
}

// What a backend has for one driver only.
struct ReadOwn {
    Section& section;
    PoolBackend& backend;

    void operator()(const ConditionDriver&) const {
        backend.condition = section.need_as<statmark::Gate>(
            "condition", "the name of a condition, such as mail1up", &read_condition);
    }
    void operator()(const StatmarkDriver& driver) const {
        backend.mark = read_mark(section, "mark", driver.mask, 0);
        backend.condition = section.as<statmark::Gate>("condition", "the name of a condition",
                                                       &statmark::read_gate);
        read_weight(section, backend, NFC_POOL_WEIGHT_MAX);
    }
    void operator()(const IpvsDriver&) const {
        read_weight(section, backend, ipvs_weight_max);
        backend.upper = static_cast<std::uint32_t>(section.number("upper", 0, mark_max, 0));
        const auto most = backend.upper ? backend.upper : 0;
        backend.lower = static_cast<std::uint32_t>(section.number("lower", 0, most, 0));
    }
};

PoolBackend read_backend(Section section, const Driver& driver, bool checked) {
    PoolBackend backend;
    const auto* ipvs = std::get_if<IpvsDriver>(&driver);
    const std::uint16_t usual = ipvs ? port_of(ipvs->service.key) : std::uint16_t{0};
    const auto read = [&](const std::string& field, std::string_view text) -> Result<Endpoint> {
        // Only IPVS has to know a port; a mark's service may have none.
        if (const auto ip = read_ip(field, text))
            return Endpoint{*ip, usual};
        return read_endpoint(field, text, 1);
    };
    constexpr std::string_view expected = "an address, alone or with a port";
    const auto endpoint = checked || ipvs ? section.need_as<Endpoint>("address", expected, read)
                                          : section.as<Endpoint>("address", expected, read);

    if (endpoint) {
        backend.address = endpoint->ip;
        backend.port = endpoint->port;
    }
    const bool other_family = ipvs && endpoint &&
                              endpoint->ip.family != family_of(ipvs->service.key) &&
                              ipvs->forward != ipvs::Forward::Tunnel;
    if (other_family)
        section.complaints().wrong(*section.take("address"), section.field("address"),
                                   "an address of the service's family; only forward = \"tun\" "
                                   "joins IPv4 and IPv6");
    if (ipvs && endpoint && ipvs->service.key != ipvs::ServiceKey{} &&
        ipvs::changes_port(ipvs->service.key, *endpoint) && ipvs->forward != ipvs::Forward::Nat)
        section.complaints().wrong(*section.take("address"), section.field("address"),
                                   "the service's port; only forward = \"nat\" can change it");
    std::visit(ReadOwn{section, backend}, driver);
    std::string name = endpoint ? to_string(backend.address) : "";
    if (endpoint && backend.port)
        name = to_string(Endpoint{backend.address, backend.port});
    backend.name = section.text("name", "a name").value_or(name);
    section.end();
    return backend;
}

// Whoever is there twice, by what `of` says of a backend ("" is nobody).
template <typename Of>
void complain_of_twins(Section& section, const std::vector<PoolBackend>& backends,
                       std::string_view what, Of of) {
    std::set<std::string> seen;
    const auto* list = section.take("backends")->array();
    for (std::size_t i = 0; i < backends.size(); ++i) {
        const std::string value = of(backends[i]);
        if (value.empty() || seen.insert(value).second)
            continue;
        const auto line = i < list->size() ? (*list)[i].line : section.take("sorry")->line;
        section.complaints().add(line, bad_value(fmt::format("{}.backends", section.path()), value,
                                                 fmt::format("no two with the same {}", what))
                                           .text);
    }
}

void complain_of_twins(Section& section, const Pool& pool) {
    auto all = pool.backends;
    if (all.empty())
        return;
    if (pool.sorry)
        all.push_back(*pool.sorry);
    complain_of_twins(section, all, "name", [&](const PoolBackend& b) {
        // Of two with one address, that is what is wrong.
        const bool by_address = std::holds_alternative<IpvsDriver>(pool.driver) &&
                                b.name == to_string(Endpoint{b.address, b.port});
        return by_address ? "" : b.name;
    });
    if (std::holds_alternative<StatmarkDriver>(pool.driver))
        complain_of_twins(section, all, "mark", [](const PoolBackend& b) {
            return b.mark ? fmt::format("{:#x}", b.mark) : "";
        });
    if (std::holds_alternative<IpvsDriver>(pool.driver))
        complain_of_twins(section, all, "address", [](const PoolBackend& b) {
            return to_string(Endpoint{b.address, b.port});
        });
}

Pool read_pool(const std::string& name, Section& section) {
    enum class Which { Condition, Statmark, Ipvs };
    Pool pool;
    pool.name = name;
    const auto which = section.need_choice<Which>(
        "driver",
        {{"condition", Which::Condition}, {"statmark", Which::Statmark}, {"ipvs", Which::Ipvs}});
    if (which == Which::Statmark) {
        pool.driver = read_statmark(section);
        if (const auto good = read_proc_name("pool", name, NFC_POOL_NAME_LEN - 1, ".pools"); !good)
            section.complaints().add(section.line(), good.error().text);
    } else if (which == Which::Ipvs) {
        pool.driver = read_ipvs(section);
    }
    pool.on_down =
        section.choice<OnDown>("on_down", {{"drain", OnDown::Drain}, {"remove", OnDown::Remove}})
            .value_or(OnDown::Drain);
    pool.all_down =
        section.choice<AllDown>("all_down", {{"stop", AllDown::Stop}, {"serve", AllDown::Serve}})
            .value_or(AllDown::Stop);
    // What a backend may say depends on the driver.
    if (!which)
        return pool;
    for (auto& backend : section.list("backends", "one at least, such as [ { address = "
                                                  "\"192.168.0.1\" } ]"))
        pool.backends.push_back(read_backend(backend, pool.driver, true));
    pool.check = read_check(section, std::ranges::all_of(pool.backends, [](const PoolBackend& b) {
                                return b.port || b.address == Ip{}; // the latter was complained of
                            }));
    if (const auto sorry = section.section("sorry"))
        pool.sorry = read_backend(*sorry, pool.driver, false);
    if (pool.sorry && pool.all_down == AllDown::Serve)
        section.complaints().wrong(*section.take("all_down"), section.field("all_down"),
                                   "\"stop\", because there is a sorry backend");
    if (std::holds_alternative<StatmarkDriver>(pool.driver) &&
        pool.backends.size() + pool.sorry.has_value() > NFC_POOL_BACKENDS_MAX)
        section.complaints().add(section.line(),
                                 fmt::format("{}: {} backends: expected {} at most",
                                             section.field("backends"), pool.backends.size(),
                                             NFC_POOL_BACKENDS_MAX));
    complain_of_twins(section, pool);
    section.end();
    return pool;
}

} // namespace

std::vector<Pool> read_pools(Section& root) {
    std::vector<Pool> pools;
    std::map<std::string, std::string> condition_owners;
    std::map<ipvs::ServiceKey, std::string> service_owners;
    auto all = root.section("pool");
    if (!all)
        return pools;

    for (auto& [name, section] : all->sections()) {
        pools.push_back(read_pool(name, section));
        const auto& pool = pools.back();
        const auto mine = [&](auto& owners, const auto& what, std::string_view noun) {
            const auto [owner, fresh] = owners.emplace(what, pool.name);
            if (!fresh)
                section.complaints().add(section.line(),
                                         fmt::format("{}: {} is {}'s already: expected another",
                                                     section.path(), noun, owner->second));
        };
        const auto condition = [&](const PoolBackend& backend) {
            if (backend.condition)
                mine(condition_owners, backend.condition->condition,
                     fmt::format("condition \"{}\"", backend.condition->condition));
        };
        // As a gate, one condition may stand before several backends of one pool.
        if (std::holds_alternative<ConditionDriver>(pool.driver)) {
            std::ranges::for_each(pool.backends, condition);
            if (pool.sorry)
                condition(*pool.sorry);
        }
        if (const auto* ipvs = std::get_if<IpvsDriver>(&pool.driver))
            if (ipvs->service.key != ipvs::ServiceKey{})
                mine(service_owners, ipvs->service.key, "its service");
    }
    return pools;
}

} // namespace nfc
