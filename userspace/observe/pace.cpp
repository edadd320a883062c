// SPDX-License-Identifier: GPL-2.0
#include "observe/pace.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace nfc {

Waiting::Waiting(Manner manner, const Pace& pace, std::size_t most)
    : manner_(manner), pace_(pace), most_(most), calls_(pace.burst) {}

void Waiting::set(const Pace& pace, std::size_t most) {
    calls_ = std::min(calls_, pace.burst);
    pace_ = pace;
    most_ = most;
}

void Waiting::push(const Notice& notice) {
    if (notices_.size() < most_)
        notices_.push_back(notice);
    else
        ++lost_;
}

void Waiting::refill(Moment now) {
    if (calls_ >= pace_.burst || !last_) {
        last_ = now;
        return;
    }
    const auto more = static_cast<std::uint64_t>((now - *last_) / pace_.every);
    if (more >= pace_.burst - calls_) {
        calls_ = pace_.burst;
        last_ = now;
    } else {
        calls_ += static_cast<unsigned>(more);
        *last_ += more * pace_.every;
    }
}

std::optional<Batch> Waiting::take(Moment now) {
    refill(now);
    if (empty() || !calls_)
        return std::nullopt;
    const bool single = manner_ == Manner::Single && !lost_ && notices_.size() <= calls_;
    const auto count = single ? 1 : static_cast<std::ptrdiff_t>(notices_.size());
    --calls_;
    Batch batch{{std::make_move_iterator(notices_.begin()),
                 std::make_move_iterator(notices_.begin() + count)},
                single ? 0 : std::exchange(lost_, 0)};
    notices_.erase(notices_.begin(), notices_.begin() + count);
    return batch;
}

Moment Waiting::ready(Moment now) {
    refill(now);
    return calls_ ? now : *last_ + pace_.every;
}

} // namespace nfc
