// SPDX-License-Identifier: GPL-2.0
// Who is watched, and what is known of each. It knows nothing of the kernel.
#pragma once

#include "checks/ask.hpp"
#include "core/config.hpp"
#include "core/health.hpp"
#include "core/snapshot.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace nfc {

// Asks a backend again and again, until what it returns is destroyed; then nothing
// is told any more.
using Watch = std::shared_ptr<void>;
using StartWatch =
    std::function<Watch(const Check&, const Endpoint&, std::function<void(const Answer&)>)>;

class Supervisor {
public:
    struct Ports {
        StartWatch watch;
        std::function<Moment()> now;
        std::function<Time()> wall;
        // What is to be served of that pool may be something else now.
        std::function<void(const std::string& pool)> changed;
        std::function<void(const Notice&)> tell;
    };
    // How backends begin that are new, in the order of their pool.
    using Begin = std::function<std::vector<Health>(const Pool&)>;
    using DutyOf = std::function<Duty(const std::string& pool, const std::string& backend)>;

    explicit Supervisor(Ports ports) : ports_(std::move(ports)) {}

    // Who is as before keeps health and watch. All pools count as changed.
    void load(const std::vector<Pool>& pools, const Begin& begin, const DutyOf& duty_of);
    void stop();

    // How many backends are believed to live, and how many there are.
    std::pair<std::size_t, std::size_t> count() const;
    const Pool& pool(const std::string& name) const { return find(name).pool; }
    const std::vector<Health>& healths(const std::string& pool) const { return find(pool).healths; }

    void administer(const std::string& pool, const std::string& backend, Duty duty);
    // Those of them that a person may mean: "POOL/BACKEND", or "BACKEND".
    std::vector<std::pair<std::string, std::string>> meant(const std::string& text) const;
    std::vector<PoolStatus> status(Moment now) const;

private:
    struct Backend {
        std::size_t pool;  // where it is in followed_
        std::size_t place; // in its pool
        Time since{};
        std::string warning;
        std::chrono::microseconds latency{0};
        std::uint64_t checks = 0;
        std::uint64_t failures = 0;
        std::uint64_t falls = 0;
        Watch watch;
    };
    struct Followed {
        Pool pool;
        std::vector<Health> healths;
        std::vector<std::unique_ptr<Backend>> backends;
    };
    // Where the backends of a pool are, by name; needed too seldom to be kept.
    using Places = std::map<std::string_view, std::size_t>;

    const Followed& find(const std::string& name) const;
    static Places places_of(const Pool& pool);
    Followed follow(const Pool& pool, Followed* before, std::size_t index, const Begin& begin);
    void start_watch(Backend& backend);
    void heard(Backend& backend, const Answer& answer);
    Health& health_of(const Backend& backend) {
        return followed_[backend.pool].healths[backend.place];
    }
    void take(Backend& backend, Step step, Moment before);
    void tell(const Backend& backend, const Event& event, Moment before);
    BackendStatus status(const Backend& backend, const Share& share) const;

    Ports ports_;
    std::vector<Followed> followed_;
    std::map<std::string, std::size_t> index_; // by name
};

} // namespace nfc
