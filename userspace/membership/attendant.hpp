// SPDX-License-Identifier: GPL-2.0
// What waits for another program's answer, for as long as that hangs, is done by a
// thread: the loop goes on.
#pragma once

#include "core/result.hpp"

#include <asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace nfc {

class Attendant {
public:
    // The thread's: it calls nothing else of its owner's.
    struct Work {
        std::function<Result<Done>()> open;
        // Again and again, until stop(): when to ask next, once there is an answer.
        std::function<Result<std::chrono::milliseconds>()> ask;
        std::function<void()> close; // in any case
    };
    // On the loop's thread.
    using Opened = std::function<void(const Result<Done>&)>;

    Attendant(const asio::any_io_executor& executor, Work work, Opened opened);
    Attendant(const Attendant&) = delete;
    Attendant& operator=(const Attendant&) = delete;
    // Waits a moment for it to close what it has opened. One that hangs is left to
    // itself: it closes and ends when it can.
    ~Attendant();

    // From now on nothing is told; it closes what it has opened, and ends.
    void stop();
    bool ended() const;
    std::uint64_t answers() const; // so far

private:
    class Thread;
    std::shared_ptr<Thread> thread_;
};

} // namespace nfc
