// SPDX-License-Identifier: GPL-2.0
// Corosync as its libraries show it, with one machine in it: the tests have these functions
// in place of the libraries'. It can hang, as the real one does when it is stopped: who
// waits for an answer waits on.
#pragma once

#include <cstdint>

namespace nfc {

struct FakeCorosync {
    // As at the start of each test: it runs, and nobody is connected.
    static void reset();
    static void hang();
    static void go_on();
    // In milliseconds; zero: it does not tell.
    static void tell_times(std::uint32_t token, std::uint32_t consensus);

    static int groups(); // that are open
    static int groups_ever();
};

} // namespace nfc
