// SPDX-License-Identifier: GPL-2.0
// One view out of what Corosync tells in two places: who is in the group (CPG), and
// which machines live and have the quorum. Each says of which ring it speaks; while
// they speak of different ones a dead machine could be taken for one whose daemon has
// died, so the view waits until they agree.
#pragma once

#include "core/member.hpp"

#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace nfc {

// What the machines that hear each other have agreed on, of each agreement another.
struct Ring {
    MemberId node = 0;
    std::uint64_t sequence = 0;

    bool operator==(const Ring&) const = default;
};

class CorosyncView {
public:
    using Process = std::pair<MemberId, std::uint32_t>; // node, and its process

    void set_self(MemberId self) { self_ = self; }
    // `lost`: machines that CPG says are gone, before it says which are left.
    void set_group(const std::vector<Process>& processes, const std::vector<MemberId>& lost);
    void set_machines(Ring ring, const std::vector<MemberId>& machines);
    void set_quorum(Ring ring, bool quorate);

    // The view, if it is another than the last one that this gave. That the quorum is
    // gone waits for nothing.
    std::optional<View> take();
    // False: what is heard now belongs to a view that is not known yet.
    bool agreed() const;

private:
    View view() const;

    MemberId self_ = 0;
    std::set<MemberId> members_;
    std::set<MemberId> machines_;
    std::set<MemberId> lost_; // until a ring without them
    std::optional<Ring> ring_;
    std::optional<Ring> quorum_ring_;
    bool quorate_ = false;
    std::optional<View> told_;
};

} // namespace nfc
