// SPDX-License-Identifier: GPL-2.0
#include "drivers/flows_wire.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <linux/inet_diag.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace nfc::flows {

namespace {

using netlink::Attributes;
using netlink::Reader;
using netlink::Writer;

constexpr std::uint32_t bit(unsigned number) {
    return 1u << number;
}

constexpr std::uint32_t living = bit(TCP_ESTABLISHED) | bit(TCP_SYN_RECV) | bit(TCP_FIN_WAIT1) |
                                 bit(TCP_FIN_WAIT2) | bit(TCP_CLOSE_WAIT) | bit(TCP_LAST_ACK) |
                                 bit(TCP_CLOSING);

// What of a tuple must be as it was asked for; the kernel's header does not say.
constexpr std::uint32_t filter_destination = bit(1), filter_protocol = bit(3);

std::size_t size_of_ip(Family family) {
    return family == Family::V4 ? 4 : 16;
}

// Of IPv6 sockets that speak IPv4, the address that is in it.
Ip ip_of(Family family, const void* bytes) {
    constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    Ip ip;
    const auto* from = static_cast<const std::uint8_t*>(bytes);
    if (family == Family::V6 && std::equal(mapped.begin(), mapped.end(), from)) {
        family = Family::V4;
        from += mapped.size();
    }
    ip.family = family;
    std::memcpy(ip.bytes.data(), from, size_of_ip(family));
    return ip;
}

template <typename Head>
void append(Attributes& message, const Head& head) {
    const auto at = message.size();
    message.resize(at + sizeof(head));
    std::memcpy(&message[at], &head, sizeof(head));
}

// --- connection tracking

struct Tuple {
    Ip source, destination;
    std::uint16_t source_port, destination_port;
};

std::optional<std::uint16_t> port(const Reader& reader, std::uint16_t type) {
    const auto* bytes = reader.bytes(type, 2);
    if (!bytes)
        return std::nullopt;
    return static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
}

std::optional<Tuple> read_tuple(const Reader& message, std::uint16_t type) {
    const auto tuple = message.nested(type, CTA_TUPLE_MAX);
    const auto ip = tuple ? tuple->nested(CTA_TUPLE_IP, CTA_IP_MAX) : std::nullopt;
    const auto proto = tuple ? tuple->nested(CTA_TUPLE_PROTO, CTA_PROTO_MAX) : std::nullopt;
    if (!ip || !proto || proto->number(CTA_PROTO_NUM) != IPPROTO_TCP)
        return std::nullopt;
    const auto from = port(*proto, CTA_PROTO_SRC_PORT), to = port(*proto, CTA_PROTO_DST_PORT);
    if (!from || !to)
        return std::nullopt;
    const auto *v4from = ip->bytes(CTA_IP_V4_SRC, 4), *v4to = ip->bytes(CTA_IP_V4_DST, 4);
    if (v4from && v4to)
        return Tuple{ip_of(Family::V4, v4from), ip_of(Family::V4, v4to), *from, *to};
    const auto *v6from = ip->bytes(CTA_IP_V6_SRC, 16), *v6to = ip->bytes(CTA_IP_V6_DST, 16);
    if (v6from && v6to)
        return Tuple{ip_of(Family::V6, v6from), ip_of(Family::V6, v6to), *from, *to};
    return std::nullopt;
}

bool lives(const Reader& message) {
    const auto info = message.nested(CTA_PROTOINFO, CTA_PROTOINFO_MAX);
    const auto tcp = info ? info->nested(CTA_PROTOINFO_TCP, CTA_PROTOINFO_TCP_MAX) : std::nullopt;
    const auto state = tcp ? tcp->number(CTA_PROTOINFO_TCP_STATE) : std::nullopt;
    return state && *state >= TCP_CONNTRACK_SYN_RECV && *state <= TCP_CONNTRACK_LAST_ACK;
}

// --- IPVS

// "C0A8000A", or eight groups of four digits with colons.
std::optional<Ip> hexadecimal_ip(std::string_view word) {
    std::string digits;
    std::ranges::copy_if(word, std::back_inserter(digits), [](char c) { return c != ':'; });
    Ip ip;
    ip.family = word.size() == 8 ? Family::V4 : Family::V6;
    if (digits.size() != 2 * size_of_ip(ip.family))
        return std::nullopt;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        const char *from = &digits[i], *end = from + 2;
        if (std::from_chars(from, end, ip.bytes[i / 2], 16).ptr != end)
            return std::nullopt;
    }
    return ip;
}

std::optional<std::uint16_t> hexadecimal_port(std::string_view word) {
    std::uint16_t port = 0;
    const auto* end = word.data() + word.size();
    if (word.size() != 4 || std::from_chars(word.data(), end, port, 16).ptr != end)
        return std::nullopt;
    return port;
}

std::string_view next_word(std::string_view& rest) {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    return take_until(rest, ' ');
}

} // namespace

Attributes sockets_question(int family, const Ip& address) {
    inet_diag_req_v2 head{};
    head.sdiag_family = static_cast<std::uint8_t>(family);
    head.sdiag_protocol = IPPROTO_TCP;
    head.idiag_states = living;

    // A program of one instruction: the local address is this one.
    const auto size = size_of_ip(address.family);
    inet_diag_hostcond condition{};
    condition.family = address.family == Family::V4 ? AF_INET : AF_INET6;
    condition.prefix_len = static_cast<std::uint8_t>(8 * size);
    condition.port = -1;
    inet_diag_bc_op operation{};
    operation.code = INET_DIAG_BC_S_COND;
    operation.yes = static_cast<std::uint8_t>(sizeof(operation) + sizeof(condition) + size);
    operation.no = static_cast<std::uint16_t>(operation.yes + sizeof(operation)); // beyond the end
    Attributes program;
    append(program, operation);
    append(program, condition);
    program.insert(program.end(), address.bytes.begin(),
                   address.bytes.begin() + static_cast<std::ptrdiff_t>(size));

    Writer writer;
    writer.put(INET_DIAG_REQ_BYTECODE, program.data(), program.size());
    Attributes message;
    append(message, head);
    message.insert(message.end(), writer.attributes().begin(), writer.attributes().end());
    return message;
}

std::optional<Live> read_socket(const Attributes& message) {
    inet_diag_msg head;
    if (message.size() < sizeof(head))
        return std::nullopt;
    std::memcpy(&head, message.data(), sizeof(head));
    if (head.idiag_family != AF_INET && head.idiag_family != AF_INET6)
        return std::nullopt;
    if (head.idiag_state > TCP_CLOSING || !(bit(head.idiag_state) & living))
        return std::nullopt;
    const auto family = head.idiag_family == AF_INET ? Family::V4 : Family::V6;
    return Live{
        ip_of(family, head.id.idiag_src),
        {ip_of(family, head.id.idiag_dst), ntohs(head.id.idiag_dport), ntohs(head.id.idiag_sport)}};
}

Attributes tracked_question(const Ip& address) {
    const bool v4 = address.family == Family::V4;
    nfgenmsg head{};
    head.nfgen_family = v4 ? AF_INET : AF_INET6;
    head.version = NFNETLINK_V0;
    Writer ip, proto, tuple, filter, all;
    ip.put(v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, address.bytes.data(), size_of_ip(address.family));
    proto.put_u8(CTA_PROTO_NUM, IPPROTO_TCP);
    tuple.put_nested(CTA_TUPLE_IP, ip.attributes());
    tuple.put_nested(CTA_TUPLE_PROTO, proto.attributes());
    filter.put_u32(CTA_FILTER_ORIG_FLAGS, filter_destination | filter_protocol);
    filter.put_u32(CTA_FILTER_REPLY_FLAGS, 0);
    all.put_nested(CTA_TUPLE_ORIG, tuple.attributes());
    all.put_nested(CTA_FILTER, filter.attributes());
    Attributes message;
    append(message, head);
    message.insert(message.end(), all.attributes().begin(), all.attributes().end());
    return message;
}

std::optional<Live> read_tracked(const Attributes& message) {
    if (message.size() < sizeof(nfgenmsg))
        return std::nullopt;
    const Reader reader(message.data() + sizeof(nfgenmsg), message.size() - sizeof(nfgenmsg),
                        CTA_MAX);
    const auto there = read_tuple(reader, CTA_TUPLE_ORIG),
               back = read_tuple(reader, CTA_TUPLE_REPLY);
    if (!there || !back || !lives(reader) || back->source == there->destination)
        return std::nullopt;
    return Live{there->destination, {there->source, there->source_port, there->destination_port}};
}

std::optional<Live> read_ipvs(std::string_view line) {
    std::array<std::string_view, 9> words;
    for (auto& word : words)
        word = next_word(line);
    const auto& [protocol, from, from_port, to, to_port, server, server_port, state, origin] =
        words;
    if (protocol != "TCP" || state != "ESTABLISHED" || origin != "LOCAL")
        return std::nullopt;
    const auto client = hexadecimal_ip(from), address = hexadecimal_ip(to);
    const auto source = hexadecimal_port(from_port), destination = hexadecimal_port(to_port);
    if (!client || !address || !source || !destination || client->family != address->family)
        return std::nullopt;
    return Live{*address, {*client, *source, *destination}};
}

std::vector<std::size_t> count(std::vector<Flow> flows, const Hash& hash, unsigned total) {
    std::vector<std::size_t> counts(total);
    // What goes through may be known twice.
    std::ranges::sort(flows);
    const auto twice = std::ranges::unique(flows);
    flows.erase(twice.begin(), twice.end());
    for (const auto& flow : flows)
        ++counts[slot_of(hash_flow(hash, flow), total) - 1];
    return counts;
}

} // namespace nfc::flows
