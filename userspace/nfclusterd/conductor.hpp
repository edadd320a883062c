// SPDX-License-Identifier: GPL-2.0
// From what the checks find to what the kernel holds: what changes is carried out
// at once, what fails is tried again, and now and then it looks whether somebody
// else has changed what is ours.
#pragma once

#include "nfclusterd/duties.hpp"
#include "nfclusterd/engine.hpp"
#include "nfclusterd/supervisor.hpp"
#include "observe/log.hpp"

#include <asio/steady_timer.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace nfc {

struct Pauses {
    Duration look{30'000};
    Duration first_retry{1000}; // twice as long each time
    Duration last_retry{30'000};
    // After the kernel was told, for so many times the time which that took, what
    // comes is gathered: with thousands of backends that begin at once, checks have
    // the loop for most of the time.
    unsigned rest = 4;
};

class Conductor {
public:
    struct Ports {
        Kernel& kernel;
        Duties& duties;
        Log& log;
        StartWatch watch;
        std::function<void(const Notice&)> tell;
    };

    Conductor(asio::any_io_executor executor, Ports ports, const Pauses& pauses = {});
    Conductor(const Conductor&) = delete;
    Conductor& operator=(const Conductor&) = delete;

    // The kernel has been told when it returns, as far as it can be.
    void load(const std::vector<Pool>& pools);
    // Asks nobody any more, tells nobody anything; the kernel stays as it is.
    void stop();

    bool has(const std::string& backend) const { return !supervisor_.meant(backend).empty(); }
    // `backend`: "POOL/BACKEND", or "BACKEND" where there is one such.
    Result<Done> administer(const std::string& backend, Duty duty);

    std::vector<PoolStatus> status() const;
    std::pair<std::size_t, std::size_t> count() const { return supervisor_.count(); }
    std::uint64_t kernel_changes() const { return engine_.changes(); }
    std::map<std::string, std::string> problems() const { return engine_.problems(); }

private:
    void changed(const std::string& pool);
    void settle();
    void look();
    void share(const std::string& pool, Moment now);
    void report();
    void arm_ramp();
    void arm_look(Duration pause);

    Ports ports_;
    Pauses pauses_;
    Engine engine_;
    Supervisor supervisor_;
    std::set<std::string> changed_; // pools
    bool posted_ = false;
    Moment rested_{};                     // then the kernel may be told again
    std::map<std::string, Moment> ramps_; // when a weight changes by itself, by pool
    std::map<std::string, std::string> reported_;
    Duration retry_{0}; // 0: nothing has failed
    asio::steady_timer soon_;
    asio::steady_timer ramp_;
    asio::steady_timer look_;
};

} // namespace nfc
