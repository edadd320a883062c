// SPDX-License-Identifier: GPL-2.0
#include "drivers/flows.hpp"
#include "drivers/flows_wire.hpp"

#include <cstring>
#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <numeric>
#include <sys/socket.h>

namespace nfc::flows {
namespace {

using netlink::Attributes;
using netlink::Writer;

Ip ip(const char* text) {
    return *read_ip("", text);
}

Flow flow(const char* source, std::uint16_t from, std::uint16_t to) {
    return {ip(source), from, to};
}

// --- sockets

Attributes socket_of(int family, const Ip& local, const Ip& remote, int state) {
    inet_diag_msg head{};
    head.idiag_family = static_cast<std::uint8_t>(family);
    head.idiag_state = static_cast<std::uint8_t>(state);
    head.id.idiag_sport = htons(80);
    head.id.idiag_dport = htons(40000);
    std::memcpy(head.id.idiag_src, local.bytes.data(), 16);
    std::memcpy(head.id.idiag_dst, remote.bytes.data(), 16);
    Attributes message(sizeof(head));
    std::memcpy(message.data(), &head, sizeof(head));
    return message;
}

TEST(Flows, are_sockets_that_speak_with_somebody) {
    const auto read = [](int state) {
        return read_socket(socket_of(AF_INET, ip("10.0.0.1"), ip("10.9.0.7"), state));
    };
    EXPECT_EQ(read(TCP_ESTABLISHED), (Live{ip("10.0.0.1"), flow("10.9.0.7", 40000, 80)}));
    for (const int state :
         {TCP_SYN_RECV, TCP_FIN_WAIT1, TCP_FIN_WAIT2, TCP_CLOSE_WAIT, TCP_LAST_ACK, TCP_CLOSING})
        EXPECT_TRUE(read(state)) << state;
    for (const int state :
         {0, int{TCP_LISTEN}, int{TCP_TIME_WAIT}, int{TCP_CLOSE}, int{TCP_SYN_SENT}, 12, 40, 255})
        EXPECT_FALSE(read(state)) << state;
}

TEST(Flows, of_ipv6_sockets_may_be_ipv4) {
    EXPECT_EQ(read_socket(socket_of(AF_INET6, ip("::ffff:10.0.0.1"), ip("::ffff:10.9.0.7"),
                                    TCP_ESTABLISHED)),
              (Live{ip("10.0.0.1"), flow("10.9.0.7", 40000, 80)}));
    EXPECT_EQ(read_socket(socket_of(AF_INET6, ip("fd00::1"), ip("fd09::7"), TCP_ESTABLISHED)),
              (Live{ip("fd00::1"), flow("fd09::7", 40000, 80)}));
    EXPECT_FALSE(read_socket(socket_of(AF_UNIX, {}, {}, TCP_ESTABLISHED)));
    EXPECT_FALSE(read_socket(Attributes(sizeof(inet_diag_msg) - 1)));
}

// The kernel of whatever machine this is.
TEST(Flows, are_counted_where_sockets_live) {
    const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(0x7f4d0101);
    ASSERT_EQ(::bind(listening, reinterpret_cast<sockaddr*>(&at), sizeof(at)), 0);
    ASSERT_EQ(::listen(listening, 1), 0);
    socklen_t size = sizeof(at);
    ::getsockname(listening, reinterpret_cast<sockaddr*>(&at), &size);
    const int asking = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in from{};
    from.sin_family = AF_INET;
    from.sin_addr.s_addr = htonl(0x7f4d0102);
    ASSERT_EQ(::bind(asking, reinterpret_cast<sockaddr*>(&from), sizeof(from)), 0);

    const Hash hash{NFC_HASH_SIP, 0};
    const auto sum = [&] {
        const auto counts = Flows("/nonexistent").by_slot(ip("127.77.1.1"), hash, 64);
        EXPECT_TRUE(counts) << counts.error().text;
        EXPECT_EQ(counts->size(), 64u);
        return std::accumulate(counts->begin(), counts->end(), std::size_t{0});
    };
    EXPECT_EQ(sum(), 0u) << "who listens has no client";
    ASSERT_EQ(::connect(asking, reinterpret_cast<sockaddr*>(&at), sizeof(at)), 0);
    EXPECT_EQ(sum(), 1u);
    const auto slot = slot_of(hash_flow(hash, {ip("127.77.1.2"), 0, 0}), 64);
    EXPECT_EQ(Flows("/nonexistent").by_slot(ip("127.77.1.1"), hash, 64)->at(slot - 1), 1u);
    ::close(asking);
    ::close(listening);
}

// --- connection tracking

Writer tuple(const char* from, const char* to, std::uint16_t from_port, std::uint16_t to_port,
             std::uint8_t protocol = IPPROTO_TCP) {
    const bool v4 = ip(from).family == Family::V4;
    Writer addresses, ports, all;
    addresses.put(v4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, ip(from).bytes.data(), v4 ? 4 : 16);
    addresses.put(v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, ip(to).bytes.data(), v4 ? 4 : 16);
    ports.put_u8(CTA_PROTO_NUM, protocol);
    ports.put_u16(CTA_PROTO_SRC_PORT, htons(from_port));
    ports.put_u16(CTA_PROTO_DST_PORT, htons(to_port));
    all.put_nested(CTA_TUPLE_IP, addresses.attributes());
    all.put_nested(CTA_TUPLE_PROTO, ports.attributes());
    return all;
}

Attributes entry(const Writer& there, const Writer& back, std::uint8_t state) {
    Writer tcp, info, all;
    tcp.put_u8(CTA_PROTOINFO_TCP_STATE, state);
    info.put_nested(CTA_PROTOINFO_TCP, tcp.attributes());
    all.put_nested(CTA_TUPLE_ORIG, there.attributes());
    all.put_nested(CTA_TUPLE_REPLY, back.attributes());
    all.put_nested(CTA_PROTOINFO, info.attributes());
    Attributes message(sizeof(nfgenmsg));
    message.insert(message.end(), all.attributes().begin(), all.attributes().end());
    return message;
}

TEST(Flows, go_on_to_a_server_behind) {
    const auto there = tuple("10.9.0.7", "10.0.0.1", 40000, 80);
    const auto behind = tuple("10.1.0.2", "10.9.0.7", 8080, 40000);
    const auto here = tuple("10.0.0.1", "10.9.0.7", 80, 40000);
    EXPECT_EQ(read_tracked(entry(there, behind, TCP_CONNTRACK_ESTABLISHED)),
              (Live{ip("10.0.0.1"), flow("10.9.0.7", 40000, 80)}));
    EXPECT_FALSE(read_tracked(entry(there, here, TCP_CONNTRACK_ESTABLISHED))) << "that is a socket";
    for (const auto state :
         {TCP_CONNTRACK_NONE, TCP_CONNTRACK_SYN_SENT, TCP_CONNTRACK_TIME_WAIT, TCP_CONNTRACK_CLOSE})
        EXPECT_FALSE(read_tracked(entry(there, behind, static_cast<std::uint8_t>(state))));
    EXPECT_FALSE(read_tracked(entry(tuple("10.9.0.7", "10.0.0.1", 1, 2, IPPROTO_UDP), behind,
                                    TCP_CONNTRACK_ESTABLISHED)));
    EXPECT_EQ(read_tracked(entry(tuple("fd09::7", "fd00::1", 40000, 80),
                                 tuple("fd01::2", "fd09::7", 8080, 40000), TCP_CONNTRACK_LAST_ACK)),
              (Live{ip("fd00::1"), flow("fd09::7", 40000, 80)}));
    EXPECT_FALSE(read_tracked(Attributes(3)));
    EXPECT_FALSE(read_tracked(Attributes(64)));
}

// --- IPVS

TEST(Flows, go_by_ipvs) {
    EXPECT_EQ(read_ipvs("TCP 0A090007 9C40 0A000001 0050 0A010002 1F90 ESTABLISHED LOCAL      897"),
              (Live{ip("10.0.0.1"), flow("10.9.0.7", 40000, 80)}));
    EXPECT_EQ(read_ipvs("TCP fd09:0000:0000:0000:0000:0000:0000:0007 9C40 "
                        "fd00:0000:0000:0000:0000:0000:0000:0001 0050 "
                        "fd01:0000:0000:0000:0000:0000:0000:0002 1F90 ESTABLISHED LOCAL      897"),
              (Live{ip("fd00::1"), flow("fd09::7", 40000, 80)}));
    for (const char* line :
         {"", "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Origin Expires",
          "TCP 0A090007 9C40 0A000001 0050 0A010002 1F90 ESTABLISHED SYNC       897",
          "TCP 0A090007 9C40 0A000001 0050 0A010002 1F90 FIN_WAIT    LOCAL      897",
          "UDP 0A090007 9C40 0A000001 0050 0A010002 1F90 ESTABLISHED LOCAL      897",
          "TCP 0A09000G 9C40 0A000001 0050 0A010002 1F90 ESTABLISHED LOCAL      897",
          "TCP 0A09007 9C40 0A000001 0050 0A010002 1F90 ESTABLISHED LOCAL      897",
          "TCP 0A090007 9C4 0A000001 0050 0A010002 1F90 ESTABLISHED LOCAL      897",
          "TCP fd09:0000 9C40 0A000001 0050 0A010002 1F90 ESTABLISHED LOCAL      897"})
        EXPECT_FALSE(read_ipvs(line)) << line;
}

TEST(Flows, count_once_each) {
    const Hash hash{NFC_HASH_SIP_SPT, 7};
    const auto one = flow("10.9.0.7", 40000, 80), other = flow("10.9.0.8", 40000, 80);
    const auto counts = count({one, other, one}, hash, 16);
    std::vector<std::size_t> expected(16);
    ++expected[slot_of(hash_flow(hash, one), 16) - 1];
    ++expected[slot_of(hash_flow(hash, other), 16) - 1];
    EXPECT_EQ(counts, expected);
    EXPECT_EQ(count({}, hash, 3), (std::vector<std::size_t>{0, 0, 0}));
}

} // namespace
} // namespace nfc::flows
