// SPDX-License-Identifier: GPL-2.0
#include "core/faults.hpp"

#include <algorithm>

namespace nfc {

Faults faults_of(const ClusterStatus& cluster) {
    Faults faults;
    for (unsigned slot = 1; slot <= cluster.slots; ++slot) {
        const auto takers = std::ranges::count_if(cluster.nodes, [&](const NodeStatus& node) {
            return slot <= node.slots.size() && (node.slots[slot - 1] == SlotState::On ||
                                                 node.slots[slot - 1] == SlotState::Fill);
        });
        if (takers == 0)
            faults.unanswered.insert(slot);
        else if (takers > 1)
            faults.doubled.insert(slot);
    }
    return faults;
}

} // namespace nfc
