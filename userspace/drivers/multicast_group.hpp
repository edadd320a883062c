// SPDX-License-Identifier: GPL-2.0
// Membership in the multicast group that has a hardware address, so that switches that
// snoop on IGMP or MLD send on what goes to that.
#pragma once

#include "core/address.hpp"
#include "core/result.hpp"
#include "drivers/fd.hpp"

#include <string>

namespace nfc {

// While it lives. The kernel tells switches of it, and whoever asks.
class MulticastGroup {
public:
    static Result<MulticastGroup> join(const std::string& interface, const Mac& mac);

    // Whether the interface is still that which has joined, and not another of its name.
    bool holds(const std::string& interface) const;

private:
    MulticastGroup(Fd socket, unsigned index) : socket_(std::move(socket)), index_(index) {}

    Fd socket_;
    unsigned index_;
};

} // namespace nfc
