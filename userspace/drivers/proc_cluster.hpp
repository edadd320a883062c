// SPDX-License-Identifier: GPL-2.0
// The clusters of this node: the files in /proc/net/ipt_CLUSTERIP.
#pragma once

#include "core/address.hpp"
#include "core/change.hpp"
#include "core/result.hpp"
#include "core/slot_list.hpp"

#include <filesystem>
#include <vector>

namespace nfc {

class ProcClusters {
public:
    explicit ProcClusters(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // In ascending order.
    Result<std::vector<Address>> list() const;
    Result<Slots> read(Address address) const;
    // One write(2).
    Result<Done> write(Address address, const Command& command) const;

private:
    Error explain(Address address, int number) const;

    std::filesystem::path folder_;
};

// What the kernel means by refusing `command`.
std::string explain_refusal(const Command& command, int number);

} // namespace nfc
