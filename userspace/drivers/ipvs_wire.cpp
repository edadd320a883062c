// SPDX-License-Identifier: GPL-2.0
#include "drivers/ipvs_wire.hpp"

#include "core/ipvs_apply.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <bit>
#include <cstring>
#include <linux/ip_vs.h>

namespace nfc::ipvs {

namespace {

using netlink::Attributes;
using netlink::Reader;
using netlink::Writer;

constexpr std::size_t address_size = 16; // of either family

constexpr std::uint32_t our_flags =
    IP_VS_SVC_F_PERSISTENT | IP_VS_SVC_F_ONEPACKET | IP_VS_SVC_F_SCHED1 | IP_VS_SVC_F_SCHED2;

std::uint16_t system_family(Family family) {
    return family == Family::V4 ? AF_INET : AF_INET6;
}

// The kernel keeps an IPv6 prefix as a number, and an IPv4 one as a netmask. Both
// have to make sense where there is no persistence as well.
std::uint32_t netmask_of(const Service& service) {
    const bool v4 = family_of(service.key) == Family::V4;
    const unsigned full = v4 ? 32 : 128;
    const unsigned prefix =
        service.persistence ? std::min<unsigned>(service.persistence_prefix, full) : full;
    if (!v4)
        return prefix;
    return prefix ? htonl(UINT32_MAX << (32 - prefix)) : 0;
}

std::uint8_t prefix_of(Family family, std::uint32_t netmask) {
    if (family == Family::V6)
        return static_cast<std::uint8_t>(std::min<std::uint32_t>(netmask, 128));
    return static_cast<std::uint8_t>(std::countl_one(ntohl(netmask)));
}

std::uint32_t flags_of(const Service& service) {
    return (service.persistence ? IP_VS_SVC_F_PERSISTENT : 0u) |
           (service.one_packet ? IP_VS_SVC_F_ONEPACKET : 0u) |
           (service.fallback ? IP_VS_SVC_F_SCHED1 : 0u) | (service.ports ? IP_VS_SVC_F_SCHED2 : 0u);
}

std::uint32_t method_of(Forward forward) {
    switch (forward) {
    case Forward::Direct:
        return IP_VS_CONN_F_DROUTE;
    case Forward::Tunnel:
        return IP_VS_CONN_F_TUNNEL;
    case Forward::Nat:
        break;
    }
    return IP_VS_CONN_F_MASQ;
}

std::optional<Forward> forward_of(std::uint64_t method) {
    switch (method & IP_VS_CONN_F_FWD_MASK) {
    case IP_VS_CONN_F_DROUTE:
        return Forward::Direct;
    case IP_VS_CONN_F_TUNNEL:
        return Forward::Tunnel;
    case IP_VS_CONN_F_MASQ:
    case IP_VS_CONN_F_LOCALNODE: // what old kernels made of a server that is this machine
        return Forward::Nat;
    default:
        return std::nullopt;
    }
}

void put_key(Writer& writer, const ServiceKey& key) {
    writer.put_u16(IPVS_SVC_ATTR_AF, system_family(family_of(key)));
    if (const auto* mark = std::get_if<Fwmark>(&key)) {
        writer.put_u32(IPVS_SVC_ATTR_FWMARK, mark->mark);
        return;
    }
    const auto& [protocol, address, port] = std::get<Virtual>(key);
    writer.put_u16(IPVS_SVC_ATTR_PROTOCOL, static_cast<std::uint16_t>(protocol));
    writer.put(IPVS_SVC_ATTR_ADDR, address.bytes.data(), address_size);
    writer.put_u16(IPVS_SVC_ATTR_PORT, htons(port));
}

Writer key_of(const ServiceKey& key) {
    Writer inner, outer;
    put_key(inner, key);
    outer.put_nested(IPVS_CMD_ATTR_SERVICE, inner.attributes());
    return outer;
}

void put_key(Writer& writer, const DestinationKey& key) {
    writer.put_u16(IPVS_DEST_ATTR_ADDR_FAMILY, system_family(key.ip.family));
    writer.put(IPVS_DEST_ATTR_ADDR, key.ip.bytes.data(), address_size);
    writer.put_u16(IPVS_DEST_ATTR_PORT, htons(key.port));
}

// --- reading

std::optional<Family> read_family(std::optional<std::uint64_t> family) {
    if (family == AF_INET)
        return Family::V4;
    if (family == AF_INET6)
        return Family::V6;
    return std::nullopt;
}

Ip read_address(Family family, const std::uint8_t* bytes) {
    Ip ip{family, {}};
    // The kernel may leave what an IPv4 address does not need unwritten.
    std::memcpy(ip.bytes.data(), bytes, family == Family::V4 ? 4 : address_size);
    return ip;
}

// What 16 bits in network byte order say.
std::uint16_t read_port(std::uint64_t value) {
    return ntohs(static_cast<std::uint16_t>(value));
}

std::uint32_t narrow(std::optional<std::uint64_t> value) {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(value.value_or(0), UINT32_MAX));
}

// Kernels from 4.1 on say all in 64 bits as well.
Stats read_stats(const Reader& reader, std::uint16_t wide, std::uint16_t narrow_type) {
    auto found = reader.nested(wide, IPVS_STATS_ATTR_MAX);
    if (!found)
        found = reader.nested(narrow_type, IPVS_STATS_ATTR_MAX);
    if (!found)
        return {};
    const auto count = [&](std::uint16_t type) { return found->number(type).value_or(0); };
    return {.connections = count(IPVS_STATS_ATTR_CONNS),
            .packets_in = count(IPVS_STATS_ATTR_INPKTS),
            .packets_out = count(IPVS_STATS_ATTR_OUTPKTS),
            .bytes_in = count(IPVS_STATS_ATTR_INBYTES),
            .bytes_out = count(IPVS_STATS_ATTR_OUTBYTES),
            .connection_rate = count(IPVS_STATS_ATTR_CPS),
            .packet_rate_in = count(IPVS_STATS_ATTR_INPPS),
            .packet_rate_out = count(IPVS_STATS_ATTR_OUTPPS),
            .byte_rate_in = count(IPVS_STATS_ATTR_INBPS),
            .byte_rate_out = count(IPVS_STATS_ATTR_OUTBPS)};
}

std::optional<ServiceKey> read_key(const Reader& reader) {
    const auto family = read_family(reader.number(IPVS_SVC_ATTR_AF));
    if (!family)
        return std::nullopt;
    if (const auto mark = reader.number(IPVS_SVC_ATTR_FWMARK); mark && *mark)
        return Fwmark{*family, narrow(mark)};
    const auto protocol = reader.number(IPVS_SVC_ATTR_PROTOCOL);
    const auto* address = reader.bytes(IPVS_SVC_ATTR_ADDR, address_size);
    const auto port = reader.number(IPVS_SVC_ATTR_PORT);
    if (!protocol || !address || !port ||
        (*protocol != IPPROTO_TCP && *protocol != IPPROTO_UDP && *protocol != IPPROTO_SCTP))
        return std::nullopt;
    return Virtual{static_cast<Protocol>(*protocol), read_address(*family, address),
                   read_port(*port)};
}

} // namespace

Attributes write_key(const ServiceKey& key) {
    return key_of(key).attributes();
}

Attributes write_service(const Service& service) {
    // The mask says which flags are ours to set; others stay as they are.
    const ip_vs_flags flags{flags_of(service), our_flags};
    Writer inner, outer;

    put_key(inner, service.key);
    inner.put_text(IPVS_SVC_ATTR_SCHED_NAME, service.scheduler);
    if (!service.engine.empty())
        inner.put_text(IPVS_SVC_ATTR_PE_NAME, service.engine);
    inner.put(IPVS_SVC_ATTR_FLAGS, &flags, sizeof(flags));
    inner.put_u32(IPVS_SVC_ATTR_TIMEOUT, service.persistence);
    inner.put_u32(IPVS_SVC_ATTR_NETMASK, netmask_of(service));
    outer.put_nested(IPVS_CMD_ATTR_SERVICE, inner.attributes());
    return outer.attributes();
}

Attributes write_destination_key(const ServiceKey& service, const DestinationKey& key) {
    auto outer = key_of(service);
    Writer inner;
    put_key(inner, key);
    outer.put_nested(IPVS_CMD_ATTR_DEST, inner.attributes());
    return outer.attributes();
}

Attributes write_destination(const ServiceKey& service, const Destination& destination) {
    auto outer = key_of(service);
    Writer inner;
    put_key(inner, destination.key);
    inner.put_u32(IPVS_DEST_ATTR_FWD_METHOD, method_of(destination.forward));
    inner.put_u32(IPVS_DEST_ATTR_WEIGHT, destination.weight);
    inner.put_u32(IPVS_DEST_ATTR_U_THRESH, destination.upper);
    inner.put_u32(IPVS_DEST_ATTR_L_THRESH, destination.lower);
    inner.put_u8(IPVS_DEST_ATTR_TUN_TYPE, static_cast<std::uint8_t>(destination.tunnel));
    inner.put_u16(IPVS_DEST_ATTR_TUN_PORT, htons(destination.tunnel_port));
    inner.put_u16(IPVS_DEST_ATTR_TUN_FLAGS, static_cast<std::uint16_t>(destination.checksum));
    outer.put_nested(IPVS_CMD_ATTR_DEST, inner.attributes());
    return outer.attributes();
}

std::optional<ServiceState> read_service(const Attributes& attributes) {
    const Reader outer(attributes.data(), attributes.size(), IPVS_CMD_ATTR_MAX);
    const auto reader = outer.nested(IPVS_CMD_ATTR_SERVICE, IPVS_SVC_ATTR_MAX);
    if (!reader)
        return std::nullopt;
    const auto key = read_key(*reader);
    const auto scheduler = reader->text(IPVS_SVC_ATTR_SCHED_NAME);
    const auto* flag_bytes = reader->bytes(IPVS_SVC_ATTR_FLAGS, sizeof(ip_vs_flags));
    const auto timeout = reader->number(IPVS_SVC_ATTR_TIMEOUT);
    const auto netmask = reader->number(IPVS_SVC_ATTR_NETMASK);
    if (!key || !scheduler || !flag_bytes || !timeout || !netmask)
        return std::nullopt;

    ip_vs_flags flags;
    std::memcpy(&flags, flag_bytes, sizeof(flags));
    Service service{.key = *key, .scheduler = *scheduler};
    service.fallback = flags.flags & IP_VS_SVC_F_SCHED1;
    service.ports = flags.flags & IP_VS_SVC_F_SCHED2;
    service.one_packet = flags.flags & IP_VS_SVC_F_ONEPACKET;
    if (flags.flags & IP_VS_SVC_F_PERSISTENT) {
        service.persistence = narrow(timeout);
        service.persistence_prefix = prefix_of(family_of(*key), narrow(netmask));
    }
    service.engine = reader->text(IPVS_SVC_ATTR_PE_NAME).value_or("");
    return ServiceState{
        service, read_stats(*reader, IPVS_SVC_ATTR_STATS64, IPVS_SVC_ATTR_STATS), {}};
}

std::optional<DestinationState> read_destination(const Attributes& attributes, Family family) {
    const Reader outer(attributes.data(), attributes.size(), IPVS_CMD_ATTR_MAX);
    const auto reader = outer.nested(IPVS_CMD_ATTR_DEST, IPVS_DEST_ATTR_MAX);
    if (!reader)
        return std::nullopt;
    const auto told = reader->number(IPVS_DEST_ATTR_ADDR_FAMILY);
    const auto own = told ? read_family(told) : std::optional(family);
    const auto* address = reader->bytes(IPVS_DEST_ATTR_ADDR, address_size);
    const auto port = reader->number(IPVS_DEST_ATTR_PORT);
    const auto method = reader->number(IPVS_DEST_ATTR_FWD_METHOD);
    const auto forward = method ? forward_of(*method) : std::nullopt;
    const auto weight = reader->number(IPVS_DEST_ATTR_WEIGHT);
    const auto tunnel = reader->number(IPVS_DEST_ATTR_TUN_TYPE).value_or(0);
    const auto checksum = reader->number(IPVS_DEST_ATTR_TUN_FLAGS).value_or(0);
    if (!own || !address || !port || !forward || !weight ||
        tunnel >= IP_VS_CONN_F_TUNNEL_TYPE_MAX || checksum > IP_VS_TUNNEL_ENCAP_FLAG_REMCSUM)
        return std::nullopt;

    Destination destination{.key = {read_address(*own, address), read_port(*port)}};
    destination.weight = static_cast<std::uint16_t>(std::min<std::uint64_t>(*weight, UINT16_MAX));
    destination.forward = *forward;
    destination.upper = narrow(reader->number(IPVS_DEST_ATTR_U_THRESH));
    destination.lower = narrow(reader->number(IPVS_DEST_ATTR_L_THRESH));
    destination.tunnel = static_cast<Tunnel>(tunnel);
    destination.tunnel_port = read_port(reader->number(IPVS_DEST_ATTR_TUN_PORT).value_or(0));
    destination.checksum = static_cast<TunnelChecksum>(checksum);
    return DestinationState{.destination = destination,
                            .active = narrow(reader->number(IPVS_DEST_ATTR_ACTIVE_CONNS)),
                            .inactive = narrow(reader->number(IPVS_DEST_ATTR_INACT_CONNS)),
                            .persistent = narrow(reader->number(IPVS_DEST_ATTR_PERSIST_CONNS)),
                            .stats =
                                read_stats(*reader, IPVS_DEST_ATTR_STATS64, IPVS_DEST_ATTR_STATS)};
}

// The kernel wants all three, and leaves alone what is 0.
Attributes write_timeouts(const Timeouts& timeouts) {
    Writer writer;
    writer.put_u32(IPVS_CMD_ATTR_TIMEOUT_TCP, timeouts.tcp);
    writer.put_u32(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, timeouts.tcp_fin);
    writer.put_u32(IPVS_CMD_ATTR_TIMEOUT_UDP, timeouts.udp);
    return writer.attributes();
}

std::optional<Timeouts> read_timeouts(const Attributes& attributes) {
    const Reader reader(attributes.data(), attributes.size(), IPVS_CMD_ATTR_MAX);
    const auto tcp = reader.number(IPVS_CMD_ATTR_TIMEOUT_TCP);
    const auto tcp_fin = reader.number(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN);
    if (!tcp || !tcp_fin) // a kernel may have no UDP to balance
        return std::nullopt;
    return Timeouts{narrow(tcp), narrow(tcp_fin), narrow(reader.number(IPVS_CMD_ATTR_TIMEOUT_UDP))};
}

// --- synchronisation

namespace {

std::uint32_t state_of(SyncRole role) {
    return role == SyncRole::Master ? IP_VS_STATE_MASTER : IP_VS_STATE_BACKUP;
}

Attributes sync_message(const Writer& inner) {
    Writer writer;
    writer.put_nested(IPVS_CMD_ATTR_DAEMON, inner.attributes());
    return writer.attributes();
}

} // namespace

Attributes write_sync_daemon(const SyncDaemon& daemon) {
    Writer inner;
    inner.put_u32(IPVS_DAEMON_ATTR_STATE, state_of(daemon.role));
    inner.put_text(IPVS_DAEMON_ATTR_MCAST_IFN, daemon.interface);
    inner.put_u32(IPVS_DAEMON_ATTR_SYNC_ID, daemon.id);
    return sync_message(inner);
}

Attributes write_sync_role(SyncRole role) {
    Writer inner;
    inner.put_u32(IPVS_DAEMON_ATTR_STATE, state_of(role));
    return sync_message(inner);
}

std::optional<SyncDaemon> read_sync_daemon(const Attributes& attributes) {
    const Reader outer(attributes.data(), attributes.size(), IPVS_CMD_ATTR_MAX);
    const auto inner = outer.nested(IPVS_CMD_ATTR_DAEMON, IPVS_DAEMON_ATTR_MAX);
    const auto state = inner ? inner->number(IPVS_DAEMON_ATTR_STATE) : std::nullopt;
    const auto interface = inner ? inner->text(IPVS_DAEMON_ATTR_MCAST_IFN) : std::nullopt;
    const auto id = inner ? inner->number(IPVS_DAEMON_ATTR_SYNC_ID) : std::nullopt;
    if (!interface || !id || *id > 255 ||
        (state != IP_VS_STATE_MASTER && state != IP_VS_STATE_BACKUP))
        return std::nullopt;
    return SyncDaemon{state == IP_VS_STATE_MASTER ? SyncRole::Master : SyncRole::Backup, *interface,
                      static_cast<unsigned>(*id)};
}

} // namespace nfc::ipvs
