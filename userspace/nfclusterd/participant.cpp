// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/participant.hpp"

#include "membership/message.hpp"

#include <algorithm>
#include <asio/post.hpp>
#include <fmt/format.h>

namespace nfc {

namespace {

Moment steady() {
    return std::chrono::steady_clock::now();
}

// Some at once, or as the first.
bool takes_over(const SlotStates& before, const SlotStates& now) {
    for (std::size_t i = 0; i < now.size() && i < before.size(); ++i)
        if (before[i] == SlotState::Off && now[i] == SlotState::On)
            return true;
    return serves(now) && !serves(before);
}

bool moves(const SlotStates& slots) {
    return std::ranges::find(slots, SlotState::Drain) != slots.end();
}

} // namespace

Participant::Participant(asio::any_io_executor executor, Cluster cluster, std::string node,
                         NodeOrders orders, Ports ports, const Pauses& pauses)
    : executor_(executor), cluster_(std::move(cluster)), node_(std::move(node)), orders_(orders),
      ports_(std::move(ports)), pauses_(pauses), alive_(std::make_shared<Participant*>(this)),
      keeper_(cluster_.name, rules().terms, cluster_.drive, ports_.kernel), again_(executor),
      tick_(executor), count_(executor), retry_(executor) {
    const auto now = steady();
    begun_ = now;
    keeper_.look(now);
    // Who serves goes on serving until its checks say otherwise.
    if (!cluster_.check || serves(keeper_.slots()))
        health_ = resumed(now);
    if (cluster_.check)
        watch_ = ports_.watch(*cluster_.check, {self().address, cluster_.check->port},
                              [this](const Answer& answer) { heard(answer); });
    join();
    tick();
}

Participant::~Participant() {
    *alive_ = nullptr;
}

const Node& Participant::self() const {
    return *std::ranges::find(cluster_.nodes, node_, &Node::name);
}

SharingRules Participant::rules() const {
    return {.terms = {cluster_.address, cluster_.slots, cluster_.hash, cluster_.mac},
            .handover_limit = cluster_.handover_limit,
            .takeover_delay = cluster_.membership == Membership::Corosync ? cluster_.takeover_delay
                                                                          : Duration{0}};
}

void Participant::hear_of_trouble(const std::string& problem) {
    group_problem_ = problem;
    soon();
}

void Participant::join() {
    auto group = ports_.join(cluster_, {.view = unless_gone(&Participant::see),
                                        .message = unless_gone(&Participant::hear),
                                        .problem = unless_gone(&Participant::hear_of_trouble)});
    if (group) {
        group_ = std::move(*group);
        group_problem_.clear();
        return;
    }
    group_problem_ = group.error().text;
    retry_.expires_after(pauses_.join);
    retry_.async_wait(unless_gone([this] { join(); }));
}

// What somebody may have missed.
void Participant::tell_all() {
    report(true);
    if (group_ && sharing_)
        for (const auto& legacy : sharing_->legacies())
            group_->send(encode(legacy));
}

// What comes in one turn of the loop is thought about once.
void Participant::soon() {
    if (std::exchange(posted_, true))
        return;
    asio::post(executor_, unless_gone(&Participant::turn));
}

void Participant::see(const View& view) {
    const auto now = steady();
    const bool grew = std::ranges::any_of(view.members, [&](MemberId id) {
        return std::ranges::find(view_.members, id) == view_.members.end();
    });
    std::erase_if(nonsense_, [&](const auto& one) {
        return std::ranges::find(view.members, one.first) == view.members.end();
    });
    const bool healed = view.quorate && !view_.quorate;
    if (healed)
        listens_until_ = now + cluster_.return_delay;
    const auto number = group_->self();
    if (number && number_ != number) {
        number_ = number;
        sharing_.emplace(number, rules());
    }
    view_ = view;
    if (!sharing_) {
        // There are others, somewhere, and we never met them.
        alone_ = true;
        return soon();
    }
    sharing_->see(view, now);
    if (grew)
        tell_all();
    if (healed || grew)
        ports_.announce(cluster_);
    soon();
}

void Participant::hear(MemberId from, std::string_view bytes) {
    const auto message = decode(bytes);
    if (!message) {
        nonsense_[from] =
            fmt::format("member {} says what we do not understand: {}", from, message.error().text);
        return soon();
    }
    nonsense_.erase(from);
    if (!sharing_)
        return;
    if (const auto* report = std::get_if<Report>(&*message)) {
        if (!sharing_->hear(from, *report))
            return;
    } else if (const auto* legacy = std::get_if<Legacy>(&*message)) {
        sharing_->hear(from, *legacy);
    } else if (const auto* wish = std::get_if<Wish>(&*message); wish->node == node_) {
        obey(*wish);
    }
    soon();
}

void Participant::heard(const Answer& answer) {
    health_ = observe(std::move(health_), answer.seen, cluster_.check->rhythm, steady()).health;
    soon();
}

void Participant::obey(const Wish& wish) {
    auto next = orders_;
    if (wish.duty)
        next.duty = *wish.duty;
    if (wish.weight)
        next.weight = wish.weight;
    if (next == orders_)
        return;
    if (const auto kept = ports_.keep(cluster_.name, next); !kept)
        return ports_.kernel.log.error(
            fmt::format("cluster {}: not obeyed, because {}", cluster_.name, kept.error().text));
    orders_ = next;
    ports_.kernel.log.info(fmt::format(
        "cluster {}: asked to {}{}", cluster_.name, orders_.duty == Duty::Serve ? "serve" : "drain",
        orders_.weight ? fmt::format(" with weight {}", *orders_.weight) : ""));
}

Result<Done> Participant::wish(const Wish& wish) {
    const auto all = nodes();
    const auto at = std::ranges::find(all, wish.node, &NodeStatus::name);
    if (at == all.end())
        return Error{Kind::NoCluster,
                     fmt::format("cluster {} has no node {:?}", cluster_.name, wish.node)};
    if (wish.node == node_) {
        obey(wish);
        soon();
        return Done{};
    }
    if (at->presence != Presence::Member)
        return Error{
            Kind::Unavailable,
            fmt::format("nfclusterd of {} does not answer: nothing was changed", wish.node)};
    group_->send(encode(wish));
    return Done{};
}

void Participant::turn() {
    const auto now = steady();
    posted_ = false;
    keeper_.look(now);
    if (sharing_) {
        const auto before = keeper_.slots();
        const auto decision = sharing_->decide({before, flows_, counted_}, now);
        sharing_problem_ = decision.problem;
        claims_ = decision.claims;
        round_ = decision.round;
        keeper_.set(decision.slots);
        if (sharing_->nobody_serves())
            listens_until_ = {}; // there is nobody to listen to
        if (takes_over(before, keeper_.slots()))
            ports_.announce(cluster_);
        arm(decision.again);
    } else if (alone_) {
        keeper_.set(SlotStates(cluster_.slots, SlotState::Off));
    }
    if (moves(keeper_.slots()))
        count_later();
    report(false);
    follow_nodes();
    // Who has just begun is still being set up.
    if (now >= begun_ + pauses_.report)
        say(problem_said_, problem());
}

void Participant::say(std::string& said, const std::string& what) {
    if (said == what)
        return;
    if (what.empty())
        ports_.kernel.log.info(fmt::format("cluster {}: well again", cluster_.name));
    else
        ports_.kernel.log.error(fmt::format("cluster {}: {}", cluster_.name, what));
    said = what;
}

void Participant::arm(std::optional<Moment> again) {
    again_.cancel();
    if (!again)
        return;
    again_.expires_at(*again);
    again_.async_wait(unless_gone([this] { turn(); }));
}

void Participant::tick() {
    tick_.expires_after(pauses_.report);
    tick_.async_wait(unless_gone([this] {
        turn();
        tell_all();
        tick();
    }));
}

// Whoever serves has nothing to wait for.
bool Participant::listens() const {
    return steady() < listens_until_ && !serves(keeper_.slots());
}

// To nodes that do not know of listening it is down.
Report Participant::own_report() const {
    Report report;
    report.node = node_;
    report.version = ports_.version;
    report.terms = rules().terms;
    report.weight = orders_.weight.value_or(self().weight);
    report.standing = health_.standing;
    report.reason = health_.reason;
    if (report.standing == Standing::Up && listens()) {
        report.standing = Standing::Down;
        report.listens = true;
        report.reason = "has come, and listens before it takes slots (return_delay)";
    }
    report.duty = orders_.duty;
    report.fixed = !keeper_.drives();
    report.slots = keeper_.slots();
    report.claims = claims_;
    report.round = round_;
    if (keeper_.kernel())
        report.traffic = keeper_.kernel()->traffic;
    return report;
}

// Right after the kernel has been told: if we die between the two, the others are
// mistaken about us until our successor tells them.
void Participant::report(bool anyway) {
    auto now = own_report();
    if (!group_ || (!anyway && told_ && says_the_same(*told_, now)))
        return;
    group_->send(encode(now));
    told_ = std::move(now);
}

void Participant::count_later() {
    if (std::exchange(counting_, true))
        return;
    count_.expires_after(flows_.empty() ? pauses_.first_count : pauses_.count);
    count_.async_wait(unless_gone([this] {
        counting_ = false;
        if (!moves(keeper_.slots()))
            return flows_.clear();
        count_flows();
        turn();
    }));
}

void Participant::count_flows() {
    const auto now = steady();
    if (!keeper_.kernel())
        return;
    if (auto flows = ports_.count_flows(*keeper_.kernel())) {
        flows_ = std::move(*flows);
        counted_ = now;
    } else {
        ports_.kernel.log.warning(
            fmt::format("cluster {}: flows cannot be counted, so slots move when the limit has "
                        "passed: {}",
                        cluster_.name, flows.error().text));
    }
}

} // namespace nfc
