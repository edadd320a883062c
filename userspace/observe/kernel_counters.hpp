// SPDX-License-Identifier: GPL-2.0
// What the kernel has counted, for metrics. A file that is not there, or says what
// we do not understand, has counted nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nfc {

struct ClusterCounters {
    std::string address;
    std::vector<std::pair<std::string, std::uint64_t>> packets; // by what became of them

    bool operator==(const ClusterCounters&) const = default;
};

// Of /proc/net/nf_clusterip.
std::vector<ClusterCounters> read_cluster_counters(std::string_view text);
std::vector<ClusterCounters> cluster_counters(const std::filesystem::path& file);

} // namespace nfc
