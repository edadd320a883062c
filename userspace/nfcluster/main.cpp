// SPDX-License-Identifier: GPL-2.0
#include "drivers/flows.hpp"
#include "nfcluster/cli.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <sys/timex.h>
#include <thread>
#include <unistd.h>

namespace {

bool wants_colour() {
    const char* term = std::getenv("TERM");
    return ::isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR") && term &&
           std::string_view(term) != "dumb";
}

bool one_second() {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    return true;
}

bool clock_unsynchronized() {
    timex state{};
    return ::adjtimex(&state) == TIME_ERROR;
}

nfc::Result<std::vector<std::size_t>> connections(const nfc::SharedCluster& cluster) {
    return nfc::flows::Flows().by_slot(cluster.address, cluster.hash, cluster.total);
}

} // namespace

int main(int argc, char** argv) {
    // A parent that ignores it would keep us from learning how a child ended.
    std::signal(SIGCHLD, SIG_DFL);

    nfc::Host host{.unsynchronized = clock_unsynchronized,
                   .flows = connections,
                   .in = std::cin,
                   .out = std::cout,
                   .err = std::cerr,
                   .terminal = wants_colour(),
                   .wait = one_second};
    const auto result = nfc::run(host, argc, argv);

    if (!std::cout.flush()) {
        std::cerr << "nfcluster: cannot write the output\n";
        return static_cast<int>(nfc::Exit::Unavailable);
    }
    return static_cast<int>(result);
}
