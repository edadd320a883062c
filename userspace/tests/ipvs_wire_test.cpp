// SPDX-License-Identifier: GPL-2.0
// What is written is read again, and no bytes whatever disturb the readers.
#include "core/ipvs_apply.hpp"
#include "drivers/ipvs_wire.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <rapidcheck/gtest.h>

namespace nfc::ipvs {
namespace {

using netlink::Attributes;
using netlink::Reader;
using netlink::Writer;

Ip ip(const char* text) {
    return *read_ip("", text);
}

rc::Gen<Ip> any_ip() {
    return rc::gen::map(rc::gen::arbitrary<std::pair<bool, std::array<std::uint8_t, 16>>>(),
                        [](const auto& pair) {
                            Ip any{pair.first ? nfc::Family::V6 : nfc::Family::V4, pair.second};
                            if (!pair.first)
                                std::fill(any.bytes.begin() + 4, any.bytes.end(), std::uint8_t{0});
                            return any;
                        });
}

ServiceKey any_key() {
    if (*rc::gen::arbitrary<bool>())
        return Fwmark{*rc::gen::arbitrary<bool>() ? nfc::Family::V6 : nfc::Family::V4,
                      *rc::gen::inRange<std::uint32_t>(1, UINT32_MAX)};
    return Virtual{*rc::gen::element(Protocol::Tcp, Protocol::Udp, Protocol::Sctp), *any_ip(),
                   *rc::gen::arbitrary<std::uint16_t>()};
}

Service any_service() {
    Service service;
    service.key = any_key();
    service.scheduler = *rc::gen::element<std::string>("rr", "wrr", "mh", "sh", "fifteen-letters");
    service.engine = *rc::gen::element<std::string>("", "sip");
    service.fallback = *rc::gen::arbitrary<bool>();
    service.ports = *rc::gen::arbitrary<bool>();
    service.one_packet = *rc::gen::arbitrary<bool>();
    service.persistence = *rc::gen::inRange<std::uint32_t>(0, 3);
    if (service.persistence)
        service.persistence_prefix = *rc::gen::inRange<std::uint8_t>(
            1, family_of(service.key) == nfc::Family::V4 ? 33 : 129);
    return service;
}

Destination any_destination() {
    Destination server;
    server.key = {*any_ip(), *rc::gen::arbitrary<std::uint16_t>()};
    server.weight = *rc::gen::arbitrary<std::uint16_t>();
    server.forward = *rc::gen::element(Forward::Nat, Forward::Direct, Forward::Tunnel);
    server.upper = *rc::gen::arbitrary<std::uint32_t>();
    server.lower = *rc::gen::arbitrary<std::uint32_t>();
    server.tunnel = *rc::gen::element(Tunnel::Ipip, Tunnel::Gue, Tunnel::Gre);
    server.tunnel_port = *rc::gen::arbitrary<std::uint16_t>();
    server.checksum =
        *rc::gen::element(TunnelChecksum::None, TunnelChecksum::Full, TunnelChecksum::Remote);
    return server;
}

RC_GTEST_PROP(IpvsWire, brings_a_service_back, ()) {
    const auto service = any_service();
    const auto state = read_service(write_service(service));
    RC_ASSERT(state.has_value());
    RC_ASSERT(state->service == service);
}

RC_GTEST_PROP(IpvsWire, brings_a_destination_back, ()) {
    const auto server = any_destination();
    const auto state = read_destination(write_destination(any_key(), server), nfc::Family::V4);
    RC_ASSERT(state.has_value());
    RC_ASSERT(state->destination == server);
}

RC_GTEST_PROP(IpvsWire, brings_timeouts_back, (std::uint32_t tcp, std::uint32_t udp)) {
    const Timeouts timeouts{tcp, 120, udp};
    RC_ASSERT(read_timeouts(write_timeouts(timeouts)) == timeouts);
}

TEST(IpvsWire, brings_the_threads_of_synchronisation_back) {
    for (const auto role : {SyncRole::Master, SyncRole::Backup}) {
        const SyncDaemon daemon{role, "eth0", 255};
        EXPECT_EQ(read_sync_daemon(write_sync_daemon(daemon)), daemon);
        EXPECT_EQ(read_sync_daemon(write_sync_role(role)), std::nullopt);
    }
    EXPECT_EQ(read_sync_daemon(write_sync_daemon({SyncRole::Master, "eth0", 256})), std::nullopt);
}

// Each of these would make a reader that trusts lengths read beyond the end.
RC_GTEST_PROP(IpvsWire, survives_any_bytes, (Attributes bytes)) {
    (void)read_service(bytes);
    (void)read_destination(bytes, nfc::Family::V6);
    (void)read_timeouts(bytes);
    (void)read_sync_daemon(bytes);
    (void)netlink::read_family_id(bytes);
}

RC_GTEST_PROP(IpvsWire, survives_damage, ()) {
    auto bytes = *rc::gen::arbitrary<bool>() ? write_service(any_service())
                                             : write_destination(any_key(), any_destination());
    for (int damage = *rc::gen::inRange(1, 6); damage; --damage)
        bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] =
            *rc::gen::element<std::uint8_t>(0, 1, 2, 3, 4, 5, 8, 0x7f, 0x80, 0xff);
    bytes.resize(*rc::gen::inRange<std::size_t>(0, bytes.size() + 1));
    bytes.shrink_to_fit(); // so that the sanitizer sees the end
    (void)read_service(bytes);
    (void)read_destination(bytes, nfc::Family::V4);
}

TEST(IpvsWire, misses_what_is_cut_off) {
    const auto service = write_service({.key = Fwmark{nfc::Family::V4, 1}, .scheduler = "wrr"});
    const auto server =
        write_destination(Fwmark{nfc::Family::V4, 1}, {.key = {ip("10.0.0.1"), 80}});
    for (std::size_t size = 0; size < service.size(); ++size)
        EXPECT_FALSE(read_service(Attributes(service.begin(), service.begin() + long(size))));
    for (std::size_t size = 0; size < server.size(); ++size)
        EXPECT_FALSE(read_destination(Attributes(server.begin(), server.begin() + long(size)),
                                      nfc::Family::V4));
}

// A service as the kernel says it, but for what `change` does to it.
template <typename Change>
std::optional<ServiceState> service_with(Change change) {
    Writer inner, outer;
    const ip_vs_flags flags{IP_VS_SVC_F_PERSISTENT | IP_VS_SVC_F_HASHED, ~0u};
    inner.put_u16(IPVS_SVC_ATTR_AF, AF_INET);
    inner.put_u16(IPVS_SVC_ATTR_PROTOCOL, IPPROTO_TCP);
    inner.put(IPVS_SVC_ATTR_ADDR, ip("10.0.0.1").bytes.data(), 16);
    inner.put_u16(IPVS_SVC_ATTR_PORT, htons(80));
    inner.put_text(IPVS_SVC_ATTR_SCHED_NAME, "wrr");
    inner.put(IPVS_SVC_ATTR_FLAGS, &flags, sizeof(flags));
    inner.put_u32(IPVS_SVC_ATTR_TIMEOUT, 300);
    inner.put_u32(IPVS_SVC_ATTR_NETMASK, htonl(0xffffff00));
    change(inner);
    outer.put_nested(IPVS_CMD_ATTR_SERVICE, inner.attributes());
    return read_service(outer.attributes());
}

TEST(IpvsWire, reads_what_the_kernel_says) {
    const auto state = service_with([](Writer& inner) {
        Writer narrow, wide;
        narrow.put_u32(IPVS_STATS_ATTR_CONNS, 7);
        wide.put(IPVS_STATS_ATTR_CONNS, "\0\0\0\0\1\0\0\0", 8);
        inner.put_nested(IPVS_SVC_ATTR_STATS, narrow.attributes());
        inner.put_nested(IPVS_SVC_ATTR_STATS64, wide.attributes());
        inner.put_u32(99, 1); // what a later kernel may add
    });
    ASSERT_TRUE(state);
    EXPECT_EQ(to_string(state->service.key), "tcp 10.0.0.1:80");
    EXPECT_EQ(state->service.persistence, 300u);
    EXPECT_EQ(state->service.persistence_prefix, 24);
    EXPECT_EQ(state->stats.connections, 1ull << 32);
    const auto old = service_with([](Writer& inner) {
        Writer narrow;
        narrow.put_u32(IPVS_STATS_ATTR_CONNS, 7);
        inner.put_nested(IPVS_SVC_ATTR_STATS, narrow.attributes());
    });
    EXPECT_EQ(old->stats.connections, 7u);
}

TEST(IpvsWire, refuses_what_makes_no_sense) {
    EXPECT_FALSE(service_with([](Writer& w) { w.put_u16(IPVS_SVC_ATTR_AF, AF_UNIX); }));
    EXPECT_FALSE(service_with([](Writer& w) { w.put_u16(IPVS_SVC_ATTR_PROTOCOL, 1); }));
    EXPECT_FALSE(service_with([](Writer& w) { w.put_u32(IPVS_SVC_ATTR_ADDR, 1); }));
    EXPECT_FALSE(service_with([](Writer& w) { w.put(IPVS_SVC_ATTR_PORT, "123", 3); }));
    EXPECT_FALSE(service_with([](Writer& w) { w.put_u32(IPVS_SVC_ATTR_FLAGS, 1); }));
    EXPECT_FALSE(service_with([](Writer& w) { w.put(IPVS_SVC_ATTR_TIMEOUT, "", 0); }));
    // A name that nobody ended ends with its attribute.
    const auto state = service_with([](Writer& w) { w.put(IPVS_SVC_ATTR_SCHED_NAME, "mhx", 2); });
    EXPECT_EQ(state->service.scheduler, "mh");
}

TEST(IpvsWire, knows_a_destination_of_an_old_kernel) {
    Writer inner, outer;
    inner.put(IPVS_DEST_ATTR_ADDR, ip("fd00::1").bytes.data(), 16);
    inner.put_u16(IPVS_DEST_ATTR_PORT, htons(80));
    inner.put_u32(IPVS_DEST_ATTR_FWD_METHOD, IP_VS_CONN_F_LOCALNODE);
    inner.put_u32(IPVS_DEST_ATTR_WEIGHT, 100000);
    outer.put_nested(IPVS_CMD_ATTR_DEST, inner.attributes());
    const auto state = read_destination(outer.attributes(), nfc::Family::V6);
    ASSERT_TRUE(state);
    EXPECT_EQ(to_string(state->destination.key), "[fd00::1]:80");
    EXPECT_EQ(state->destination.weight, 65535);
    for (const std::uint32_t method : {4u, 5u, 6u, 7u}) {
        Writer bad = inner, bad_outer;
        bad.put_u32(IPVS_DEST_ATTR_FWD_METHOD, method);
        bad_outer.put_nested(IPVS_CMD_ATTR_DEST, bad.attributes());
        EXPECT_FALSE(read_destination(bad_outer.attributes(), nfc::Family::V6));
    }
}

TEST(Netlink, reads_the_number_of_a_family) {
    Writer writer;
    writer.put_text(CTRL_ATTR_FAMILY_NAME, "IPVS");
    EXPECT_FALSE(netlink::read_family_id(writer.attributes()));
    writer.put_u16(CTRL_ATTR_FAMILY_ID, 0x1c);
    EXPECT_EQ(netlink::read_family_id(writer.attributes()), 0x1c);
    writer.put_u16(CTRL_ATTR_FAMILY_ID, 3); // one of netlink's own
    EXPECT_FALSE(netlink::read_family_id(writer.attributes()));
}

TEST(Netlink, asks_the_kernel_of_this_machine) {
    netlink::GenericFamily none("no-such-family");
    EXPECT_EQ(none.open().error().kind, Kind::NoCluster);
    netlink::GenericFamily control("nlctrl"); // is always there
    EXPECT_TRUE(control.open());
    Writer question;
    question.put_text(CTRL_ATTR_FAMILY_NAME, "nlctrl");
    const auto answer = control.ask(CTRL_CMD_GETFAMILY, false, question.attributes());
    EXPECT_EQ(answer.error, 0);
    ASSERT_EQ(answer.messages.size(), 1u);
    EXPECT_EQ(netlink::read_family_id(answer.messages[0]), GENL_ID_CTRL);
    EXPECT_GE(control.ask(CTRL_CMD_GETFAMILY, true, {}).messages.size(), 1u);
    EXPECT_EQ(control.ask(0xee, false, {}).error, EOPNOTSUPP);
}

} // namespace
} // namespace nfc::ipvs
