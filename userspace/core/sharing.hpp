// SPDX-License-Identifier: GPL-2.0
// Which slots of a shared address this node answers, and how: from who is there, what
// all of them say, and what our own kernel holds. There is no log of what was decided:
// what is true is what the kernels hold, so a daemon that dies at any step leaves
// nothing behind but that, and the next one goes on from there.
#pragma once

#include "core/member.hpp"
#include "core/planner.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace nfc {

struct SharingRules {
    Terms terms;
    Duration handover_limit{300'000}; // 0: slots move at once
    Duration takeover_delay{0};       // after a machine was lost
    // So long a newcomer waits for what the others have to say.
    Duration patience{5000};
};

// What our own kernel holds.
struct OwnSlots {
    SlotStates slots;
    // Flows that live here, by slot, when they were counted; none: nobody has counted.
    std::vector<std::size_t> flows;
    Moment counted{};
};

struct Decision {
    SlotStates slots;        // what our kernel shall hold
    Slots claims;            // what we have to say that we will take
    std::uint32_t round = 0; // with it
    // Then all may be otherwise although nothing has happened.
    std::optional<Moment> again;
    std::string problem; // why we take nothing, for a person

    bool operator==(const Decision&) const = default;
};

class Sharing {
public:
    // What is known of one other, or of ourselves as the others know us.
    struct Known {
        Report report;
        bool member = false; // its daemon is in the group
    };

    Sharing(MemberId self, SharingRules rules) : self_(self), rules_(std::move(rules)) {}

    void set(SharingRules rules) { rules_ = std::move(rules); }
    void see(const View& view, Moment now);
    // From one that is in the view; ours too, when it comes back to us: then it has its
    // place among those of the others. True: decide() may come to something else now.
    bool hear(MemberId from, const Report& report);
    void hear(MemberId from, const Legacy& legacy);
    // What newcomers have to be told of machines without a daemon: by all that know, for
    // not everybody has heard everything (heartbeats).
    std::vector<Legacy> legacies() const;

    Decision decide(const OwnSlots& own, Moment now);
    // All were heard, or waited for long enough, and none takes new flows.
    bool nobody_serves() const;

    const View& view() const { return view_; }
    const std::map<MemberId, Known>& known() const { return known_; }
    // Whose each slot shall be, as far as we have been told; of the last decision.
    const std::vector<std::optional<MemberId>>& targets() const { return targets_; }
    // Those who may own slots, and why others may not; of the last decision.
    const std::map<MemberId, std::string>& refused() const { return refused_; }

private:
    // How others hold a slot, all together.
    struct Held {
        bool on = false, fill = false, drain = false;
        bool taken() const { return on || fill; }
        bool any() const { return on || fill || drain; }
    };

    void settle_claims();
    bool may_take(unsigned slot, Decision& decision) const;
    Decision conclude(Decision decision);
    bool waits(Moment now);
    void refuse();
    bool plan();
    std::vector<Held> held_by_others() const;
    bool is_awaited(std::size_t slot) const;
    SlotState next(std::size_t slot, const Held& others, const OwnSlots& own, Moment now,
                   Decision& decision);

    MemberId self_;
    SharingRules rules_;
    View view_;
    bool seen_ = false; // a view
    std::map<MemberId, Known> known_;
    std::set<MemberId> awaited_; // whose slots we do not know yet
    Moment patient_until_{};
    Moment take_from_{};                        // slots of nobody
    std::map<std::size_t, Moment> drained_;     // since when, of our own
    std::map<unsigned, MemberId> claims_;       // who was heard first, by slot from 1
    std::map<unsigned, std::uint32_t> claimed_; // by us, since which round
    std::uint32_t round_ = 0;
    std::vector<std::optional<MemberId>> targets_;
    std::map<MemberId, std::string> refused_;
};

// Takes new flows of any slot.
bool serves(const SlotStates& slots);
// But for what changes all the time, and changes no plan.
bool says_the_same(const Report& a, const Report& b);
// One that takes no part in plans: others move its slots, or nobody.
bool is_fixed(const Sharing::Known& known);

} // namespace nfc
