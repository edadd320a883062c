// SPDX-License-Identifier: GPL-2.0
#include "membership/corosync_view.hpp"

#include <algorithm>
#include <iterator>

namespace nfc {

void CorosyncView::set_group(const std::vector<Process>& processes,
                             const std::vector<MemberId>& lost) {
    members_.clear();
    for (const auto& [node, process] : processes)
        members_.insert(node);
    lost_.insert(lost.begin(), lost.end());
}

void CorosyncView::set_machines(Ring ring, const std::vector<MemberId>& machines) {
    ring_ = ring;
    machines_ = {machines.begin(), machines.end()};
    lost_.clear();
}

void CorosyncView::set_quorum(Ring ring, bool quorate) {
    quorum_ring_ = ring;
    quorate_ = quorate;
}

bool CorosyncView::agreed() const {
    return ring_ && ring_ == quorum_ring_ && lost_.empty() && members_.contains(self_) &&
           std::includes(machines_.begin(), machines_.end(), members_.begin(), members_.end());
}

View CorosyncView::view() const {
    View view;
    view.quorate = quorate_;
    view.members = {members_.begin(), members_.end()};
    std::set_difference(machines_.begin(), machines_.end(), members_.begin(), members_.end(),
                        std::back_inserter(view.machines));
    return view;
}

std::optional<View> CorosyncView::take() {
    std::optional<View> now;
    if (agreed()) {
        now = view();
    } else if (told_ && told_->quorate && quorum_ring_ && !quorate_) {
        now = told_;
        now->quorate = false;
    }
    if (!now || now == told_)
        return std::nullopt;
    told_ = now;
    return now;
}

} // namespace nfc
