// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/engine.hpp"

#include <algorithm>

namespace nfc {

Keeper& Engine::keeper_of(const Pool& pool) {
    return **std::ranges::find_if(keepers_, [&](const auto& one) { return one->keeps(pool); });
}

void Engine::own(const std::vector<Pool>& pools) {
    for (const auto& keeper : keepers_)
        keeper->own(pools);
}

Serving Engine::serving(const Pool& pool) {
    return keeper_of(pool).serving(pool);
}

void Engine::want(const Pool& pool, const Shares& shares) {
    keeper_of(pool).want(pool, shares);
}

void Engine::settle() {
    for (const auto& keeper : keepers_)
        keeper->settle();
}

void Engine::doubt() {
    for (const auto& keeper : keepers_)
        keeper->doubt();
}

std::map<std::string, std::string> Engine::problems() const {
    std::map<std::string, std::string> all;
    for (const auto& keeper : keepers_)
        all.insert(keeper->problems().begin(), keeper->problems().end());
    return all;
}

std::string Engine::problem(const std::string& pool) const {
    for (const auto& keeper : keepers_)
        if (const auto at = keeper->problems().find(pool); at != keeper->problems().end())
            return at->second;
    return {};
}

std::uint64_t Engine::changes() const {
    std::uint64_t sum = 0;
    for (const auto& keeper : keepers_)
        sum += keeper->changes();
    return sum;
}

} // namespace nfc
