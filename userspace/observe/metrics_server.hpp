// SPDX-License-Identifier: GPL-2.0
// GET /metrics for Prometheus, on the daemon's own loop.
#pragma once

#include "checks/asio.hpp"
#include "core/observers.hpp"
#include "core/snapshot.hpp"
#include "observe/alerts.hpp"
#include "observe/log.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

namespace nfc {

// Whom to ask for what is shown. What is not set is left out.
struct MetricsSources {
    std::function<Snapshot()> snapshot;
    std::function<AlertCount()> programs;
    std::function<AlertCount()> mails;
    std::function<bool()> down_times_problem;
    std::filesystem::path clusters = "/proc/net/nf_clusterip";
    std::filesystem::path pools = "/proc/net/nf_statmark";
};

// What clients may take of us.
struct MetricsLimits {
    std::chrono::milliseconds request{5000}; // until it is whole
    std::chrono::milliseconds answer{15'000};
    std::chrono::milliseconds fresh{500}; // so long an answer is given again
    std::size_t head = 8192;              // bytes
    std::size_t clients = 16;             // when one more comes, the oldest goes
};

class MetricsServer {
public:
    // If it cannot listen it says so and tries again. `log` has to outlive it.
    MetricsServer(asio::any_io_executor executor, const Metrics& metrics, MetricsSources sources,
                  Log& log, const MetricsLimits& limits = {});
    MetricsServer(const MetricsServer&) = delete;
    MetricsServer& operator=(const MetricsServer&) = delete;
    ~MetricsServer();

    // Listens elsewhere if `metrics` says so.
    void set(const Metrics& metrics);

    // 0: it does not listen.
    std::uint16_t port() const;
    std::size_t clients() const;

private:
    class Server;
    void listen();

    asio::any_io_executor executor_;
    Metrics metrics_;
    MetricsSources sources_;
    Log& log_;
    MetricsLimits limits_;
    std::shared_ptr<Server> server_;
};

} // namespace nfc
