// SPDX-License-Identifier: GPL-2.0
// All who are told what happens, or show what is. None of them waits.
#pragma once

#include "observe/alerts.hpp"
#include "observe/down_times.hpp"
#include "observe/log.hpp"
#include "observe/metrics_server.hpp"

#include <filesystem>
#include <functional>
#include <utility>
#include <vector>

namespace nfc {

class Observers {
public:
    // `snapshot` is asked from the first set() on. `state`: where the file of down
    // times is. `log` has to outlive it.
    Observers(asio::any_io_executor executor, const std::filesystem::path& state, Log& log,
              std::function<Snapshot()> snapshot);

    // Of the configuration that holds from now on.
    void set(const Config& config);
    void add(std::function<void(const Notice&)> observer) {
        others_.push_back(std::move(observer));
    }
    void tell(const Notice& notice);

private:
    Log& log_;
    Alerts alerts_;
    DownTimes down_times_;
    MetricsServer metrics_;
    std::vector<std::function<void(const Notice&)>> others_;
};

} // namespace nfc
