// SPDX-License-Identifier: GPL-2.0
// One shared address on this node: asks its own service whether it is well, tells the
// other nodes how its slots are, hears the same from them, and has the kernel's slots
// kept as all of that says they shall be.
#pragma once

#include "core/config.hpp"
#include "core/sharing.hpp"
#include "core/snapshot.hpp"
#include "membership/group.hpp"
#include "nfclusterd/node_orders.hpp"
#include "nfclusterd/slot_keeper.hpp"
#include "nfclusterd/supervisor.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nfc {

class Participant {
public:
    // What it needs of the world; tests give it another one.
    struct Ports {
        SlotKeeper::Ports kernel;
        // TCP flows that live here, by slot.
        std::function<Result<std::vector<std::size_t>>(const SharedCluster&)> count_flows;
        std::function<Result<std::unique_ptr<Group>>(const Cluster&, GroupEvents)> join;
        StartWatch watch;
        // Neighbours shall learn anew where the address is.
        std::function<void(const Cluster&)> announce;
        std::function<void(const Notice&)> tell;
        std::function<Result<Done>(const std::string& cluster, const NodeOrders&)> keep;
        // What else is wrong with the address here; empty: nothing.
        std::function<std::string(const Cluster&)> problem;
        std::string version;
    };
    struct Pauses {
        Duration report{1000};     // all is told again, and the kernel looked at
        Duration first_count{100}; // after a slot began to drain
        Duration count{1000};
        Duration join{500}; // once more
    };

    Participant(asio::any_io_executor executor, Cluster cluster, std::string node,
                NodeOrders orders, Ports ports, const Pauses& pauses);
    Participant(const Participant&) = delete;
    Participant& operator=(const Participant&) = delete;
    ~Participant();

    const Cluster& cluster() const { return cluster_; }
    // Told to all nodes. The one that it is about does it, and its reports say so.
    Result<Done> wish(const Wish& wish);
    // Something of the machine may have changed.
    void nudge() { soon(); }
    ClusterStatus status() const;
    // Slots that this node answers for, and all.
    std::pair<unsigned, unsigned> share() const;

private:
    // For a timer: neither when it is cancelled, nor when it has run out, but we are
    // gone before its turn comes.
    template <typename Then>
    auto unless_gone(Then then) {
        return [weak = std::weak_ptr(alive_), then = std::move(then)](asio::error_code error) {
            if (const auto self = weak.lock(); !error && self && *self)
                then();
        };
    }
    // For who calls later: nothing happens if we are gone by then.
    template <typename... Arguments>
    auto unless_gone(void (Participant::*what)(Arguments...)) {
        return [weak = std::weak_ptr(alive_), what](Arguments... arguments) {
            if (const auto self = weak.lock(); self && *self)
                ((*self)->*what)(arguments...);
        };
    }
    void join();
    void tell_all();
    void soon();
    void turn();
    void arm(std::optional<Moment> again);
    void report(bool anyway);
    Report own_report() const;
    bool listens() const;
    void heard(const Answer& answer);
    void hear(MemberId from, std::string_view bytes);
    void see(const View& view);
    void obey(const Wish& wish);
    void hear_of_trouble(const std::string& problem);
    void count_flows();
    void count_later();
    void tick();
    void say(std::string& said, const std::string& what);
    void follow_nodes();
    void tell(const NodeStatus& node, const std::string& before,
              const std::vector<NodeStatus>& all);
    std::string problem() const;
    std::string namesake() const;
    SharingRules rules() const;
    std::vector<NodeStatus> nodes() const;
    const Node& self() const;

    asio::any_io_executor executor_;
    const Cluster cluster_;
    const std::string node_;
    NodeOrders orders_;
    Ports ports_;
    const Pauses pauses_;
    // Whoever is called later sees by it that we are gone.
    std::shared_ptr<Participant*> alive_;

    Moment begun_{};
    SlotKeeper keeper_;
    std::unique_ptr<Group> group_;
    std::optional<Sharing> sharing_; // since we know our number
    MemberId number_ = 0;
    bool alone_ = false; // and without a number yet
    View view_;
    Moment listens_until_{}; // return_delay
    Health health_;
    Watch watch_;
    Slots claims_; // as we said them last
    std::uint32_t round_ = 0;
    std::vector<std::size_t> flows_;
    Moment counted_{};
    std::optional<Report> told_;
    bool posted_ = false;
    bool counting_ = false;
    std::map<MemberId, std::string> nonsense_; // that was heard, until it makes sense
    std::string group_problem_, sharing_problem_, problem_said_;
    std::map<std::string, std::string> stood_; // how each node stood when it was told
    asio::steady_timer again_, tick_, count_, retry_;
};

} // namespace nfc
