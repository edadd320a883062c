// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/observers.hpp"

namespace nfc {

Observers::Observers(asio::any_io_executor executor, const std::filesystem::path& state, Log& log,
                     std::function<Snapshot()> snapshot)
    : log_(log), alerts_(executor, Config{}, log),
      down_times_(executor, state / "down-times.jsonl", log),
      metrics_(executor, Metrics{},
               {.snapshot = std::move(snapshot),
                .programs = [this] { return alerts_.programs(); },
                .mails = [this] { return alerts_.mails(); },
                .down_times_problem = [this] { return !down_times_.problem().empty(); }},
               log) {}

void Observers::set(const Config& config) {
    log_.set(config.log);
    alerts_.set(config);
    down_times_.set(config, std::chrono::system_clock::now());
    down_times_.reopen();
    metrics_.set(config.metrics);
}

void Observers::tell(const Notice& notice) {
    log_.tell(notice);
    alerts_.tell(notice);
    down_times_.tell(notice);
    for (const auto& other : others_)
        other(notice);
}

} // namespace nfc
