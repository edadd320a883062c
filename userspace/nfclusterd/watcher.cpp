// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/watcher.hpp"

#include "checks/watch.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <random>

namespace nfc {

namespace {

double chance() {
    thread_local std::minstd_rand generator{std::random_device{}()};
    return std::uniform_real_distribution<double>(0, 1)(generator);
}

// Lives as long as the coroutine, which may take a turn of the loop to end.
struct Running {
    asio::cancellation_signal stop;
    std::function<void(const Answer&)> tell;
};

} // namespace

StartWatch watches_on(asio::any_io_executor executor, TlsAuthorities& authorities) {
    // The backends of a pool come one after the other, and have one check.
    return [executor, &authorities, last = std::shared_ptr<const Check>()](
               const Check& check, const Endpoint& target,
               std::function<void(const Answer&)> tell) mutable -> Watch {
        if (!last || *last != check)
            last = std::make_shared<const Check>(check);
        if (std::holds_alternative<TcpCheck>(check.kind))
            return watch_by_probe(executor, last, target, chance, std::move(tell));
        const auto running = std::make_shared<Running>();
        running->tell = std::move(tell);
        const auto pass_on = [running = running.get()](const Answer& answer) {
            if (running->tell)
                running->tell(answer);
        };
        asio::co_spawn(
            executor, watch(last, target, authorities, chance, pass_on),
            asio::bind_cancellation_slot(running->stop.slot(), [running](std::exception_ptr) {}));
        // Who holds this wants answers.
        return Watch(running.get(), [running](void*) {
            running->tell = nullptr;
            running->stop.emit(asio::cancellation_type::terminal);
        });
    };
}

} // namespace nfc
