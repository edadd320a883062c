// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/conductor.hpp"

#include "nfclusterd/resume.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc {

namespace {

Moment steady_now() {
    return std::chrono::steady_clock::now();
}

} // namespace

Conductor::Conductor(asio::any_io_executor executor, Ports ports, const Pauses& pauses)
    : ports_(std::move(ports)), pauses_(pauses), engine_(all_keepers(ports_.kernel)),
      supervisor_({.watch = ports_.watch,
                   .now = &steady_now,
                   .wall = [] { return std::chrono::system_clock::now(); },
                   .changed = [this](const std::string& pool) { changed(pool); },
                   .tell = ports_.tell}),
      soon_(executor), ramp_(executor), look_(executor) {}

void Conductor::load(const std::vector<Pool>& pools) {
    const auto now = steady_now();
    // What the kernel holds is looked at anew: nobody knows what was done meanwhile.
    engine_.doubt();
    engine_.own(pools);
    ramps_.clear();
    supervisor_.load(
        pools, [&](const Pool& pool) { return resume(pool, engine_.serving(pool), now); },
        [this](const auto& pool, const auto& backend) { return ports_.duties.of(pool, backend); });
    retry_ = Duration{0};
    settle();
    if (retry_ == Duration{0})
        arm_look(pauses_.look);
}

void Conductor::stop() {
    supervisor_.stop();
    soon_.cancel();
    ramp_.cancel();
    look_.cancel();
}

// What comes in one turn of the loop is one change of the kernel.
void Conductor::changed(const std::string& pool) {
    changed_.insert(pool);
    if (std::exchange(posted_, true))
        return;
    soon_.expires_at(Moment::min());
    soon_.async_wait([this](asio::error_code error) {
        if (!error)
            settle();
    });
}

void Conductor::share(const std::string& name, Moment now) {
    const auto& pool = supervisor_.pool(name);
    const auto& healths = supervisor_.healths(name);
    engine_.want(pool, share_out(pool, healths, now));

    ramps_.erase(name);
    if (!pool.check || pool.check->rhythm.slow_start <= Duration{0})
        return;
    for (const auto& health : healths) {
        const auto next = next_weight_at(health, pool.check->rhythm, now);
        if (next)
            ramps_[name] = ramps_.contains(name) ? std::min(ramps_[name], *next) : *next;
    }
}

void Conductor::settle() {
    const auto now = steady_now();
    posted_ = false;
    for (const auto& pool : std::exchange(changed_, {}))
        share(pool, now);
    engine_.settle();
    report();
    arm_ramp();
    if (retry_ == Duration{0} && !reported_.empty())
        arm_look(retry_ = pauses_.first_retry);
}

// Both says of a problem when it comes, and not again while it lasts.
void Conductor::report() {
    auto problems = engine_.problems();
    if (problems == reported_)
        return;
    for (const auto& [pool, why] : problems)
        if (const auto at = reported_.find(pool); at == reported_.end() || at->second != why)
            ports_.log.say(LogLevel::Error,
                           fmt::format("pool {}: the kernel could not be told: {}", pool, why),
                           {{"pool", pool}});
    for (const auto& [pool, why] : reported_)
        if (!problems.contains(pool))
            ports_.log.say(LogLevel::Info,
                           fmt::format("pool {}: the kernel is as it should be again", pool),
                           {{"pool", pool}});
    reported_ = std::move(problems);
}

void Conductor::arm_ramp() {
    ramp_.cancel();
    if (ramps_.empty())
        return;
    ramp_.expires_at(
        std::ranges::min_element(ramps_, {}, [](const auto& one) { return one.second; })->second);
    ramp_.async_wait([this](asio::error_code error) {
        if (error)
            return;
        const auto now = steady_now();
        for (const auto& [pool, at] : ramps_)
            if (at <= now)
                changed_.insert(pool);
        settle();
    });
}

void Conductor::arm_look(Duration pause) {
    look_.expires_after(pause);
    look_.async_wait([this](asio::error_code error) {
        if (!error)
            look();
    });
}

void Conductor::look() {
    const bool well = reported_.empty();
    const auto before = engine_.changes();
    const bool idle = changed_.empty();

    engine_.doubt();
    settle();
    if (well && idle && engine_.changes() != before)
        ports_.log.warning(fmt::format("the kernel was not as we had left it: {} set right",
                                       engine_.changes() - before));
    if (reported_.empty())
        retry_ = Duration{0};
    else
        retry_ = well ? pauses_.first_retry : std::min(2 * retry_, pauses_.last_retry);
    arm_look(retry_ == Duration{0} ? pauses_.look : retry_);
}

Result<Done> Conductor::administer(const std::string& text, Duty duty) {
    const auto meant = supervisor_.meant(text);
    if (meant.empty())
        return Error{Kind::NoCluster, fmt::format("no backend {:?} in the configuration", text)};
    if (meant.size() > 1)
        return Error{Kind::BadInput, fmt::format("backend {:?} is in more than one pool: say {}/{} "
                                                 "or {}/{}",
                                                 text, meant[0].first, meant[0].second,
                                                 meant[1].first, meant[1].second)};
    const auto& [pool, backend] = meant.front();
    if (const auto kept = ports_.duties.set(pool, backend, duty); !kept)
        return Error{kept.error().kind, fmt::format("{}; nothing was changed", kept.error().text)};
    supervisor_.administer(pool, backend, duty);
    settle();
    if (const auto problem = engine_.problem(pool); !problem.empty())
        return Error{Kind::Refused,
                     fmt::format("it is noted, but the kernel could not be told yet: {}", problem)};
    return Done{};
}

std::vector<PoolStatus> Conductor::status() const {
    auto all = supervisor_.status(steady_now());
    for (auto& pool : all)
        pool.problem = engine_.problem(pool.name);
    return all;
}

} // namespace nfc
