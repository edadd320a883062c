// SPDX-License-Identifier: GPL-2.0
// Keeps all that pools want in the kernel, whatever drives them.
#pragma once

#include "nfclusterd/keeper.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace nfc {

class Engine {
public:
    explicit Engine(std::vector<std::unique_ptr<Keeper>> keepers) : keepers_(std::move(keepers)) {}

    void own(const std::vector<Pool>& pools);
    Serving serving(const Pool& pool);
    void want(const Pool& pool, const Shares& shares);
    void settle();
    void doubt();

    // What went wrong last time, by pool; empty: all is as it should be.
    std::map<std::string, std::string> problems() const;
    std::string problem(const std::string& pool) const;
    std::uint64_t changes() const;

private:
    Keeper& keeper_of(const Pool& pool);

    std::vector<std::unique_ptr<Keeper>> keepers_;
};

} // namespace nfc
