// SPDX-License-Identifier: GPL-2.0
// Tells people of what happens, by a program and by mail. tell() never waits;
// however much happens, few programs run.
#pragma once

#include "checks/asio.hpp"
#include "core/config.hpp"
#include "core/snapshot.hpp"
#include "observe/log.hpp"

#include <cstdint>
#include <memory>

namespace nfc {

// Of one way to tell, since the object was made.
struct AlertCount {
    std::uint64_t calls = 0;    // programs that ended well
    std::uint64_t failures = 0; // that did not, or could not be started
    std::uint64_t told = 0;     // notices in all these calls
    std::uint64_t lost = 0;     // beyond the queue: only their number was told

    bool operator==(const AlertCount&) const = default;
};

class Alerts {
public:
    // Of the configuration it takes what it needs. `log` has to outlive it.
    Alerts(asio::any_io_executor executor, const Config& config, Log& log);
    Alerts(const Alerts&) = delete;
    Alerts& operator=(const Alerts&) = delete;
    // What runs is killed; what waits is not told.
    ~Alerts();

    // From now on as `config` says; what runs and what waits goes on.
    void set(const Config& config);
    void tell(const Notice& notice);

    // Neither does anything run nor wait.
    bool idle() const;
    AlertCount programs() const;
    AlertCount mails() const;

private:
    class Way;
    class Programs;
    class Mails;

    std::shared_ptr<Way> programs_;
    std::shared_ptr<Way> mails_;
};

} // namespace nfc
