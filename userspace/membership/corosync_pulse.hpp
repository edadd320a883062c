// SPDX-License-Identifier: GPL-2.0
// Whether Corosync on this machine still answers. One that hangs says nothing, and the
// other machines, which hear nothing either, count this one as dead.
#pragma once

#include "core/result.hpp"

#include <atomic>
#include <chrono>
#include <corosync/votequorum.h>

namespace nfc {

// How many questions in a row have no answer until it counts as hanging: a machine that
// stands still misses one, whatever time that takes.
inline constexpr int missed_questions = 8;

// Its functions wait for Corosync, but patience(), which any thread may ask.
class CorosyncPulse {
public:
    CorosyncPulse() = default;
    CorosyncPulse(const CorosyncPulse&) = delete;
    CorosyncPulse& operator=(const CorosyncPulse&) = delete;
    ~CorosyncPulse() { close(); }

    void close();
    // When to ask next. Connects where that is needed.
    Result<std::chrono::milliseconds> ask();

    // For how long Corosync may leave us without an answer, by the times that it had when
    // it was connected; zero: nobody knows.
    std::chrono::milliseconds patience() const { return std::chrono::milliseconds(patience_); }

private:
    void open();

    bool votes_open_ = false;
    votequorum_handle_t votes_ = 0;
    std::atomic<std::uint32_t> patience_ = 0;
};

} // namespace nfc
