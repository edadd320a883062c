// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/keeper.hpp"

namespace nfc {

void Keeper::own(const std::vector<Pool>& pools) {
    std::vector<const Pool*> ours;
    std::set<std::string> names;
    for (const auto& pool : pools)
        if (keeps(pool)) {
            ours.push_back(&pool);
            names.insert(pool.name);
        }
    open_.clear();
    std::erase_if(problems_, [&](const auto& one) { return !names.contains(one.first); });
    take_over(ours);
}

void Keeper::failed(const std::string& pool, std::string_view why) {
    problems_[pool] = why;
}

void Keeper::carried_out(const std::string& pool) {
    open_.erase(pool);
    problems_.erase(pool);
}

std::vector<std::unique_ptr<Keeper>> all_keepers(Kernel& kernel) {
    std::vector<std::unique_ptr<Keeper>> all;
    all.push_back(std::make_unique<ConditionKeeper>(kernel));
    all.push_back(std::make_unique<StatmarkKeeper>(kernel));
    all.push_back(std::make_unique<IpvsKeeper>(kernel));
    return all;
}

} // namespace nfc
