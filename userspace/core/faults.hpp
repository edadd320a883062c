// SPDX-License-Identifier: GPL-2.0
// What is wrong with the slots of a shared address, as its nodes tell it.
#pragma once

#include "core/snapshot.hpp"

namespace nfc {

struct Faults {
    Slots unanswered; // by nobody of whom it is known
    Slots doubled;    // answered by more than one

    bool operator==(const Faults&) const = default;
};

Faults faults_of(const ClusterStatus& cluster);

} // namespace nfc
