// SPDX-License-Identifier: GPL-2.0
// Daemons on loopback addresses, on one loop; one that shall be silent has its own.
#include "membership/heartbeat.hpp"

#include "membership/beat.hpp"
#include "membership/signature.hpp"

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <list>
#include <unistd.h>

namespace nfc {
namespace {

using namespace std::chrono_literals;
using asio::ip::udp;

View view(std::vector<MemberId> members, std::vector<MemberId> machines = {}) {
    return {true, std::move(members), std::move(machines)};
}

// A daemon, as far as its group goes.
struct Daemon {
    asio::io_context own;
    std::optional<Heartbeats> heartbeats;
    std::unique_ptr<Group> group;
    View view;
    std::vector<std::pair<MemberId, std::string>> heard;
    std::string problem;
};

class HeartbeatTest : public testing::Test {
protected:
    // Nobody else's: a free one is asked for.
    static std::uint16_t free_port() {
        asio::io_context loop;
        return udp::socket(loop, udp::endpoint(udp::v4(), 0)).local_endpoint().port();
    }

    HeartbeatSettings settings(unsigned number) const {
        HeartbeatSettings all;
        all.cluster = *read_ip("", "10.9.9.9");
        all.node = "node" + std::to_string(number);
        for (unsigned i = 1; i <= 3; ++i)
            all.nodes.push_back(
                {"node" + std::to_string(i),
                 *read_ip("", "127.75." + std::to_string(getpid() % 250) + "." + std::to_string(i)),
                 1});
        all.heartbeat.interval = 20ms;
        all.heartbeat.dead_after = dead_after;
        all.heartbeat.port = port;
        return all;
    }

    void join(Daemon& daemon, const HeartbeatSettings& settings) {
        daemon.heartbeats.emplace(daemon.own.get_executor());
        joined(daemon, daemon.heartbeats->join(settings, ask(), events(daemon)));
    }
    void joined(Daemon& daemon, Result<std::unique_ptr<Group>> group) {
        ASSERT_TRUE(group) << group.error().text;
        daemon.group = std::move(*group);
    }

    static GroupEvents events(Daemon& daemon) {
        return {[&](const View& seen) { daemon.view = seen; },
                [&](MemberId from, std::string_view text) {
                    daemon.heard.emplace_back(from, std::string(text));
                },
                [&](const std::string& text) { daemon.problem = text; }};
    }
    AskPeer ask() {
        return
            [this](const Node&, const std::function<void(bool)>& answer) { answer(machines_live); };
    }

    // All loops turn but those of who hangs.
    template <typename State>
    testing::AssertionResult comes(State state, Duration within = 10s) {
        const auto end = std::chrono::steady_clock::now() + within;
        while (!state()) {
            if (std::chrono::steady_clock::now() > end)
                return testing::AssertionFailure() << "it did not come";
            for (auto& daemon : daemons)
                if (&daemon != hangs)
                    daemon.own.run_for(1ms);
            for (auto& daemon : daemons)
                daemon.own.restart();
        }
        return testing::AssertionSuccess();
    }
    testing::AssertionResult all_see(const View& expected) {
        return comes([&] {
            return std::ranges::all_of(daemons,
                                       [&](const auto& one) { return one.view == expected; });
        });
    }

    std::string key_file(std::string_view name, std::string_view key) {
        const auto path = folder / name;
        std::ofstream(path) << key;
        return path;
    }

    void SetUp() override {
        std::filesystem::create_directories(folder);
        for (unsigned i = 1; i <= 3; ++i)
            daemons.emplace_back();
    }
    void TearDown() override {
        daemons.clear();
        std::filesystem::remove_all(folder);
    }
    Daemon& daemon(unsigned number) { return *std::next(daemons.begin(), number - 1); }
    void join_all() {
        for (unsigned i = 1; i <= 3; ++i)
            join(daemon(i), settings(i));
        ASSERT_TRUE(all_see(view({1, 2, 3})));
    }

    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("heartbeat." + std::to_string(getpid()));
    const std::uint16_t port = free_port();
    // Longer than any test may take, but where it matters: a busy machine kills nobody.
    Duration dead_after = 1h;
    bool machines_live = true;
    const Daemon* hangs = nullptr;
    std::list<Daemon> daemons;
};

TEST_F(HeartbeatTest, brings_daemons_together_that_hear_each_other) {
    join_all();
    EXPECT_EQ(daemon(2).group->self(), 2u);
    daemon(1).group->send("hello");
    EXPECT_TRUE(daemon(1).heard.empty()) << "never out of send()";
    using Heard = std::vector<std::pair<MemberId, std::string>>;
    EXPECT_TRUE(comes([&] {
        return std::ranges::all_of(daemons, [](const auto& one) {
            return one.heard == Heard{{1, "hello"}};
        });
    }));
}

TEST_F(HeartbeatTest, is_left_at_once_by_who_stops) {
    join_all();
    daemon(2).group.reset();
    EXPECT_TRUE(comes([&] { return daemon(1).view == view({1, 3}, {2}); }));
}

TEST_F(HeartbeatTest, takes_who_hangs_for_a_machine) {
    dead_after = 200ms;
    join_all();
    hangs = &daemon(3);
    EXPECT_TRUE(comes([&] { return daemon(1).view == view({1, 2}, {3}); }));
    hangs = nullptr;
    EXPECT_TRUE(all_see(view({1, 2, 3})));
}

TEST_F(HeartbeatTest, loses_who_neither_sends_nor_answers) {
    dead_after = 200ms;
    join_all();
    hangs = &daemon(3);
    machines_live = false;
    EXPECT_TRUE(comes([&] { return daemon(1).view == view({1, 2}); }));
}

TEST_F(HeartbeatTest, believes_who_has_the_key) {
    const auto key = key_file("key", "0123456789abcdef\n");
    const auto other = key_file("other", "0123456789abcdeX\n");
    for (unsigned i = 1; i <= 3; ++i) {
        auto with_key = settings(i);
        with_key.heartbeat.key_file = i == 3 ? other : key;
        join(daemon(i), with_key);
    }
    const auto address = to_string(settings(1).nodes[2].address);
    EXPECT_TRUE(comes([&] {
        return daemon(1).view == view({1, 2}, {3}) &&
               daemon(1).problem ==
                   "node3 (" + address + "): its heartbeats are signed with another key";
    }));
    daemon(3).group.reset();
    join(daemon(3), settings(3));
    EXPECT_TRUE(comes([&] {
        return daemon(1).problem == "node3 (" + address + "): its heartbeats are not signed";
    }));
    EXPECT_EQ(daemon(1).view, view({1, 2}, {3}));
}

TEST_F(HeartbeatTest, complains_of_who_is_another) {
    join(daemon(1), settings(1));
    auto other = settings(2);
    other.node = other.nodes[1].name = "node9";
    join(daemon(2), other);
    const auto address = to_string(settings(1).nodes[1].address);
    EXPECT_TRUE(comes(
        [&] { return daemon(1).problem == "node2 (" + address + "): says that it is node9"; }));
    auto more = settings(2);
    more.nodes.push_back({"node0", *read_ip("", "127.0.0.1"), 1});
    daemon(2).group.reset();
    join(daemon(2), more);
    EXPECT_TRUE(comes([&] {
        return daemon(1).problem == "node2 (" + address +
                                        "): knows other nodes of 10.9.9.9: there it is the 3., "
                                        "here the 2.";
    }));
    EXPECT_EQ(daemon(1).view.members, (std::vector<MemberId>{1}));
}

TEST_F(HeartbeatTest, has_one_port_for_several_clusters) {
    join_all();
    std::list<Daemon> second;
    for (unsigned i = 1; i <= 2; ++i) {
        auto other = settings(i);
        other.cluster = *read_ip("", "2001:db8::9");
        auto& one = second.emplace_back();
        joined(one, daemon(i).heartbeats->join(other, ask(), events(one)));
    }
    EXPECT_TRUE(comes([&] {
        return std::ranges::all_of(second,
                                   [](const auto& one) { return one.view.members.size() == 2; });
    }));
    second.front().group->send("of the second");
    EXPECT_TRUE(comes([&] { return !second.back().heard.empty(); }));
    second.clear();
    EXPECT_TRUE(daemon(2).heard.empty());
    EXPECT_TRUE(all_see(view({1, 2, 3})));
}

TEST_F(HeartbeatTest, waits_for_its_port) {
    const auto own = settings(1).nodes[0].address;
    asio::io_context loop;
    std::optional<udp::socket> taken;
    taken.emplace(loop, udp::endpoint(asio::ip::make_address(to_string(own)), port));
    for (unsigned i = 1; i <= 3; ++i)
        join(daemon(i), settings(i));
    const auto endpoint = to_string(Endpoint{own, port});
    EXPECT_TRUE(comes([&] {
        return daemon(1).problem ==
               "heartbeats cannot be heard on " + endpoint + ": Address already in use";
    }));
    taken.reset();
    EXPECT_TRUE(all_see(view({1, 2, 3})));
    EXPECT_EQ(daemon(1).problem, "");
}

TEST_F(HeartbeatTest, bears_what_strangers_send) {
    join_all();
    asio::io_context loop;
    const auto to = [&](unsigned number) {
        const auto address = to_string(settings(1).nodes[number - 1].address);
        return udp::endpoint(asio::ip::make_address(address), port);
    };
    // No node: whatever it says. A node's address: what it says is not understood.
    udp::socket stranger(loop, udp::endpoint(asio::ip::make_address("127.0.0.1"), 0));
    stranger.send_to(asio::buffer(std::string(8000, 'x')), to(1));
    auto from_node = to(2);
    from_node.port(0);
    udp::socket node(loop, from_node);
    node.send_to(asio::buffer(std::string("nfhb\x09 of later times")), to(1));
    const auto address = to_string(settings(1).nodes[1].address);
    EXPECT_TRUE(comes([&] {
        return daemon(1).problem ==
               "node2 (" + address + "): heartbeat: it is of version 9, and this is version 1";
    }));
    EXPECT_EQ(daemon(1).view, view({1, 2, 3}));
}

TEST_F(HeartbeatTest, needs_its_name_and_its_key) {
    const auto why_not = [&](const HeartbeatSettings& settings) {
        Heartbeats heartbeats(daemon(1).own.get_executor());
        const auto group = heartbeats.join(settings, ask(), {});
        return group ? "joined" : group.error().text;
    };
    auto one = settings(4);
    EXPECT_EQ(why_not(one), "node4 is none of the nodes of 10.9.9.9");
    one = settings(1);
    one.heartbeat.key_file = folder / "none";
    EXPECT_EQ(why_not(one),
              "heartbeat's key_file " + one.heartbeat.key_file + ": No such file or directory");
    one.heartbeat.key_file = key_file("short", "0123456789abcde\n");
    EXPECT_EQ(why_not(one), "heartbeat's key_file " + one.heartbeat.key_file +
                                ": expected a key of 16 to 4096 bytes");
}

// RFC 4231, the second of its examples.
TEST(BeatKey, signs_by_hmac_sha256) {
    using namespace std::string_literals;
    const BeatKey key("Jefe");
    const std::string text = "what do ya want for nothing?";
    const std::string right = "\x5b\xdc\xc1\x46\xbf\x60\x75\x4e\x6a\x04\x24\x26\x08\x95\x75\xc7"
                              "\x5a\x00\x3f\x08\x9d\x27\x39\x83\x9d\xec\x58\xb9\x64\xec\x38\x43"s;
    EXPECT_TRUE(key.fits(text, right));
    EXPECT_FALSE(key.fits(text + "?", right));
    EXPECT_FALSE(key.fits(text, right.substr(0, 31)));
    EXPECT_FALSE(key.fits(text, ""));
    EXPECT_FALSE(BeatKey("Jeff").fits(text, right));
}

} // namespace
} // namespace nfc
