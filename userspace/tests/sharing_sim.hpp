// SPDX-License-Identifier: GPL-2.0
// Machines whose daemons share slots, on a bus that brings all messages to all of them in
// one order, each after a while of its own: what Corosync promises.
#pragma once

#include "core/sharing.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace nfc::sim {

using namespace std::chrono_literals;

struct Machine {
    MemberId id = 0;
    Terms terms;
    std::string name;
    bool up = true;    // the kernel answers
    bool cut = false;  // from all others
    bool hung = false; // its daemon does nothing, and is in the group all the same
    SlotStates kernel;
    std::set<std::size_t> flows; // slots that have some
    Standing standing = Standing::Up;
    Duty duty = Duty::Serve;
    unsigned weight = 1;
    std::unique_ptr<Sharing> daemon;
    Slots claims;
    std::uint32_t round = 0;
    std::optional<Report> told;
    Moment last{}; // the last thing that is on its way to it arrives then
    unsigned life = 0;
};

class World {
public:
    World(unsigned machines, unsigned slots, unsigned seed, Duration limit = 2000ms)
        : random_(seed) {
        rules_.terms.address = *read_ip("", "10.0.0.10");
        rules_.terms.slots = slots;
        rules_.handover_limit = limit;
        rules_.takeover_delay = 200ms;
        for (unsigned i = 0; i < machines; ++i) {
            auto& one = machines_.emplace_back();
            one.id = i + 1;
            one.name = "web" + std::to_string(i + 1);
            one.terms = rules_.terms;
            one.kernel.assign(slots, SlotState::Off);
        }
        for (unsigned i = 0; i < machines; ++i)
            start(i);
    }

    // --- what happens

    void start(std::size_t i) {
        auto& one = machines_[i];
        if (one.daemon || !one.up)
            return;
        auto rules = rules_;
        rules.terms = one.terms;
        one.daemon = std::make_unique<Sharing>(one.id, rules);
        one.told.reset();
        one.claims.clear();
        one.round = 0;
        ++one.life;
        tick(i);
        regroup();
    }
    void kill_daemon(std::size_t i) {
        if (!machines_[i].daemon)
            return;
        machines_[i].daemon.reset();
        ++machines_[i].life;
        regroup();
    }
    void kill_machine(std::size_t i) {
        auto& one = machines_[i];
        one.daemon.reset();
        ++one.life;
        one.up = false;
        one.flows.clear();
        std::ranges::fill(one.kernel, SlotState::Off);
        regroup();
    }
    void boot(std::size_t i) {
        machines_[i].up = true;
        start(i);
    }
    void cut(std::size_t i, bool cut) {
        machines_[i].cut = cut;
        regroup();
    }
    Machine& machine(std::size_t i) { return machines_[i]; }
    std::size_t count() const { return machines_.size(); }

    void run(Duration time) {
        const auto until = now_ + time;
        while (!queue_.empty() && queue_.begin()->first <= until) {
            auto event = queue_.extract(queue_.begin());
            now_ = event.key();
            event.mapped()();
            look();
        }
        now_ = until;
    }

    // --- what is seen

    // The machines that answer for new connections of a slot.
    std::vector<std::string> takers(std::size_t slot) const {
        std::vector<std::string> all;
        for (const auto& one : machines_)
            if (one.up &&
                (one.kernel[slot] == SlotState::On || one.kernel[slot] == SlotState::Fill))
                all.push_back(one.name);
        return all;
    }
    // How often two answered for a slot at once.
    std::size_t doubles() const { return doubles_; }
    // Every slot is one's, and nothing is on its way.
    bool settled() const {
        for (std::size_t slot = 0; slot < rules_.terms.slots; ++slot)
            if (takers(slot).size() != 1)
                return false;
        return std::ranges::none_of(machines_, [](const Machine& one) {
            return std::ranges::any_of(one.kernel, [](SlotState state) {
                return state == SlotState::Drain || state == SlotState::Fill;
            });
        });
    }
    std::size_t owned(std::size_t i) const {
        return static_cast<std::size_t>(std::ranges::count(machines_[i].kernel, SlotState::On));
    }
    std::string text() const {
        std::string all;
        for (const auto& one : machines_) {
            all += one.name + (one.up ? one.cut ? " cut " : " " : " dead ") +
                   (one.daemon ? "" : "(no daemon) ");
            for (const auto state : one.kernel)
                all += std::string("+dF-")[static_cast<std::size_t>(state)];
            all += '\n';
        }
        return all;
    }

private:
    void at(Moment when, std::function<void()> what) { queue_.emplace(when, std::move(what)); }
    Duration some(unsigned least, unsigned most) {
        return Duration(std::uniform_int_distribution<unsigned>(least, most)(random_));
    }

    // In the order in which it was sent, to each.
    void bring(std::size_t i, std::function<void(Sharing&)> what) {
        auto& one = machines_[i];
        one.last = std::max(one.last, now_ + some(1, 50));
        at(one.last, [this, i, life = one.life, what] {
            auto& machine = machines_[i];
            if (!machine.daemon || machine.hung || machine.life != life)
                return;
            what(*machine.daemon);
            think(i);
        });
    }
    bool together(const Machine& a, const Machine& b) const {
        return a.up && b.up && (a.id == b.id || (!a.cut && !b.cut));
    }
    void send(std::size_t from, const std::function<void(Sharing&)>& what) {
        for (std::size_t i = 0; i < machines_.size(); ++i)
            if (machines_[i].daemon && together(machines_[from], machines_[i]))
                bring(i, what);
    }
    void regroup() {
        std::vector<View> views;
        for (const auto& one : machines_) {
            View view;
            std::size_t seen = 0;
            for (const auto& other : machines_) {
                if (!together(one, other))
                    continue;
                ++seen;
                (other.daemon ? view.members : view.machines).push_back(other.id);
            }
            view.quorate = 2 * seen > machines_.size();
            views.push_back(std::move(view));
        }
        for (std::size_t i = 0; i < machines_.size(); ++i)
            if (machines_[i].daemon)
                bring(i, [this, i, view = views[i]](Sharing& daemon) {
                    if (view == daemon.view())
                        return;
                    daemon.see(view, now_);
                    for (const auto& legacy : daemon.legacies())
                        send(i, [legacy](Sharing& other) { other.hear(0, legacy); });
                    report(i, true);
                });
    }
    void report(std::size_t i, bool anyway) {
        auto& one = machines_[i];
        Report report;
        report.node = one.name;
        report.terms = one.terms;
        report.weight = one.weight;
        report.standing = one.standing;
        report.duty = one.duty;
        report.slots = one.kernel;
        report.claims = one.claims;
        report.round = one.round;
        if (!anyway && one.told == report)
            return;
        one.told = report;
        send(i, [id = one.id, report](Sharing& other) { other.hear(id, report); });
    }
    void think(std::size_t i) {
        auto& one = machines_[i];
        std::vector<std::size_t> flows(one.kernel.size(), 0);
        for (const auto slot : one.flows)
            flows[slot] = 1;
        const auto decision = one.daemon->decide({one.kernel, flows, now_}, now_);
        one.kernel = decision.slots;
        one.claims = decision.claims;
        one.round = decision.round;
        for (std::size_t slot = 0; slot < one.kernel.size(); ++slot)
            if (one.kernel[slot] == SlotState::Off)
                one.flows.erase(slot);
        report(i, false);
        if (decision.again)
            at(std::max(*decision.again, now_ + 1ms), [this, i, life = one.life] {
                if (machines_[i].daemon && machines_[i].life == life)
                    think(i);
            });
    }
    void tick(std::size_t i) {
        at(now_ + 100ms, [this, i, life = machines_[i].life] {
            if (!machines_[i].daemon || machines_[i].life != life)
                return;
            if (!machines_[i].hung)
                think(i);
            tick(i);
        });
    }
    void look() {
        for (std::size_t slot = 0; slot < rules_.terms.slots; ++slot)
            doubles_ += takers(slot).size() > 1;
    }

    SharingRules rules_;
    std::mt19937 random_;
    std::vector<Machine> machines_;
    std::multimap<Moment, std::function<void()>> queue_;
    Moment now_{1h};
    std::size_t doubles_ = 0;
};

} // namespace nfc::sim
