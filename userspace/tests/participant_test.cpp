// SPDX-License-Identifier: GPL-2.0
// Nodes with kernels and a group of their own making: what each does with what it hears.
#include "nfclusterd/participant.hpp"

#include "membership/message.hpp"

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <gtest/gtest.h>

namespace nfc {
namespace {

using namespace std::chrono_literals;

constexpr unsigned slots = 12;

struct Bus;

class BusGroup : public Group {
public:
    BusGroup(Bus& bus, MemberId id, GroupEvents events, MemberId self)
        : bus_(bus), id_(id), self_(self), events_(std::move(events)) {}
    ~BusGroup() override;
    void send(const std::string& message) override;
    MemberId self() const override { return self_; }
    const GroupEvents& events() const { return events_; }

private:
    Bus& bus_;
    MemberId id_;
    MemberId self_; // 0: it does not know yet
    GroupEvents events_;
};

// All messages and views to all, in one order.
struct Bus {
    asio::io_context& io;
    bool quorate = true;
    std::map<MemberId, BusGroup*> groups{};
    std::set<MemberId> machines{}; // that live

    void regroup() {
        for (const auto& [id, group] : groups)
            asio::post(io, [this, id = id] {
                View view{quorate, {}, {}};
                for (const auto machine : machines)
                    (groups.contains(machine) ? view.members : view.machines).push_back(machine);
                if (groups.contains(id))
                    groups.at(id)->events().view(view);
            });
    }
    void set_quorate(bool is) {
        quorate = is;
        regroup();
    }
    void send(MemberId from, const std::string& message) {
        for (const auto& [id, group] : groups)
            asio::post(io, [this, id = id, from, message] {
                if (groups.contains(id))
                    groups.at(id)->events().message(from, message);
            });
    }
};

BusGroup::~BusGroup() {
    bus_.groups.erase(id_);
    bus_.regroup();
}

void BusGroup::send(const std::string& message) {
    bus_.send(id_, message);
}

struct Machine {
    std::optional<SharedCluster> kernel;
    std::vector<std::size_t> flows = std::vector<std::size_t>(slots, 0);
    std::vector<std::string> writes;
    std::function<void(const Answer&)> answer;
    NodeOrders kept;
    std::unique_ptr<Participant> daemon;
};

class ParticipantTest : public testing::Test {
protected:
    ParticipantTest() {
        cluster_.name = "web";
        cluster_.address = *read_ip("", "10.0.0.10");
        cluster_.interface = "eth0";
        cluster_.slots = slots;
        cluster_.handover_limit = 60s;
        for (unsigned i = 1; i <= 3; ++i) {
            cluster_.nodes.push_back(
                {"web" + std::to_string(i), *read_ip("", "10.0.0." + std::to_string(i)), 1});
            SharedCluster kernel;
            kernel.address = cluster_.address;
            kernel.total = slots;
            kernel.in(SlotState::Off) = all_slots(slots);
            machines_[i].kernel = kernel;
            bus_.machines.insert(i);
        }
    }

    void start(unsigned i) { start(i, cluster_.nodes[i - 1].name); }
    void start(unsigned i, const std::string& name) {
        auto& machine = machines_[i];
        Participant::Ports ports{
            .kernel = {.read = [&machine](const Ip&) -> Result<SharedCluster> {
                           if (!machine.kernel)
                               return Error{Kind::NoCluster, "no cluster 10.0.0.10 on this node"};
                           return *machine.kernel;
                       },
                       .write = [&machine](const Ip&,
                                           const std::vector<Order>& orders) -> Result<Done> {
                           for (const auto& order : orders) {
                               machine.writes.push_back(to_string(order));
                               for (auto& some : machine.kernel->slots)
                                   for (const auto slot : order.slots)
                                       some.erase(slot);
                               machine.kernel->in(order.state)
                                   .insert(order.slots.begin(), order.slots.end());
                           }
                           return Done{};
                       },
                       .log = log_},
            .count_flows = [&machine](const SharedCluster&) -> Result<std::vector<std::size_t>> {
                return machine.flows;
            },
            .join = [this, i](const Cluster&,
                              GroupEvents events) -> Result<std::unique_ptr<Group>> {
                auto group =
                    std::make_unique<BusGroup>(bus_, i, std::move(events), nameless_ ? 0 : i);
                bus_.groups[i] = group.get();
                bus_.regroup();
                return std::unique_ptr<Group>(std::move(group));
            },
            .watch = [&machine](const Check&, const Endpoint&,
                                std::function<void(const Answer&)> tell) -> Watch {
                machine.answer = std::move(tell);
                return std::make_shared<int>(0);
            },
            .announce = [this](const Cluster&) { ++announced_; },
            .tell = [this](const Notice& notice) { told_.push_back(notice); },
            .keep = [&machine](const std::string&, const NodeOrders& orders) -> Result<Done> {
                machine.kept = orders;
                return Done{};
            },
            .problem = [](const Cluster&) { return std::string(); },
            .version = "1"};
        machine.daemon = std::make_unique<Participant>(
            io_.get_executor(), cluster_, name, machine.kept, std::move(ports),
            Participant::Pauses{.report = 50ms, .first_count = 10ms, .count = 20ms, .join = 10ms});
    }
    void start_all() {
        for (unsigned i = 1; i <= 3; ++i)
            start(i);
    }
    // Until it is so, or it has been long enough.
    template <typename Condition>
    bool soon(Condition condition, std::chrono::milliseconds limit = 5s) {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (!condition() && std::chrono::steady_clock::now() < end)
            io_.run_one_for(10ms);
        return condition();
    }
    std::vector<std::size_t> shares() {
        std::vector<std::size_t> all;
        for (auto& [i, machine] : machines_)
            all.push_back(machine.kernel ? machine.kernel->in(SlotState::On).size() : 0);
        return all;
    }
    bool soon_are(const std::vector<std::size_t>& wanted) {
        return soon([&] { return shares() == wanted; });
    }
    NodeStatus node(unsigned asked, unsigned about) {
        return machines_[asked].daemon->status().nodes.at(about - 1);
    }

    asio::io_context io_;
    Bus bus_{io_};
    Log log_{LogStyle{}, false, [](std::string_view) {}};
    Cluster cluster_;
    std::map<unsigned, Machine> machines_;
    std::vector<Notice> told_;
    unsigned announced_ = 0;
    bool nameless_ = false;
};

TEST_F(ParticipantTest, ThreeShareAndSeeEachOther) {
    start_all();
    ASSERT_TRUE(soon_are({4, 4, 4}));
    EXPECT_TRUE(soon([&] { return node(1, 3).share == 4 && node(3, 1).slots.size() == slots; }));
    EXPECT_EQ(node(2, 1).presence, Presence::Member);
    EXPECT_GT(announced_, 0u);
    // Nor does anybody take himself for gone before he has heard himself.
    for (const auto& notice : told_)
        EXPECT_EQ(notice.kind, EventKind::Rose) << notice.backend << ": " << notice.reason;
}

TEST_F(ParticipantTest, WhoIsNotWellGivesUpItsSlots) {
    cluster_.check = Check{TcpCheck{}, {}, 80};
    start_all();
    Answer good, bad;
    good.seen = {true, "connected", std::nullopt};
    bad.seen = {false, "refused", std::nullopt};
    for (auto& [i, machine] : machines_)
        machine.answer(good);
    ASSERT_TRUE(soon_are({4, 4, 4}));
    machines_[2].flows.assign(slots, 1);
    for (int i = 0; i < 3; ++i)
        machines_[2].answer(bad);
    ASSERT_TRUE(soon([&] { return machines_[2].kernel->in(SlotState::Drain).size() == 4; }));
    EXPECT_TRUE(soon([&] { return machines_[1].kernel->in(SlotState::Fill).size() == 2; }));
    EXPECT_TRUE(soon([&] { return node(1, 2).reason == "refused"; }));
    // As long as there are connections.
    machines_[2].flows.assign(slots, 0);
    EXPECT_TRUE(soon_are({6, 0, 6}));
    EXPECT_TRUE(std::ranges::any_of(told_, [](const Notice& notice) {
        return notice.kind == EventKind::Fell && notice.backend == "web2" && notice.pool == "web";
    }));
}

TEST_F(ParticipantTest, OutsideOfTheQuorumNothingIsAnswered) {
    start_all();
    ASSERT_TRUE(soon_are({4, 4, 4}));
    bus_.set_quorate(false);
    ASSERT_TRUE(soon_are({0, 0, 0}));
    EXPECT_EQ(machines_[1].daemon->status().problem, "outside of the quorate part of the cluster");
    bus_.set_quorate(true);
    EXPECT_TRUE(soon_are({4, 4, 4}));
}

TEST_F(ParticipantTest, WhoComesListensFirstIfOthersServe) {
    cluster_.return_delay = 400ms;
    cluster_.handover_limit = 0s;
    bus_.machines.erase(2);
    start(1);
    start(3);
    ASSERT_TRUE(soon_are({6, 0, 6}));
    bus_.machines.insert(2);
    start(2);
    const auto since = std::chrono::steady_clock::now();
    ASSERT_TRUE(soon([&] { return node(1, 2).listens; }));
    EXPECT_EQ(node(1, 2).standing, Standing::Down);
    EXPECT_EQ(shares(), (std::vector<std::size_t>{6, 0, 6}));
    ASSERT_TRUE(soon_are({4, 4, 4}));
    EXPECT_GE(std::chrono::steady_clock::now() - since, 350ms);
    // Nobody was ill.
    for (const auto& notice : told_)
        EXPECT_EQ(notice.kind, EventKind::Rose) << notice.backend << ": " << notice.reason;
    // A daemon's start is no machine's, if that serves.
    machines_[2].daemon.reset();
    start(2);
    EXPECT_FALSE(soon([&] { return shares() != std::vector<std::size_t>{4, 4, 4}; }, 300ms));
}

TEST_F(ParticipantTest, NobodyListensWhereNobodyServes) {
    cluster_.return_delay = 1min;
    start_all();
    EXPECT_TRUE(soon_are({4, 4, 4}));
    bus_.set_quorate(false);
    ASSERT_TRUE(soon_are({0, 0, 0}));
    bus_.set_quorate(true);
    EXPECT_TRUE(soon_are({4, 4, 4}));
}

TEST_F(ParticipantTest, WhoListensServesSoonerThanTheIll) {
    cluster_.return_delay = 1min;
    cluster_.handover_limit = 0s;
    cluster_.check = Check{TcpCheck{}, {}, 80};
    Answer good, bad;
    good.seen = {true, "connected", std::nullopt};
    bad.seen = {false, "refused", std::nullopt};
    bus_.machines = {1};
    start(1);
    for (int i = 0; i < 3; ++i)
        machines_[1].answer(bad);
    ASSERT_TRUE(soon_are({12, 0, 0}));
    bus_.machines.insert(3);
    start(3);
    bus_.machines.insert(2);
    start(2);
    // Of 3 nobody knows yet how it is.
    machines_[2].answer(good);
    EXPECT_TRUE(soon_are({0, 12, 0}));
}

TEST_F(ParticipantTest, WhoListensServesAtOnceIfNobodyElseDoes) {
    cluster_.return_delay = 1min;
    bus_.machines = {1};
    start(1);
    ASSERT_TRUE(soon_are({12, 0, 0}));
    bus_.machines.insert(2);
    start(2);
    ASSERT_TRUE(soon([&] { return node(1, 2).listens; }));
    bus_.machines.erase(1);
    machines_[1].kernel.reset();
    machines_[1].daemon.reset();
    EXPECT_TRUE(soon_are({0, 12, 0}));
    EXPECT_TRUE(soon([&] { return node(2, 2).standing == Standing::Up; }));
}

TEST_F(ParticipantTest, TheNextDaemonGoesOnFromWhatTheKernelHolds) {
    start_all();
    ASSERT_TRUE(soon_are({4, 4, 4}));
    machines_[2].daemon.reset();
    ASSERT_TRUE(soon([&] { return node(1, 2).presence == Presence::Machine; }));
    for (auto& [i, machine] : machines_)
        machine.writes.clear();
    start(2);
    ASSERT_TRUE(soon([&] { return node(1, 2).presence == Presence::Member; }));
    EXPECT_FALSE(soon([&] { return shares() != std::vector<std::size_t>{4, 4, 4}; }, 300ms));
    for (auto& [i, machine] : machines_)
        EXPECT_TRUE(machine.writes.empty()) << machine.writes.front();
}

TEST_F(ParticipantTest, OfTwoWithOneNameAllTell) {
    start_all();
    ASSERT_TRUE(soon_are({4, 4, 4}));
    machines_[3].daemon.reset();
    start(3, "web2");
    ASSERT_TRUE(soon_are({6, 6, 0}));
    for (auto& [i, machine] : machines_)
        EXPECT_TRUE(soon([&] {
            return machine.daemon->status().problem == "two nodes are called web2: numbers 2 and 3";
        })) << i;
    machines_[3].daemon.reset();
    start(3);
    EXPECT_TRUE(soon_are({4, 4, 4}));
    for (auto& [i, machine] : machines_)
        EXPECT_TRUE(soon([&] { return machine.daemon->status().problem.empty(); })) << i;
}

TEST_F(ParticipantTest, WhoHasAnotherNumberOfSlotsIsShownWithout) {
    start_all();
    ASSERT_TRUE(soon_are({4, 4, 4}));
    machines_[3].daemon.reset();
    cluster_.slots = 8;
    start(3);
    ASSERT_TRUE(soon_are({6, 6, 0}));
    const std::string why =
        "the configuration of web3 is another: slots is 8, and 12 at most nodes";
    EXPECT_TRUE(soon([&] { return node(1, 3).problem == why; }));
    EXPECT_TRUE(soon([&] { return machines_[3].daemon->status().problem == why; }));
    EXPECT_TRUE(node(1, 3).slots.empty());
    EXPECT_EQ(node(3, 1).presence, Presence::Member);
    EXPECT_TRUE(node(3, 1).slots.empty());
}

TEST_F(ParticipantTest, WhoeverWritesAgainAndAgainIsNotFought) {
    start_all();
    ASSERT_TRUE(soon_are({4, 4, 4}));
    const auto interfere = [&] {
        auto& kernel = *machines_[1].kernel;
        kernel.in(SlotState::Off) = all_slots(slots);
        kernel.in(SlotState::On).clear();
    };
    interfere();
    ASSERT_TRUE(soon_are({4, 4, 4}));
    interfere();
    ASSERT_TRUE(soon_are({4, 4, 4}));
    interfere();
    // What they had is free for the others.
    EXPECT_TRUE(soon_are({0, 6, 6}));
    EXPECT_NE(machines_[1].daemon->status().problem.find("somebody else writes"),
              std::string::npos);
    EXPECT_TRUE(node(2, 1).fixed);
}

TEST_F(ParticipantTest, OfAnotherKernelClusterNothingIsAnswered) {
    machines_[3].kernel->total = 8;
    machines_[3].kernel->in(SlotState::On) = {1, 2};
    machines_[3].kernel->in(SlotState::Off) = {3, 4, 5, 6, 7, 8};
    start_all();
    EXPECT_TRUE(soon_are({6, 6, 0}));
    EXPECT_EQ(machines_[3].daemon->status().problem,
              "the rule of 10.0.0.10 has total-slots 8: expected 12");
}

TEST_F(ParticipantTest, WithoutItsRuleANodeWaits) {
    machines_[3].kernel.reset();
    start_all();
    EXPECT_TRUE(soon_are({6, 6, 0}));
    machines_[3].kernel = machines_[1].kernel;
    machines_[3].kernel->in(SlotState::On).clear();
    machines_[3].kernel->in(SlotState::Off) = all_slots(slots);
    EXPECT_TRUE(soon_are({4, 4, 4}));
}

TEST_F(ParticipantTest, WishesAreHeardAndKept) {
    start_all();
    ASSERT_TRUE(soon_are({4, 4, 4}));
    EXPECT_TRUE(machines_[1].daemon->wish({"web3", Duty::Drain, std::nullopt}));
    EXPECT_TRUE(soon_are({6, 6, 0}));
    EXPECT_EQ(machines_[3].kept.duty, Duty::Drain);
    EXPECT_TRUE(machines_[2].daemon->wish({"web3", Duty::Serve, 2}));
    EXPECT_TRUE(soon_are({3, 3, 6}));
    EXPECT_EQ(machines_[3].kept.weight, 2u);
    EXPECT_EQ(machines_[1].daemon->wish({"web9", Duty::Drain, std::nullopt}).error().text,
              "cluster web has no node \"web9\"");
}

TEST_F(ParticipantTest, WhatMakesNoSenseIsToldAndForgotten) {
    start_all();
    ASSERT_TRUE(soon_are({4, 4, 4}));
    bus_.send(2, "rubbish");
    ASSERT_TRUE(soon([&] { return !machines_[1].daemon->status().problem.empty(); }));
    EXPECT_EQ(machines_[1].daemon->status().problem,
              "member 2 says what we do not understand: message: expected a map in CBOR");
    EXPECT_EQ(shares(), (std::vector<std::size_t>{4, 4, 4}));
    // Until it makes sense again.
    EXPECT_TRUE(soon([&] { return machines_[1].daemon->status().problem.empty(); }));
}

TEST_F(ParticipantTest, WhoNeverMeetsTheOthersGivesUpWhatItsKernelHas) {
    machines_[1].kernel->in(SlotState::On) = {1, 2};
    machines_[1].kernel->in(SlotState::Off) = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    nameless_ = true;
    bus_.quorate = false;
    bus_.machines.clear();
    start(1);
    EXPECT_TRUE(soon_are({0, 0, 0}));
}

} // namespace
} // namespace nfc
