// Lets one allocation of this thread fail.
#pragma once

#include "common.hpp"

namespace labnet {

class Starvation {
public:
    Starvation();
    // From now on: the nth allocation fails.
    void begin(std::uint64_t nth);
    // No longer; true if one has failed.
    bool end();

private:
    Fd fd_;
};

} // namespace labnet
