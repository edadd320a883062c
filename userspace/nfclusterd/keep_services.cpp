// SPDX-License-Identifier: GPL-2.0
#include "core/ipvs_apply.hpp"
#include "nfclusterd/keeper.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc {

namespace {

struct KeyOf {
    ipvs::ServiceKey operator()(const ipvs::AddService& c) const { return c.service.key; }
    ipvs::ServiceKey operator()(const ipvs::EditService& c) const { return c.service.key; }
    template <typename Other>
    ipvs::ServiceKey operator()(const Other& c) const {
        return c.service;
    }
};

std::optional<unsigned> serves(const ipvs::ServiceState& known, const PoolBackend& backend) {
    const auto at = known.destinations.find({backend.address, backend.port});
    if (at == known.destinations.end() || !at->second.destination.weight)
        return std::nullopt;
    return at->second.destination.weight;
}

} // namespace

bool IpvsKeeper::keeps(const Pool& pool) const {
    return std::holds_alternative<IpvsDriver>(pool.driver);
}

void IpvsKeeper::take_over(const std::vector<const Pool*>& pools) {
    std::map<std::string, ipvs::ServiceKey> owned;
    std::set<ipvs::ServiceKey> keys;
    for (const auto* pool : pools) {
        const auto& key = std::get<IpvsDriver>(pool->driver).service.key;
        owned[pool->name] = key;
        keys.insert(key);
    }
    for (const auto& [pool, key] : owned_)
        forsaken_.push_back(key);
    std::erase_if(forsaken_, [&](const auto& key) { return keys.contains(key); });
    owned_ = std::move(owned);
    wanted_.clear();
}

Serving IpvsKeeper::serving(const Pool& pool) {
    Serving serving;
    const auto& key = std::get<IpvsDriver>(pool.driver).service.key;
    const bool readable = static_cast<bool>(look());
    const auto known = readable && known_->contains(key) ? known_->at(key) : ipvs::ServiceState{};
    for (const auto& backend : pool.backends)
        serving.backends.push_back(serves(known, backend));
    serving.sorry = pool.sorry && serves(known, *pool.sorry);
    return serving;
}

void IpvsKeeper::want(const Pool& pool, const Shares& shares) {
    wanted_[pool.name] = wanted_service(pool, shares);
    open_.insert(pool.name);
}

void IpvsKeeper::doubt() {
    known_.reset();
    for (const auto& [pool, service] : wanted_)
        open_.insert(pool);
}

Result<Done> IpvsKeeper::look() {
    if (known_)
        return Done{};
    auto table = kernel_.services();
    if (!table)
        return table.error();
    known_ = std::move(*table);
    return Done{};
}

// Each is a request of its own; but who has no service has no servers either.
IpvsKeeper::Problems IpvsKeeper::carry_out(const ipvs::Changes& changes) {
    Problems problems;
    for (const auto& change : changes) {
        const auto key = std::visit(KeyOf{}, change);
        if (problems.contains(key) && !known_->contains(key))
            continue;
        if (const auto done = kernel_.write(change); !done)
            problems[key].push_back(done.error().text);
        else if (++changes_; !ipvs::apply(change, *known_))
            problems[key].push_back("the kernel held something else than was seen");
    }
    return problems;
}

void IpvsKeeper::settle() {
    if (open_.empty() && forsaken_.empty())
        return;
    if (const auto seen = look(); !seen) {
        for (const auto& pool : open_)
            failed(pool, seen.error().text);
        return;
    }
    std::vector<WantedService> wanted;
    for (const auto& pool : open_)
        wanted.push_back(wanted_[pool]);
    const auto problems = carry_out(service_changes(*known_, wanted, forsaken_));

    for (const auto& pool : std::set(open_)) {
        const auto at = problems.find(owned_[pool]);
        if (at == problems.end())
            carried_out(pool);
        else if (const auto more = at->second.size() - 1; more)
            failed(pool, fmt::format("{} (and {} more)", at->second.front(), more));
        else
            failed(pool, at->second.front());
    }
    std::erase_if(forsaken_, [&](const auto& key) { return !known_->contains(key); });
    if (!problems.empty())
        known_.reset();
}

} // namespace nfc
