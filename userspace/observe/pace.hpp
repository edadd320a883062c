// SPDX-License-Identifier: GPL-2.0
// What waits to be told, and when: few things one by one, a storm all at once.
#pragma once

#include "core/observers.hpp"
#include "core/snapshot.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace nfc {

// What one call tells.
struct Batch {
    std::vector<Notice> notices; // as they came
    std::uint64_t lost = 0;      // and so many that found no room

    bool operator==(const Batch&) const = default;
};

class Waiting {
public:
    enum class Manner : std::uint8_t {
        Single,   // each by itself while the pace allows for all that wait
        Together, // always all of them
    };

    Waiting(Manner manner, const Pace& pace, std::size_t most);
    void set(const Pace& pace, std::size_t most);

    void push(const Notice& notice);
    bool empty() const { return notices_.empty() && !lost_; }
    // Nothing: nothing waits, or it is too early.
    std::optional<Batch> take(Moment now);
    // From when on take() has something, as long as something waits.
    Moment ready(Moment now);

private:
    void refill(Moment now);

    Manner manner_;
    Pace pace_;
    std::size_t most_;
    std::deque<Notice> notices_;
    std::uint64_t lost_ = 0;
    unsigned calls_;             // that may be made in a row
    std::optional<Moment> last_; // when the latest of them was allowed
};

} // namespace nfc
