// SPDX-License-Identifier: GPL-2.0
// The role of a real server: what it wants, and that it takes back its own only.
#include "core/realserver.hpp"
#include "drivers/realserver.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <rapidcheck/gtest.h>

namespace nfc::own {
namespace {

Ip ip(const char* text) {
    return *read_ip("", text);
}

const RealServer direct{"www", ip("10.10.10.22"), "lo", false};
const RealServer tunnelled{"far", ip("10.10.10.23"), "tunl0", true};
const RealServer six{"six", ip("fd00::22"), "lo", false};

Settings made(Settings are, const Changes& changes) {
    for (const auto& address : changes.remove)
        are.addresses.erase(address);
    for (const auto& link : changes.take_down)
        are.up.erase(link);
    for (const auto& [name, value] : changes.write)
        are.sysctls[name] = value;
    are.up.insert(changes.bring_up.begin(), changes.bring_up.end());
    are.addresses.insert(changes.add.begin(), changes.add.end());
    return are;
}

TEST(RealServer, wants_silence_before_the_address) {
    const auto wanted = wanted_settings({direct});
    EXPECT_EQ(wanted.sysctls, (Sysctls{{"ipv4/conf/all/arp_announce", "2"},
                                       {"ipv4/conf/all/arp_ignore", "1"},
                                       {"ipv4/conf/lo/arp_announce", "2"},
                                       {"ipv4/conf/lo/arp_ignore", "1"}}));
    EXPECT_EQ(wanted.addresses, (std::set<Address>{{"lo", direct.address, 32}}));
    EXPECT_TRUE(wanted.up.empty());
}

TEST(RealServer, wants_a_tunnel_and_what_comes_out_of_it) {
    const auto wanted = wanted_settings({tunnelled});
    EXPECT_EQ(wanted.up, std::set<std::string>{"tunl0"});
    EXPECT_EQ(wanted.sysctls.at("ipv4/conf/tunl0/rp_filter"), "2");
    EXPECT_EQ(wanted.addresses, (std::set<Address>{{"tunl0", tunnelled.address, 32}}));
}

TEST(RealServer, wants_nothing_but_the_address_with_ipv6) {
    const auto wanted = wanted_settings({six});
    EXPECT_TRUE(wanted.sysctls.empty());
    EXPECT_EQ(wanted.addresses, (std::set<Address>{{"lo", six.address, 128}}));
}

Settings any_settings() {
    Settings are;
    for (const auto& [name, value] : wanted_settings({direct, tunnelled}).sysctls)
        are.sysctls[name] = *rc::gen::element<std::string>("0", "1", "2");
    if (*rc::gen::arbitrary<bool>())
        are.up.insert("tunl0");
    for (const auto& server : {direct, tunnelled, six})
        if (*rc::gen::arbitrary<bool>())
            are.addresses.insert(*wanted_settings({server}).addresses.begin());
    return are;
}

std::vector<RealServer> any_servers() {
    std::vector<RealServer> servers;
    for (const auto& server : {direct, tunnelled, six})
        if (*rc::gen::arbitrary<bool>())
            servers.push_back(server);
    return servers;
}

RC_GTEST_PROP(RealServer, gets_what_it_wants_and_asks_for_no_more, ()) {
    const auto before = any_settings();
    const auto wanted = wanted_settings(any_servers());
    const auto changes = settings_changes(before, wanted, {});
    const auto after = made(before, changes);
    for (const auto& [name, value] : wanted.sysctls)
        RC_ASSERT(after.sysctls.at(name) == value);
    for (const auto& address : wanted.addresses)
        RC_ASSERT(after.addresses.contains(address));
    RC_ASSERT(settings_changes(after, wanted, changes.borrowed).empty());
    RC_ASSERT(settings_changes(after, wanted, changes.borrowed).borrowed == changes.borrowed);
}

RC_GTEST_PROP(RealServer, leaves_the_machine_as_it_was, ()) {
    const auto before = any_settings();
    auto are = before;
    Borrowed borrowed;
    for (int turns = *rc::gen::inRange(1, 5); turns; --turns) {
        const auto changes = settings_changes(are, wanted_settings(any_servers()), borrowed);
        are = made(are, changes);
        borrowed = *read_borrowed(to_text(changes.borrowed));
        RC_ASSERT(borrowed == changes.borrowed);
    }
    const auto last = settings_changes(are, {}, borrowed);
    RC_ASSERT(made(are, last) == before);
    RC_ASSERT(last.borrowed == Borrowed{});
}

TEST(RealServer, keeps_what_somebody_else_has_set_since) {
    Settings are{{{"ipv4/conf/all/arp_ignore", "0"}}, {}, {}};
    const Settings wanted{{{"ipv4/conf/all/arp_ignore", "1"}}, {}, {}};
    const auto changes = settings_changes(are, wanted, {});
    are.sysctls["ipv4/conf/all/arp_ignore"] = "8";
    EXPECT_TRUE(settings_changes(are, {}, changes.borrowed).empty());
    // Wanted again, it is taken over again, and given back as it was left.
    const auto again = settings_changes(are, wanted, changes.borrowed);
    EXPECT_EQ(again.borrowed.sysctls.at("ipv4/conf/all/arp_ignore"), (Was{"8", "1"}));
}

TEST(RealServer, refuses_a_memory_that_makes_no_sense) {
    for (const char* text : {"address lo 10.0.0.1", "address lo 10.0.0.1 129", "up", "up lo 1",
                             "sysctl ipv4/ip_forward 0", "nonsense", "address  10.0.0.1 32"})
        EXPECT_FALSE(read_borrowed(text)) << text;
    EXPECT_TRUE(read_borrowed(""));
}

// --- the wire

RC_GTEST_PROP(AddressWire, brings_an_address_back, ()) {
    const bool v4 = *rc::gen::arbitrary<bool>();
    Ip any{v4 ? nfc::Family::V4 : nfc::Family::V6, {}};
    for (std::size_t i = 0; i < (v4 ? 4u : 16u); ++i)
        any.bytes[i] = *rc::gen::arbitrary<std::uint8_t>();
    const Found one{*rc::gen::inRange(1u, 1000u), any,
                    *rc::gen::inRange<std::uint8_t>(0, v4 ? 33 : 129)};
    const auto message = write_address(one.index, one.ip, one.prefix);
    RC_ASSERT(read_address(message) == one);
    for (std::size_t size = 0; size < message.size(); ++size) {
        netlink::Attributes cut(message.begin(), message.begin() + long(size));
        cut.shrink_to_fit();
        if (const auto read = read_address(cut)) // only flags are cut off, or one of two
            RC_ASSERT(*read == one);
    }
}

RC_GTEST_PROP(AddressWire, survives_any_bytes, (netlink::Attributes bytes)) {
    (void)read_address(bytes);
    (void)read_link(bytes);
}

TEST(AddressWire, refuses_what_makes_no_sense) {
    auto message = write_address(1, ip("10.0.0.1"), 33);
    EXPECT_FALSE(read_address(message));
    message = write_address(1, ip("10.0.0.1"), 32);
    message[0] = AF_INET6; // of which the addresses are longer
    EXPECT_FALSE(read_address(message));
    message[0] = AF_UNIX;
    EXPECT_FALSE(read_address(message));
}

TEST(AddressWire, takes_the_near_end_of_two) {
    netlink::Writer writer;
    writer.put(IFA_ADDRESS, ip("10.0.0.2").bytes.data(), 4);
    writer.put(IFA_LOCAL, ip("10.0.0.1").bytes.data(), 4);
    netlink::Attributes message = {AF_INET, 32, 0, 0, 7, 0, 0, 0};
    message.insert(message.end(), writer.attributes().begin(), writer.attributes().end());
    EXPECT_EQ(read_address(message), (Found{7, ip("10.0.0.1"), 32}));
}

TEST(Addresses, are_read_from_the_kernel_of_this_machine) {
    const Addresses addresses(std::make_shared<KernelRoute>());
    const auto local = addresses.of("lo");
    ASSERT_TRUE(local);
    EXPECT_TRUE(local->contains({"lo", ip("127.0.0.1"), 8}));
    EXPECT_TRUE(*addresses.is_up("lo"));
    EXPECT_TRUE(addresses.of("none-such")->empty());
    EXPECT_FALSE(addresses.add({"none-such", ip("10.0.0.1"), 32}));
    EXPECT_TRUE(addresses.remove({"none-such", ip("10.0.0.1"), 32}));
}

// --- the role

// A machine with lo, and tunl0 once somebody has asked for it.
class FakeRoute : public Route {
public:
    Result<Done> open() override { return Done{}; }
    unsigned index_of(const std::string& interface) override {
        return interface == "lo" ? 1 : interface == "tunl0" && tunnel ? 2 : 0;
    }
    netlink::Answer ask(std::uint16_t type, std::uint16_t, const netlink::Attributes& payload,
                        std::uint16_t) override {
        if (error)
            return {error, {}};
        if (type == RTM_GETADDR) {
            netlink::Answer answer;
            for (const auto& one : has)
                answer.messages.push_back(write_address(one.index, one.ip, one.prefix));
            return answer;
        }
        if (type == RTM_GETLINK)
            return {0, {payload.size() > 8 && payload[4] == 1 ? link(1) : link(up)}};
        if (type == RTM_NEWLINK) {
            up = payload[8]; // ifi_flags
            tunnel = true;
            return {0, {}};
        }
        const auto one = *read_address(payload);
        const auto at = std::ranges::find(has, one);
        if (type == RTM_NEWADDR && at == has.end())
            has.push_back(one);
        else if (type == RTM_DELADDR && at != has.end())
            has.erase(at);
        return {0, {}};
    }

    std::vector<Found> has;
    bool tunnel = false;
    int up = 0;
    int error = 0;

private:
    static netlink::Attributes link(int flags) {
        netlink::Attributes message(sizeof(ifinfomsg));
        message[8] = static_cast<std::uint8_t>(flags);
        return message;
    }
};

class Role : public testing::Test {
protected:
    void SetUp() override {
        folder = std::filesystem::temp_directory_path() /
                 ("nfc-role-" + std::to_string(::getpid()) + "-" +
                  testing::UnitTest::GetInstance()->current_test_info()->name());
        for (const auto* interface : {"all", "lo", "tunl0"})
            for (const auto* name : {"arp_ignore", "arp_announce", "rp_filter"})
                put(interface, name, "0");
    }
    void TearDown() override { std::filesystem::remove_all(folder); }

    std::filesystem::path file(const std::string& interface, const std::string& name) {
        return folder / "net/ipv4/conf" / interface / name;
    }
    void put(const std::string& interface, const std::string& name, const char* value) {
        std::filesystem::create_directories(file(interface, name).parent_path());
        std::ofstream(file(interface, name)) << value << '\n';
    }
    std::string get(const std::string& interface, const std::string& name) {
        std::string value;
        std::ifstream(file(interface, name)) >> value;
        return value;
    }
    RealServerRole::Outcome apply(const std::vector<RealServer>& servers) {
        // A new one each time, as after a restart.
        return RealServerRole(Addresses(route), NetSysctls(folder / "net"), folder / "memory")
            .apply(servers);
    }

    std::filesystem::path folder;
    std::shared_ptr<FakeRoute> route = std::make_shared<FakeRoute>();
};

TEST_F(Role, is_taken_and_given_back) {
    put("all", "arp_announce", "2"); // an administrator's
    const auto first = apply({direct, tunnelled});
    EXPECT_TRUE(first.failures.empty());
    EXPECT_EQ(get("all", "arp_ignore"), "1");
    EXPECT_EQ(get("tunl0", "rp_filter"), "2");
    EXPECT_EQ(route->has.size(), 2u);
    EXPECT_EQ(route->up, 1);
    EXPECT_TRUE(apply({direct, tunnelled}).done.empty()) << "nothing is left to do";

    EXPECT_TRUE(apply({direct}).failures.empty());
    EXPECT_EQ(route->up, 0);
    EXPECT_EQ(route->has, (std::vector<Found>{{1, direct.address, 32}}));
    EXPECT_EQ(get("all", "arp_ignore"), "1");

    EXPECT_TRUE(apply({}).failures.empty());
    EXPECT_TRUE(route->has.empty());
    EXPECT_EQ(get("all", "arp_ignore"), "0");
    EXPECT_EQ(get("all", "arp_announce"), "2");
    EXPECT_TRUE(apply({}).done.empty());
}

TEST_F(Role, leaves_what_was_there) {
    route->has = {{1, direct.address, 32}};
    EXPECT_TRUE(apply({direct}).failures.empty());
    EXPECT_TRUE(apply({}).failures.empty());
    EXPECT_EQ(route->has.size(), 1u);
}

TEST_F(Role, adds_no_address_that_would_be_answered_for) {
    std::filesystem::remove_all(file("all", "arp_ignore").parent_path());
    const auto outcome = apply({direct});
    EXPECT_FALSE(outcome.failures.empty());
    EXPECT_TRUE(route->has.empty());
}

TEST_F(Role, changes_nothing_that_it_could_not_remember) {
    std::filesystem::create_directory(folder / "memory.new");
    EXPECT_EQ(apply({direct}).failures.size(), 1u);
    EXPECT_TRUE(route->has.empty());
    EXPECT_EQ(get("all", "arp_ignore"), "0");
}

TEST_F(Role, says_what_the_kernel_refuses) {
    route->error = EPERM;
    const auto outcome = apply({direct});
    ASSERT_EQ(outcome.failures.size(), 1u);
    EXPECT_EQ(outcome.failures[0].kind, Kind::Unavailable);
}

TEST_F(Role, asks_for_no_sysctl_elsewhere) {
    const NetSysctls sysctls(folder / "net");
    EXPECT_FALSE(sysctls.read("../memory"));
    EXPECT_FALSE(sysctls.read("/etc/passwd"));
    EXPECT_FALSE(*sysctls.read("ipv4/none"));
    EXPECT_FALSE(sysctls.set("ipv4/none", "1"));
    EXPECT_EQ(*sysctls.set("ipv4/conf/lo/arp_ignore", "1"), "0");
    EXPECT_EQ(*sysctls.set("ipv4/conf/lo/arp_ignore", "1"), "1");
}

} // namespace
} // namespace nfc::own
