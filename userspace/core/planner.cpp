// SPDX-License-Identifier: GPL-2.0
#include "core/planner.hpp"

#include <algorithm>
#include <numeric>
#include <ranges>

namespace nfc {

namespace {

// What a sharer's weight makes of all slots.
struct Portion {
    std::size_t floor = 0;
    bool fraction = false; // of one more
};

std::vector<Portion> portions_of(const std::vector<Sharer>& sharers, std::uint64_t slots) {
    std::uint64_t sum = 0;
    for (const auto& sharer : sharers)
        sum += sharer.weight;
    std::vector<Portion> portions(sharers.size());
    for (std::size_t i = 0; sum && i < sharers.size(); ++i) {
        const auto parts = slots * sharers[i].weight;
        portions[i] = {static_cast<std::size_t>(parts / sum), parts % sum != 0};
    }
    return portions;
}

std::vector<std::size_t> count_owned(const Owners& owners, std::size_t sharers) {
    std::vector<std::size_t> has(sharers);
    for (const auto& owner : owners)
        if (owner && *owner < sharers)
            ++has[*owner];
    return has;
}

// All plans hang on this order, and nothing on that in which they were named.
std::vector<std::size_t> names_in_order(const std::vector<Sharer>& sharers) {
    std::vector<std::size_t> order(sharers.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return sharers[i].name; });
    return order;
}

// The slots that whole portions leave over go where they spare a move, one each; then
// by name. Whoever is given one has more than its floor when that is done, and keeps
// it when the rest of a plan is computed again.
std::vector<std::size_t> quotas_of(const std::vector<Portion>& portions,
                                   const std::vector<std::size_t>& order,
                                   const std::vector<std::size_t>& has, std::size_t slots) {
    std::vector<std::size_t> quotas;
    for (const auto& portion : portions) {
        quotas.push_back(portion.floor);
        slots -= portion.floor;
    }
    for (const bool has_more : {true, false})
        for (const auto i : order)
            if (slots && portions[i].fraction && (has[i] > portions[i].floor) == has_more) {
                ++quotas[i];
                --slots;
            }
    return quotas;
}

} // namespace

Owners plan_owners(const std::vector<Sharer>& sharers, const Owners& now) {
    const auto portions = portions_of(sharers, now.size());
    const auto order = names_in_order(sharers);
    auto has = count_owned(now, sharers.size());
    if (std::ranges::none_of(sharers, &Sharer::weight))
        return Owners(now.size());
    const auto quotas = quotas_of(portions, order, has, now.size());

    // Always from above: so what is given is the same when some of it is gone already.
    Owners next = now;
    for (auto& owner : next | std::views::reverse)
        if (owner && (*owner >= sharers.size() || has[*owner] > quotas[*owner])) {
            if (*owner < sharers.size())
                --has[*owner];
            owner.reset();
        }
    auto taker = order.begin();
    for (auto& owner : next)
        if (!owner) {
            while (has[*taker] >= quotas[*taker])
                ++taker;
            owner = *taker;
            ++has[*taker];
        }
    return next;
}

std::size_t count_moves(const Owners& before, const Owners& after) {
    std::size_t moves = 0;
    for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i)
        moves += before[i] && before[i] != after[i];
    return moves;
}

} // namespace nfc
