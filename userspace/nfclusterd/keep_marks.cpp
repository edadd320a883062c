// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/keeper.hpp"

#include <algorithm>

namespace nfc {

namespace {

std::optional<unsigned> serves(const statmark::Pool& known, const PoolBackend& backend) {
    for (const auto& row : known.rows)
        if (row.backend.mark == backend.mark && row.state == statmark::State::Up)
            return row.backend.weight;
    return std::nullopt;
}

} // namespace

bool StatmarkKeeper::keeps(const Pool& pool) const {
    return std::holds_alternative<StatmarkDriver>(pool.driver);
}

// A pool that the configuration names no more is left as it is: it belongs to the
// rules that use it. Of one that stays, marks that were ours go.
void StatmarkKeeper::take_over(const std::vector<const Pool*>& pools) {
    std::map<std::string, Marks> owned;
    for (const auto* pool : pools) {
        auto& marks = owned[pool->name] = owned_[pool->name];
        for (const auto& backend : pool->backends)
            marks.insert(backend.mark);
        if (pool->sorry)
            marks.insert(pool->sorry->mark);
    }
    owned_ = std::move(owned);
    wanted_.clear();
}

Serving StatmarkKeeper::serving(const Pool& pool) {
    Serving serving;
    const bool readable = static_cast<bool>(look(pool.name));
    for (const auto& backend : pool.backends)
        serving.backends.push_back(readable ? serves(known_[pool.name], backend) : std::nullopt);
    serving.sorry = readable && pool.sorry && serves(known_[pool.name], *pool.sorry);
    return serving;
}

void StatmarkKeeper::want(const Pool& pool, const Shares& shares) {
    wanted_[pool.name] = wanted_marks(pool, shares);
    open_.insert(pool.name);
}

void StatmarkKeeper::doubt() {
    known_.clear();
    for (const auto& [pool, backends] : wanted_)
        open_.insert(pool);
}

Result<Done> StatmarkKeeper::look(const std::string& name) {
    if (known_.contains(name))
        return Done{};
    auto pool = kernel_.pool(name);
    if (!pool)
        return pool.error();
    known_[name] = std::move(*pool);
    return Done{};
}

Result<Done> StatmarkKeeper::settle(const std::string& name) {
    if (auto seen = look(name); !seen)
        return seen;
    auto& known = known_[name];
    const auto& owned = owned_[name];
    const auto commands = mark_changes(known, wanted_[name], {owned.begin(), owned.end()});
    if (commands.empty())
        return Done{};
    auto done = kernel_.write(name, commands);
    if (!done) {
        known_.erase(name);
        return done;
    }
    changes_ += commands.size();
    // What it shows beyond that, such as counters, is never compared.
    for (const auto& command : commands)
        if (!statmark::apply(command, known)) {
            known_.erase(name);
            break;
        }
    return done;
}

void StatmarkKeeper::settle() {
    for (const auto& name : std::set(open_)) {
        const auto done = settle(name);
        if (done)
            carried_out(name);
        else
            failed(name, done.error().text);
    }
}

} // namespace nfc
