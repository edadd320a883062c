// SPDX-License-Identifier: GPL-2.0
// What Prometheus is told, as the text that it reads.
#pragma once

#include "core/snapshot.hpp"
#include "core/statmark.hpp"
#include "observe/alerts.hpp"
#include "observe/kernel_counters.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nfc {

// All that is shown at one moment. What is not there is left out.
struct Shown {
    std::optional<Snapshot> snapshot;
    std::optional<AlertCount> programs;
    std::optional<AlertCount> mails;
    std::optional<bool> down_times_problem;
    std::vector<ClusterCounters> clusters;
    std::vector<statmark::Pool> pools;
};

std::string metrics_text(const Shown& shown);

// Of all metrics that there can be.
std::vector<std::string_view> metric_names();

} // namespace nfc
