// SPDX-License-Identifier: GPL-2.0
#include "core/planner.hpp"

#include <algorithm>
#include <numeric>
#include <ranges>

namespace nfc {

namespace {

// What a sharer's weight makes of all slots.
struct Share {
    std::size_t floor = 0;
    bool fraction = false; // of one more
};

std::vector<Share> shares_of(const std::vector<Sharer>& sharers, std::uint64_t slots) {
    std::uint64_t sum = 0;
    for (const auto& sharer : sharers)
        sum += sharer.weight;
    std::vector<Share> shares(sharers.size());
    for (std::size_t i = 0; sum && i < sharers.size(); ++i) {
        const auto parts = slots * sharers[i].weight;
        shares[i] = {static_cast<std::size_t>(parts / sum), parts % sum != 0};
    }
    return shares;
}

std::vector<std::size_t> count(const Owners& owners, std::size_t sharers) {
    std::vector<std::size_t> has(sharers);
    for (const auto& owner : owners)
        if (owner && *owner < sharers)
            ++has[*owner];
    return has;
}

// All plans hang on this order, and nothing on that in which they were named.
std::vector<std::size_t> by_name(const std::vector<Sharer>& sharers) {
    std::vector<std::size_t> order(sharers.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return sharers[i].name; });
    return order;
}

// The slots that whole shares leave over go where they spare a move, one each; then
// by name. Whoever is given one has more than its floor when that is done, and keeps
// it when the rest of a plan is computed again.
std::vector<std::size_t> quotas_of(const std::vector<Share>& shares,
                                   const std::vector<std::size_t>& order,
                                   const std::vector<std::size_t>& has, std::size_t slots) {
    std::vector<std::size_t> quotas;
    for (const auto& share : shares) {
        quotas.push_back(share.floor);
        slots -= share.floor;
    }
    for (const bool has_more : {true, false})
        for (const auto i : order)
            if (slots && shares[i].fraction && (has[i] > shares[i].floor) == has_more) {
                ++quotas[i];
                --slots;
            }
    return quotas;
}

} // namespace

Owners plan_owners(const std::vector<Sharer>& sharers, const Owners& now) {
    const auto shares = shares_of(sharers, now.size());
    const auto order = by_name(sharers);
    auto has = count(now, sharers.size());
    if (std::ranges::none_of(sharers, &Sharer::weight))
        return Owners(now.size());
    const auto quotas = quotas_of(shares, order, has, now.size());

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
