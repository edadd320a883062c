// SPDX-License-Identifier: GPL-2.0
#include "observe/kernel_counters.hpp"

#include "core/text.hpp"
#include "drivers/fd.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fcntl.h>
#include <optional>

namespace nfc {

namespace {

// The end of a line. What stands before it has words that people chose.
constexpr std::array<std::string_view, 4> words = {"accepted", "foreign", "kept", "silenced"};

std::optional<std::uint64_t> count(std::string_view text) {
    std::uint64_t value = 0;
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || problem != std::errc{} || stop != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<ClusterCounters> read_line(std::string_view line) {
    std::vector<std::string_view> parts;
    while (!line.empty())
        parts.push_back(take_until(line, ' '));
    if (parts.size() <= 2 * words.size())
        return std::nullopt;
    ClusterCounters counters{std::string(parts.front()), {}};
    const auto tail = parts.size() - 2 * words.size();
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto value = count(parts[tail + 2 * i + 1]);
        if (parts[tail + 2 * i] != words[i] || !value)
            return std::nullopt;
        counters.packets.emplace_back(words[i], *value);
    }
    return counters;
}

} // namespace

std::vector<ClusterCounters> read_cluster_counters(std::string_view text) {
    std::vector<ClusterCounters> all;
    while (!text.empty())
        if (auto counters = read_line(take_until(text, '\n')))
            all.push_back(std::move(*counters));
    return all;
}

std::vector<ClusterCounters> cluster_counters(const std::filesystem::path& file) {
    const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    if (!fd || !read_all(fd, text))
        return {};
    return read_cluster_counters(text);
}

} // namespace nfc
