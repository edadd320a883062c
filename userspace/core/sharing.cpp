// SPDX-License-Identifier: GPL-2.0
#include "core/sharing.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

namespace nfc {

namespace {

bool holds_any(const Report& report) {
    return std::ranges::any_of(report.slots,
                               [](SlotState state) { return state != SlotState::Off; });
}

// Its machine has left the view altogether.
bool is_in(const View& view, MemberId id) {
    return std::ranges::binary_search(view.members, id) ||
           std::ranges::binary_search(view.machines, id);
}

// What of somebody's terms is another than what was agreed on, for a person.
std::string difference(const Terms& theirs, const Terms& agreed) {
    const auto differs = [](std::string_view field, const auto& a, const auto& b) {
        return fmt::format("{} is {}, and {} at most nodes", field, a, b);
    };
    const auto mac = [](const Terms& terms) {
        return terms.mac ? to_string(*terms.mac) : std::string("derived from the address");
    };
    if (theirs.address != agreed.address)
        return differs("address", to_string(theirs.address), to_string(agreed.address));
    if (theirs.slots != agreed.slots)
        return differs("slots", theirs.slots, agreed.slots);
    if (theirs.hash.mode != agreed.hash.mode)
        return differs("hashmode", to_string(theirs.hash.mode), to_string(agreed.hash.mode));
    if (theirs.hash.seed != agreed.hash.seed)
        return differs("hash_init", theirs.hash.seed, agreed.hash.seed);
    return differs("mac", mac(theirs), mac(agreed));
}

enum class Lenience { None, Newcomers, Sick, Unwanted };

// What it counts in the plan. If nobody is well, whoever has just come serves, or else
// the sick, as well as any; if nobody is wanted, somebody has to serve nevertheless.
unsigned weight_of(const Report& report, Lenience lenience) {
    const bool wanted = report.duty == Duty::Serve;
    switch (lenience) {
    case Lenience::None:
        return wanted && report.standing == Standing::Up ? report.weight : 0;
    case Lenience::Newcomers:
        return wanted && (report.standing == Standing::Up || report.listens) ? report.weight : 0;
    case Lenience::Sick:
        return wanted ? report.weight : 0;
    case Lenience::Unwanted:
        break;
    }
    return 1;
}

} // namespace

bool serves(const SlotStates& slots) {
    return std::ranges::any_of(
        slots, [](SlotState state) { return state == SlotState::On || state == SlotState::Fill; });
}

bool says_the_same(const Report& a, const Report& b) {
    auto quiet = a;
    quiet.traffic = b.traffic;
    quiet.reason = b.reason;
    return quiet == b;
}

bool is_fixed(const Sharing::Known& known) {
    return !known.member || known.report.fixed;
}

void Sharing::see(const View& view, Moment now) {
    const auto before = std::exchange(view_, view);
    const bool newcomer = !seen_ || !before.quorate;
    seen_ = true;

    for (const auto* some : {&before.members, &before.machines})
        if (std::ranges::any_of(*some, [&](MemberId id) { return !is_in(view, id); }))
            take_from_ = now + rules_.takeover_delay;

    std::erase_if(known_, [&](const auto& one) { return !is_in(view, one.first); });
    for (auto& [id, known] : known_) {
        known.member = std::ranges::binary_search(view.members, id);
        if (!known.member) // nobody is left who could take them
            known.report.claims.clear();
    }
    std::erase_if(awaited_, [&](MemberId id) { return !is_in(view, id); });
    settle_claims();
    if (newcomer && view.quorate) {
        for (const auto* some : {&view.members, &view.machines})
            for (const auto id : *some)
                if (id != self_ && !known_.contains(id))
                    awaited_.insert(id);
        patient_until_ = now + rules_.patience;
    }
}

bool Sharing::hear(MemberId from, const Report& report) {
    if (!std::ranges::binary_search(view_.members, from))
        return false;
    const auto known = known_.find(from);
    const bool news = known == known_.end() || !known->second.member ||
                      !says_the_same(known->second.report, report);
    known_[from] = {report, true};
    if (!news)
        return false;
    awaited_.erase(from);
    settle_claims();
    return true;
}

// A claim to what somebody else answers for, or was heard to claim, waits until that ends.
void Sharing::settle_claims() {
    std::erase_if(claims_, [&](const auto& one) {
        const auto& [slot, id] = one;
        const auto known = known_.find(id);
        return known == known_.end() || !known->second.member ||
               !known->second.report.claims.contains(slot);
    });
    const auto taken = [&](unsigned slot, MemberId from, const Terms& terms) {
        return std::ranges::any_of(known_, [&](const auto& one) {
            const auto& other = one.second.report;
            if (one.first == from || other.terms != terms)
                return false;
            const auto state = other.slots.at(slot - 1);
            return state == SlotState::On || state == SlotState::Fill;
        });
    };
    for (const auto& [id, known] : known_)
        if (known.member)
            for (const auto slot : known.report.claims)
                if (!claims_.contains(slot) && !taken(slot, id, known.report.terms))
                    claims_.emplace(slot, id);
}

// What was claimed, dropped, and is claimed again must not be taken for the first claim:
// all are about to forget that.
bool Sharing::may_take(unsigned slot, Decision& decision) const {
    decision.claims.insert(slot);
    const auto since = claimed_.find(slot);
    const auto first = claims_.find(slot);
    return since != claimed_.end() && first != claims_.end() && first->second == self_ &&
           known_.at(self_).report.round >= since->second;
}

// What is claimed from now on, and has not been up to now, is in the next round.
Decision Sharing::conclude(Decision decision) {
    const bool same = std::ranges::equal(claimed_, decision.claims, {},
                                         [](const auto& one) { return one.first; });
    if (!same)
        ++round_;
    std::erase_if(claimed_, [&](const auto& one) { return !decision.claims.contains(one.first); });
    for (const auto slot : decision.claims)
        claimed_.try_emplace(slot, round_);
    decision.round = round_;
    return decision;
}

// Who speaks for himself knows better.
void Sharing::hear(MemberId, const Legacy& legacy) {
    if (!std::ranges::binary_search(view_.machines, legacy.of) || known_.contains(legacy.of))
        return;
    known_[legacy.of] = {legacy.report, false};
    known_[legacy.of].report.claims.clear();
    awaited_.erase(legacy.of);
}

bool Sharing::nobody_serves() const {
    return view_.quorate && awaited_.empty() && std::ranges::none_of(known_, [](const auto& one) {
               return serves(one.second.report.slots);
           });
}

std::vector<Legacy> Sharing::legacies() const {
    std::vector<Legacy> all;
    for (const auto& [id, known] : known_)
        if (!known.member)
            all.push_back({id, known.report});
    return all;
}

bool Sharing::waits(Moment now) {
    if (now >= patient_until_)
        awaited_.clear();
    return !awaited_.empty();
}

// Of those who disagree about what a slot is, the party that serves goes on, the larger
// one if both do. Of two with one name likewise.
void Sharing::refuse() {
    struct Party {
        std::size_t serving = 0, size = 0;
        MemberId first = 0;
        const Terms* terms = nullptr;
        auto rank() const { return std::tuple(serving, size, UINT32_MAX - first); }
    };
    std::vector<Party> parties;
    refused_.clear();
    for (const auto& [id, known] : known_) {
        if (!known.member)
            continue;
        const auto& terms = known.report.terms;
        auto at = std::ranges::find_if(parties,
                                       [&](const Party& party) { return *party.terms == terms; });
        if (at == parties.end())
            at = parties.insert(parties.end(), Party{0, 0, id, &terms});
        at->size++;
        at->serving += holds_any(known.report);
    }
    if (parties.empty())
        return;
    const Terms agreed = *std::ranges::max_element(parties, {}, &Party::rank)->terms;

    std::map<std::string, MemberId> names;
    for (const auto& [id, known] : known_) {
        if (known.report.terms != agreed) {
            refused_[id] = fmt::format("the configuration of {} is another: {}", known.report.node,
                                       difference(known.report.terms, agreed));
            continue;
        }
        if (!known.member)
            continue;
        const auto [at, fresh] = names.emplace(known.report.node, id);
        if (fresh)
            continue;
        auto loser = id;
        if (holds_any(known.report) && !holds_any(known_[at->second].report))
            loser = std::exchange(at->second, id);
        refused_[loser] = fmt::format("two nodes are called {}: numbers {} and {}",
                                      known.report.node, at->second, loser);
    }
}

// False: nobody can serve yet, but somebody may as soon as it has been asked.
bool Sharing::plan() {
    struct One {
        MemberId id;
        const Known* known;
    };
    std::vector<One> planned, fixed;
    targets_.assign(rules_.terms.slots, std::nullopt);
    for (const auto& [id, known] : known_)
        if (!refused_.contains(id))
            (is_fixed(known) ? fixed : planned).push_back({id, &known});
    std::ranges::sort(planned, {}, [](const One& one) { return one.known->report.node; });

    std::vector<Sharer> sharers;
    for (const auto lenience :
         {Lenience::None, Lenience::Newcomers, Lenience::Sick, Lenience::Unwanted}) {
        sharers.clear();
        for (const auto& one : planned)
            sharers.push_back({one.known->report.node, weight_of(one.known->report, lenience)});
        if (std::ranges::any_of(sharers, [](const Sharer& one) { return one.weight > 0; }))
            break;
        if (lenience != Lenience::None && std::ranges::any_of(planned, [](const One& one) {
                return one.known->report.standing == Standing::Unknown;
            }))
            return false;
    }

    // Whoever answers for a slot owns it, sooner than who only keeps what it has of it.
    std::vector<std::size_t> places; // of the slots that can be planned
    Owners owners;
    for (std::size_t slot = 0; slot < targets_.size(); ++slot) {
        const auto holds = [slot](const One& one, SlotState state) {
            return one.known->report.slots.at(slot) == state;
        };
        for (const auto& one : fixed)
            if (holds(one, SlotState::On) || holds(one, SlotState::Fill))
                targets_[slot] = one.id;
        if (targets_[slot])
            continue;
        std::optional<std::size_t> owner;
        const auto claim = claims_.find(static_cast<unsigned>(slot + 1));
        const auto look_for = [&](auto&& is_owner) {
            for (std::size_t i = 0; i < planned.size() && !owner; ++i)
                if (is_owner(planned[i]))
                    owner = i;
        };
        look_for([&](const One& one) { return holds(one, SlotState::On); });
        look_for([&](const One& one) { return holds(one, SlotState::Fill); });
        look_for([&](const One& one) { return claim != claims_.end() && claim->second == one.id; });
        look_for([&](const One& one) { return holds(one, SlotState::Drain); });
        places.push_back(slot);
        owners.push_back(owner);
    }
    const auto next = plan_owners(sharers, owners);
    for (std::size_t i = 0; i < places.size(); ++i)
        if (next[i])
            targets_[places[i]] = planned[*next[i]].id;
    return true;
}

std::vector<Sharing::Held> Sharing::held_by_others() const {
    std::vector<Held> held(rules_.terms.slots);
    for (const auto& [id, known] : known_) {
        if (id == self_ || known.report.terms != rules_.terms)
            continue;
        for (std::size_t slot = 0; slot < held.size(); ++slot) {
            const auto state = known.report.slots[slot];
            held[slot].on |= state == SlotState::On;
            held[slot].fill |= state == SlotState::Fill;
            held[slot].drain |= state == SlotState::Drain;
        }
    }
    return held;
}

Decision Sharing::decide(const OwnSlots& own, Moment now) {
    Decision decision{own.slots, {}, 0, std::nullopt, {}};
    if (!seen_)
        return decision;
    const auto give_up_all = [&] {
        std::ranges::fill(decision.slots, SlotState::Off);
        drained_.clear();
        targets_.clear();
        return conclude(std::move(decision));
    };
    if (!view_.quorate) {
        decision.problem = "outside of the quorate part of the cluster";
        return give_up_all();
    }
    // Until the others have heard what we want now.
    const auto self = known_.find(self_);
    if (self == known_.end() || self->second.report.terms != rules_.terms ||
        own.slots.size() != rules_.terms.slots)
        return conclude(std::move(decision));
    if (waits(now)) {
        decision.again = patient_until_;
        return conclude(std::move(decision));
    }
    refuse();
    if (const auto why = refused_.find(self_); why != refused_.end()) {
        decision.problem = why->second;
        return give_up_all();
    }
    if (!plan() || is_fixed(self->second))
        return conclude(std::move(decision));
    const auto others = held_by_others();
    for (std::size_t slot = 0; slot < decision.slots.size(); ++slot)
        decision.slots[slot] = next(slot, others[slot], own, now, decision);
    return conclude(std::move(decision));
}

// Whether the one that shall have it is ready: it might be dying.
bool Sharing::is_awaited(std::size_t slot) const {
    if (!targets_[slot])
        return false;
    const auto& report = known_.at(*targets_[slot]).report;
    const auto state = report.slots[slot];
    return state == SlotState::On || state == SlotState::Fill ||
           report.claims.contains(static_cast<unsigned>(slot + 1));
}

SlotState Sharing::next(std::size_t slot, const Held& others, const OwnSlots& own, Moment now,
                        Decision& decision) {
    const auto again = [&](Moment at) {
        decision.again = decision.again ? std::min(*decision.again, at) : at;
    };
    const auto state = own.slots[slot];
    if (state != SlotState::Drain)
        drained_.erase(slot);

    if (targets_[slot] == self_) {
        const bool taken = state == SlotState::On || state == SlotState::Fill;
        const bool may = taken || may_take(static_cast<unsigned>(slot + 1), decision);
        if (others.fill && state == SlotState::On)
            return SlotState::Drain;
        if (others.taken() || !may)
            return state; // until they drain, for us
        if (others.drain) {
            decision.claims.erase(static_cast<unsigned>(slot + 1));
            return SlotState::Fill;
        }
        // Of nobody else. What was a lost machine's may be answered there for a moment yet.
        if (state == SlotState::On || state == SlotState::Drain || now >= take_from_) {
            decision.claims.erase(static_cast<unsigned>(slot + 1));
            return SlotState::On;
        }
        again(take_from_);
        return state;
    }
    switch (state) {
    case SlotState::Off:
        return SlotState::Off;
    case SlotState::On:
    case SlotState::Fill:
        if (!is_awaited(slot))
            return state;
        if (rules_.handover_limit == Duration{0})
            return SlotState::Off;
        drained_[slot] = now;
        again(now + rules_.handover_limit);
        return SlotState::Drain;
    case SlotState::Drain:
        break;
    }
    const auto since = drained_.try_emplace(slot, now).first->second;
    const bool empty = own.counted > since && own.flows.size() > slot && own.flows[slot] == 0;
    const bool over = now >= since + rules_.handover_limit;
    if (others.taken() && (empty || over))
        return SlotState::Off;
    if (!over)
        again(since + rules_.handover_limit);
    return SlotState::Drain;
}

} // namespace nfc
