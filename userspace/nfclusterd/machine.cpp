// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/machine.hpp"

#include <fmt/format.h>

namespace nfc {

Machine::Machine(asio::any_io_executor executor, const std::filesystem::path& state, Log& log,
                 std::chrono::milliseconds pause)
    : role_(own::Addresses(std::make_shared<own::KernelRoute>()), NetSysctls("/proc/sys/net"),
            state / "realserver"),
      log_(log), pause_(pause), look_(executor) {}

void Machine::load(const Config& config) {
    servers_ = config.real_servers;
    timeouts_ = config.timeouts;
    settle();
}

void Machine::settle() {
    auto outcome = role_.apply(servers_);
    for (const auto& what : outcome.done)
        log_.info(what);
    if (const auto done = settle_timeouts(); !done)
        outcome.failures.push_back(done.error());
    complain(outcome.failures);
    // A file that asks for nothing gives nothing to look after, unless taking back failed.
    if (servers_.empty() && timeouts_ == ipvs::Timeouts{} && outcome.failures.empty())
        look_.cancel();
    else {
        look_.expires_after(pause_);
        look_.async_wait([this](asio::error_code stopped) {
            if (!stopped)
                settle();
        });
    }
}

// Once, and again when it has been well in between.
void Machine::complain(const std::vector<Error>& failures) {
    std::set<std::string> now;
    for (const auto& failure : failures) {
        if (!complained_.contains(failure.text))
            log_.error(failure.text);
        now.insert(failure.text);
    }
    complained_ = std::move(now);
}

Result<Done> Machine::settle_timeouts() {
    if (timeouts_ == ipvs::Timeouts{})
        return Done{};
    const auto is = ipvs_.timeouts();
    if (!is)
        return is.error();
    const auto differs = [](std::uint32_t wanted, std::uint32_t has) {
        return wanted && wanted != has;
    };
    if (!differs(timeouts_.tcp, is->tcp) && !differs(timeouts_.tcp_fin, is->tcp_fin) &&
        !differs(timeouts_.udp, is->udp))
        return Done{};
    if (const auto done = ipvs_.set(timeouts_); !done)
        return done;
    log_.info(fmt::format("timeouts of IPVS set; they were tcp {} tcpfin {} udp {}", is->tcp,
                          is->tcp_fin, is->udp));
    return Done{};
}

} // namespace nfc
