// SPDX-License-Identifier: GPL-2.0
#include "membership/peers.hpp"

#include "membership/message.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <rapidcheck/gtest.h>

namespace nfc {
namespace {

using namespace std::chrono_literals;

constexpr Moment began{1000s};

Peers::Settings settings(MemberId self, Incarnation incarnation, MemberId nodes = 2) {
    Peers::Settings all{self, incarnation, {}, 200ms, 1000ms};
    for (MemberId id = 1; id <= nodes; ++id)
        if (id != self)
            all.others.push_back(id);
    return all;
}

Beat beat(Incarnation incarnation, std::uint64_t sequence, Incarnation heard) {
    Beat one;
    one.incarnation = incarnation;
    one.sequence = sequence;
    one.heard = heard;
    return one;
}

View sees(std::vector<MemberId> members, std::vector<MemberId> machines = {}) {
    return {true, std::move(members), std::move(machines)};
}

// Node 1 in its life 11; all that it hears is said by the test.
class PeersOfOne : public testing::Test {
protected:
    // Asks whoever has to be asked until then, and answers so.
    void pass(Duration time, bool alive) {
        for (const auto end = now + time; now < end; now += 10ms)
            for (const auto id : peers.ask(now))
                peers.answered(id, alive, now);
    }
    bool hear(const Beat& one) { return peers.hear(2, one, now); }

    Moment now = began;
    Peers peers{settings(1, 11), began};
};

TEST_F(PeersOfOne, begin_as_machines) {
    EXPECT_EQ(peers.view(), sees({1}, {2}));
    pass(950ms, false);
    EXPECT_EQ(peers.view(), sees({1}, {2})); // nobody is known to be dead so soon
    pass(300ms, false);
    EXPECT_EQ(peers.view(), sees({1}));
}

TEST_F(PeersOfOne, are_members_when_they_hear_us) {
    EXPECT_FALSE(hear(beat(22, 1, 0)));
    EXPECT_EQ(peers.view(), sees({1}, {2}));
    EXPECT_EQ(peers.heard(2, now), 22u); // so that it can name us
    EXPECT_FALSE(hear(beat(22, 2, 12))); // it takes us for the daemon before us
    EXPECT_TRUE(hear(beat(22, 3, 11)));
    EXPECT_EQ(peers.view(), sees({1, 2}));
}

TEST_F(PeersOfOne, are_asked_when_they_are_silent) {
    hear(beat(22, 1, 11));
    now += 999ms;
    EXPECT_TRUE(peers.ask(now).empty());
    now += 1ms;
    EXPECT_EQ(peers.next(), now);
    EXPECT_EQ(peers.ask(now), (std::vector<MemberId>{2}));
    EXPECT_TRUE(peers.ask(now).empty());
    EXPECT_EQ(peers.view(), sees({1, 2})); // until it is known
    peers.answered(2, true, now);
    EXPECT_EQ(peers.view(), sees({1}, {2}));
}

TEST_F(PeersOfOne, are_gone_when_they_are_silent_and_do_not_answer) {
    hear(beat(22, 1, 11));
    pass(1010ms, false);
    EXPECT_EQ(peers.view(), sees({1}));
}

TEST_F(PeersOfOne, are_gone_when_their_answer_does_not_come) {
    hear(beat(22, 1, 11));
    now += 1000ms;
    EXPECT_EQ(peers.ask(now).size(), 1u);
    now += 999ms;
    EXPECT_TRUE(peers.ask(now).empty());
    now += 1ms;
    EXPECT_EQ(peers.ask(now).size(), 1u);
    EXPECT_EQ(peers.view(), sees({1}));
}

TEST_F(PeersOfOne, are_not_lost_by_one_answer) {
    hear(beat(22, 1, 11));
    pass(1500ms, true);
    pass(850ms, false);
    EXPECT_EQ(peers.view(), sees({1}, {2}));
    pass(210ms, true);
    pass(400ms, false);
    EXPECT_EQ(peers.view(), sees({1}, {2}));
    pass(1s, false);
    EXPECT_EQ(peers.view(), sees({1}));
    pass(210ms, true);
    EXPECT_EQ(peers.view(), sees({1}, {2})); // its machine has come back
}

TEST_F(PeersOfOne, become_machines_when_they_leave) {
    hear(beat(22, 1, 11));
    auto last = beat(22, 2, 11);
    last.leaving = true;
    EXPECT_FALSE(hear(last));
    EXPECT_EQ(peers.view(), sees({1}, {2}));
    EXPECT_FALSE(hear(beat(22, 3, 11))); // that life has ended
    EXPECT_TRUE(hear(beat(23, 1, 11)));
    EXPECT_EQ(peers.view(), sees({1, 2}));
}

TEST_F(PeersOfOne, are_not_revived_by_what_was_recorded) {
    EXPECT_TRUE(hear(beat(22, 1, 11)));
    EXPECT_TRUE(hear(beat(22, 3, 11)));
    EXPECT_FALSE(hear(beat(22, 3, 11)));
    EXPECT_FALSE(hear(beat(22, 2, 11)));
    EXPECT_TRUE(hear(beat(23, 1, 11))); // started anew
    EXPECT_FALSE(hear(beat(22, 4, 11)));
    EXPECT_EQ(peers.heard(2, now), 23u);
    EXPECT_FALSE(hear(beat(99, 1, 10))); // for the one before us
    EXPECT_EQ(peers.heard(2, now), 23u);
}

TEST_F(PeersOfOne, are_told_nothing_of_who_is_silent) {
    hear(beat(22, 1, 0));
    hear(beat(22, 2, 11));
    pass(1010ms, true);
    EXPECT_EQ(peers.heard(2, now), 0u);
    hear(beat(22, 3, 0));
    EXPECT_EQ(peers.heard(2, now), 22u);
    EXPECT_EQ(peers.view(), sees({1}, {2})); // it does not hear us
    EXPECT_TRUE(hear(beat(22, 4, 11)));
    EXPECT_EQ(peers.view(), sees({1, 2}));
}

TEST_F(PeersOfOne, are_known_ones_only) {
    EXPECT_FALSE(peers.hear(3, beat(33, 1, 11), now));
    peers.answered(3, false, now);
    EXPECT_EQ(peers.view(), sees({1}, {2}));
}

// --- several, with links between them that do what they like

class Network {
public:
    explicit Network(MemberId nodes) {
        for (MemberId id = 1; id <= nodes; ++id)
            boot(id);
    }

    void boot(MemberId id) {
        nodes_.erase(id);
        nodes_.emplace(id, Node{Peers(settings(id, ++lives_, most), now), lives_, 0});
    }
    void kill(MemberId id) { nodes_.erase(id); }
    void cut(MemberId from, MemberId to, bool is_cut) { cuts_[{from, to}] = is_cut; }
    void heal() { cuts_.clear(); }

    // Everybody sends, and asks.
    void step() {
        now += 200ms;
        for (auto& [from, node] : nodes_)
            for (auto& [to, other] : nodes_)
                if (from != to && !cuts_[{from, to}])
                    other.peers.hear(
                        from, beat(node.life, ++node.sequence, node.peers.heard(to, now)), now);
        for (auto& [id, node] : nodes_)
            for (const auto peer : node.peers.ask(now))
                node.peers.answered(
                    peer, nodes_.contains(peer) && !cuts_[{id, peer}] && !cuts_[{peer, id}], now);
    }

    View view(MemberId id) const { return nodes_.at(id).peers.view(); }
    std::vector<MemberId> living() const {
        std::vector<MemberId> all;
        for (const auto& [id, node] : nodes_)
            all.push_back(id);
        return all;
    }

    static constexpr MemberId most = 4;

private:
    struct Node {
        Peers peers;
        Incarnation life;
        std::uint64_t sequence;
    };
    Moment now = began;
    Incarnation lives_ = 0;
    std::map<MemberId, Node> nodes_;
    std::map<std::pair<MemberId, MemberId>, bool> cuts_;
};

constexpr int settled = 15; // steps: dead_after twice, and the questions

RC_GTEST_PROP(Peers, agree_on_who_lives_whatever_there_was_before, ()) {
    Network network(Network::most);
    const auto any = [] { return *rc::gen::inRange<MemberId>(1, Network::most + 1); };
    for (int i = *rc::gen::inRange(0, 40); i; --i) {
        const auto what = *rc::gen::inRange(0, 8);
        if (what == 0)
            network.boot(any());
        else if (what == 1)
            network.kill(any());
        else if (what == 2)
            network.cut(any(), any(), *rc::gen::arbitrary<bool>());
        else
            network.step();
    }
    network.heal();
    for (int i = 0; i < settled; ++i)
        network.step();
    for (const auto id : network.living())
        RC_ASSERT(network.view(id) == sees(network.living()));
}

// Even if it carries the other way.
RC_GTEST_PROP(Peers, see_on_both_ends_that_a_link_is_broken, ()) {
    Network network(2);
    for (int i = 0; i < settled; ++i)
        network.step();
    const auto from = *rc::gen::inRange<MemberId>(1, 3);
    network.cut(from, 3 - from, true);
    for (int i = 0; i < settled; ++i)
        network.step();
    RC_ASSERT(network.view(1) == sees({1}));
    RC_ASSERT(network.view(2) == sees({2}));
}

// --- as datagrams

Beat full_beat() {
    Beat one = beat(0x1122334455667788, 9, 0xff);
    one.cluster = *read_ip("", "10.0.0.100");
    one.node = "web1";
    one.id = 3;
    one.message = "hello";
    return one;
}

std::string why_no_beat(const std::string& bytes) {
    const auto read = read_beat(bytes);
    return read ? "taken" : read.error().text;
}

TEST(Beat, is_in_version_1_just_this) {
    using namespace std::string_literals;
    EXPECT_EQ(write_beat(full_beat(), false), "nfhb\x01\x00\x11\x22\x33\x44\x55\x66\x77\x88"
                                              "\x00\x00\x00\x00\x00\x00\x00\x09"
                                              "\x00\x00\x00\x00\x00\x00\x00\xff\x00\x00\x00\x03"
                                              "\x04\x0a\x00\x00\x64\x04web1\x00\x05hello"s);
}

RC_GTEST_PROP(Beat, comes_back_as_it_was, (bool leaving, bool is_signed, std::string message)) {
    auto one = full_beat();
    one.leaving = leaving;
    one.message = message;
    if (leaving)
        one.cluster = *read_ip("", "2001:db8::1");
    const auto text = write_beat(one, is_signed);
    const auto bytes = text + std::string(is_signed ? signature_size : 0, 's');
    const auto read = read_beat(bytes);
    RC_ASSERT(static_cast<bool>(read));
    RC_ASSERT(read->beat == one);
    RC_ASSERT(read->text == text);
    RC_ASSERT(read->signature.size() == (is_signed ? signature_size : 0u));
    for (std::size_t i = 0; i < bytes.size(); ++i)
        RC_ASSERT(!read_beat(bytes.substr(0, i)));
    RC_ASSERT(!read_beat(bytes + "x"));
}

TEST(Beat, says_why_it_is_none) {
    const auto with = [](std::size_t at, char byte) {
        auto bytes = write_beat(full_beat(), false);
        bytes[at] = byte;
        return why_no_beat(bytes);
    };
    EXPECT_EQ(with(0, 'x'), "heartbeat: it is something else");
    EXPECT_EQ(with(4, 2), "heartbeat: it is of version 2, and this is version 1");
    EXPECT_EQ(with(5, 4), "heartbeat: it is cut off, or too long");
    auto bad = full_beat();
    bad.node = "web\n";
    EXPECT_EQ(why_no_beat(write_beat(bad, false)), "heartbeat: its fields make no sense");
    bad = full_beat();
    bad.message = std::string(message_longest + 1, 'x');
    EXPECT_EQ(why_no_beat(write_beat(bad, false)), "heartbeat: its fields make no sense");
}

} // namespace
} // namespace nfc
