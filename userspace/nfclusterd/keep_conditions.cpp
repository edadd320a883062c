// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/keeper.hpp"

namespace nfc {

namespace {

// The longest names fit so often into the kernel's longest write.
constexpr std::size_t most_at_once = 500;

bool serves(const ConditionValues& known, const PoolBackend& backend) {
    if (!backend.condition)
        return false;
    const auto at = known.find(backend.condition->condition);
    return at != known.end() && at->second != backend.condition->inverted;
}

} // namespace

bool ConditionKeeper::keeps(const Pool& pool) const {
    return std::holds_alternative<ConditionDriver>(pool.driver);
}

void ConditionKeeper::take_over(const std::vector<const Pool*>&) {
    wanted_.clear();
}

Serving ConditionKeeper::serving(const Pool& pool) {
    Serving serving;
    const bool readable = static_cast<bool>(look());
    for (const auto& backend : pool.backends)
        serving.backends.push_back(
            readable && serves(*known_, backend) ? std::optional(backend.weight) : std::nullopt);
    serving.sorry = readable && pool.sorry && serves(*known_, *pool.sorry);
    return serving;
}

void ConditionKeeper::want(const Pool& pool, const Shares& shares) {
    wanted_[pool.name] = wanted_conditions(pool, shares);
    open_.insert(pool.name);
}

void ConditionKeeper::doubt() {
    known_.reset();
    for (const auto& [pool, values] : wanted_)
        open_.insert(pool);
}

Result<Done> ConditionKeeper::look() {
    if (known_)
        return Done{};
    const auto values = kernel_.conditions();
    if (!values)
        return values.error();
    known_ = *values;
    return Done{};
}

Result<Done> ConditionKeeper::write(const ConditionValues& changes) {
    auto left = changes;
    while (!left.empty()) {
        ConditionValues some;
        while (!left.empty() && some.size() < most_at_once)
            some.insert(left.extract(left.begin()));
        if (const auto done = kernel_.write(some); !done) {
            known_.reset();
            return done.error();
        }
        changes_ += some.size();
        for (const auto& [name, value] : some)
            (*known_)[name] = value;
    }
    return Done{};
}

// All pools in one write, as far as one can hold them.
void ConditionKeeper::settle() {
    if (open_.empty())
        return;
    auto done = look();
    if (done) {
        ConditionValues changes;
        for (const auto& pool : open_)
            changes.merge(condition_changes(*known_, wanted_[pool]));
        done = write(changes);
    }
    for (const auto& pool : std::set(open_)) {
        if (done)
            carried_out(pool);
        else
            failed(pool, done.error().text);
    }
}

} // namespace nfc
