// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/supervisor.hpp"

#include <algorithm>
#include <optional>

namespace nfc {

namespace {

Endpoint asked(const Pool& pool, const PoolBackend& backend) {
    const auto own = backend.port;
    return {backend.address, pool.check ? asked_port(*pool.check, own) : own};
}

std::string driver_name(const Pool& pool) {
    constexpr const char* names[] = {"condition", "statmark", "ipvs"};
    return names[pool.driver.index()];
}

} // namespace

const Supervisor::Followed& Supervisor::find(const std::string& name) const {
    return followed_.at(index_.at(name));
}

Supervisor::Places Supervisor::places_of(const Pool& pool) {
    Places places;
    for (std::size_t i = 0; i < pool.backends.size(); ++i)
        places[pool.backends[i].name] = i;
    return places;
}

void Supervisor::load(const std::vector<Pool>& pools, const Begin& begin, const DutyOf& duty_of) {
    auto before = std::move(followed_);
    const auto old = std::move(index_);
    followed_.clear();
    index_.clear();
    for (const auto& pool : pools) {
        const auto at = old.find(pool.name);
        index_[pool.name] = followed_.size();
        followed_.push_back(
            follow(pool, at == old.end() ? nullptr : &before[at->second], followed_.size(), begin));
    }
    // Those that are gone are watched no more, before anybody new is asked.
    before.clear();
    for (auto& one : followed_)
        for (auto& backend : one.backends) {
            health_of(*backend).duty =
                duty_of(one.pool.name, one.pool.backends[backend->place].name);
            if (!backend->watch && one.pool.check)
                start_watch(*backend);
        }
    for (const auto& pool : pools)
        ports_.changed(pool.name);
}

// Who has another address is another; who is only asked in another way goes on as
// it is until the answers say otherwise.
Supervisor::Followed Supervisor::follow(const Pool& pool, Followed* before, std::size_t index,
                                        const Begin& begin) {
    Followed now{pool, {}, {}};
    const auto places = before ? places_of(before->pool) : Places{};
    std::optional<std::vector<Health>> fresh;

    now.healths.reserve(pool.backends.size());
    now.backends.reserve(pool.backends.size());

    for (std::size_t i = 0; i < pool.backends.size(); ++i) {
        const auto& config = pool.backends[i];
        const auto at = places.find(config.name);
        const bool known = at != places.end() && before->backends[at->second];
        const auto* old = known ? &before->pool.backends[at->second] : nullptr;
        std::unique_ptr<Backend> backend;

        if (old && old->address == config.address && old->port == config.port &&
            before->pool.check.has_value() == pool.check.has_value()) {
            backend = std::move(before->backends[at->second]);
            now.healths.push_back(std::move(before->healths[at->second]));
            if (before->pool.check != pool.check) {
                backend->watch.reset();
                now.healths.back().weight.reset();
                now.healths.back().streak = 0;
            }
        } else {
            if (!fresh)
                fresh = begin(pool);
            backend = std::make_unique<Backend>();
            now.healths.push_back(fresh->at(i));
            backend->since = ports_.wall();
        }
        backend->pool = index;
        backend->place = i;
        now.backends.push_back(std::move(backend));
    }
    return now;
}

void Supervisor::stop() {
    for (auto& one : followed_)
        for (auto& backend : one.backends)
            backend->watch.reset();
}

void Supervisor::start_watch(Backend& backend) {
    const auto& pool = followed_[backend.pool].pool;
    const auto& config = pool.backends[backend.place];
    backend.watch =
        ports_.watch(*pool.check, {config.address, config.port},
                     [this, &backend](const Answer& answer) { heard(backend, answer); });
}

void Supervisor::heard(Backend& backend, const Answer& answer) {
    const auto& rhythm = followed_[backend.pool].pool.check->rhythm;
    ++backend.checks;
    if (!answer.seen.good)
        ++backend.failures;
    backend.latency = answer.latency;
    backend.warning = answer.warning;
    auto& health = health_of(backend);
    const auto before = health.since;
    take(backend, observe(std::move(health), answer.seen, rhythm, ports_.now()), before);
}

void Supervisor::take(Backend& backend, Step step, Moment before) {
    health_of(backend) = std::move(step.health);
    if (step.events.empty())
        return;
    for (const auto& event : step.events) {
        if (event.kind == EventKind::Fell)
            ++backend.falls;
        if (event.kind == EventKind::Fell || event.kind == EventKind::Rose)
            backend.since = ports_.wall();
        tell(backend, event, before);
    }
    ports_.changed(followed_[backend.pool].pool.name);
}

void Supervisor::tell(const Backend& backend, const Event& event, Moment before) {
    const auto& followed = followed_[backend.pool];
    const auto& config = followed.pool.backends[backend.place];
    const auto& health = followed.healths[backend.place];
    Notice notice;
    notice.kind = event.kind;
    notice.at = ports_.wall();
    notice.pool = followed.pool.name;
    notice.backend = config.name;
    notice.endpoint = asked(followed.pool, config);
    notice.standing = health.standing;
    notice.duty = health.duty;
    notice.reason = event.reason;
    notice.lasted = std::chrono::duration_cast<Duration>(event.at - before);
    notice.total = static_cast<unsigned>(followed.backends.size());
    notice.up = static_cast<unsigned>(
        std::ranges::count(followed.healths, Standing::Up, &Health::standing));
    ports_.tell(notice);
}

void Supervisor::administer(const std::string& pool, const std::string& backend, Duty duty) {
    const auto& followed = find(pool);
    auto& one = *followed.backends.at(places_of(followed.pool).at(backend));
    auto& health = health_of(one);
    const auto before = health.since;
    take(one, nfc::administer(std::move(health), duty, ports_.now()), before);
}

std::vector<std::pair<std::string, std::string>> Supervisor::meant(const std::string& text) const {
    std::vector<std::pair<std::string, std::string>> whole;
    std::vector<std::pair<std::string, std::string>> alone;
    for (const auto& followed : followed_)
        for (const auto& backend : followed.pool.backends) {
            if (followed.pool.name + '/' + backend.name == text)
                whole.emplace_back(followed.pool.name, backend.name);
            if (backend.name == text)
                alone.emplace_back(followed.pool.name, backend.name);
        }
    return whole.empty() ? alone : whole;
}

std::pair<std::size_t, std::size_t> Supervisor::count() const {
    std::pair<std::size_t, std::size_t> sum{0, 0};
    for (const auto& one : followed_) {
        sum.second += one.healths.size();
        sum.first += one.pool.check ? static_cast<std::size_t>(std::ranges::count(
                                          one.healths, Standing::Up, &Health::standing))
                                    : one.healths.size();
    }
    return sum;
}

BackendStatus Supervisor::status(const Backend& backend, const Share& share) const {
    const auto& pool = followed_[backend.pool].pool;
    const auto& config = pool.backends[backend.place];
    const auto& health = followed_[backend.pool].healths[backend.place];
    return {.name = config.name,
            .endpoint = asked(pool, config),
            .checked = pool.check.has_value(),
            .standing = health.standing,
            .duty = health.duty,
            .share = share,
            .configured = config.weight,
            .since = backend.since,
            .reason = health.reason,
            .warning = backend.warning,
            .latency = backend.latency,
            .checks = backend.checks,
            .failures = backend.failures,
            .falls = backend.falls};
}

std::vector<PoolStatus> Supervisor::status(Moment now) const {
    std::vector<PoolStatus> all;
    for (const auto& followed : followed_) {
        const auto& pool = followed.pool;
        const auto shares = share_out(pool, followed.healths, now);
        PoolStatus status;
        status.name = pool.name;
        status.driver = driver_name(pool);
        status.blind = shares.blind;
        status.sorry = shares.sorry.live();
        for (const auto& backend : followed.backends)
            status.backends.push_back(this->status(*backend, shares.backends.at(backend->place)));
        all.push_back(std::move(status));
    }
    return all;
}

} // namespace nfc
