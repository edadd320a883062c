// SPDX-License-Identifier: GPL-2.0
#include "drivers/shared_clusters.hpp"

#include "drivers/fd.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace nfc {

namespace {

Error no_such(const Ip& address) {
    return {Kind::NoCluster, fmt::format("no cluster {} on this node", to_string(address))};
}

std::string in_one(const std::vector<Order>& orders) {
    std::vector<std::string> words;
    for (const auto& order : orders)
        words.push_back(to_string(order));
    return fmt::format("{}", fmt::join(words, " "));
}

// What the kernel means: it has always answered so, and its own words would mislead.
std::string_view meaning(int number) {
    constexpr std::string_view changed = "somebody else has changed these slots meanwhile";
    return number == ENOMEM || number == ENOENT ? changed : std::string_view{};
}

} // namespace

bool SharedClusters::present() const {
    std::error_code ignored;
    return std::filesystem::exists(folder_ / "nf_clusterip", ignored);
}

Result<std::vector<SharedCluster>> SharedClusters::list() const {
    const auto path = folder_ / "nf_clusterip";
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;

    if (!file || !read_all(file, text))
        return Error{Kind::Unavailable,
                     fmt::format("cannot read {}: {}", path.native(), errno_text(errno))};
    auto clusters = read_summary(text);
    if (!clusters)
        return Error{Kind::Unavailable,
                     fmt::format("{}: {}", path.native(), clusters.error().text)};
    return clusters;
}

Result<SharedCluster> SharedClusters::read(const Ip& address) const {
    auto clusters = list();
    if (!clusters)
        return clusters.error();
    const auto at = std::ranges::find(*clusters, address, &SharedCluster::address);
    if (at == clusters->end())
        return no_such(address);
    return std::move(*at);
}

Result<Done> SharedClusters::write(const Ip& address, const std::vector<Order>& orders) const {
    const auto text = in_one(orders);
    const auto path = file_of(address);
    const Fd file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));

    if (!file && errno == ENOENT)
        return no_such(address);
    if (!file && (errno == EACCES || errno == EPERM))
        return Error{Kind::Unavailable,
                     fmt::format("only root may change cluster {}", to_string(address))};
    if (!file)
        return Error{Kind::Unavailable,
                     fmt::format("cannot use {}: {}", path.native(), errno_text(errno))};
    const auto line = text + '\n';
    if (::write(file.get(), line.data(), line.size()) >= 0)
        return Done{};
    const int number = errno;
    const auto why = meaning(number);
    return Error{Kind::Refused, fmt::format("the kernel refused {}: {}; nothing is changed", text,
                                            why.empty() ? errno_text(number) : std::string(why))};
}

// Some IPv6 addresses have more than one text, and the kernel's may be another
// than ours.
std::filesystem::path SharedClusters::file_of(const Ip& address) const {
    const auto folder =
        folder_ / (address.family == Family::V4 ? "ipt_CLUSTERIP" : "ip6t_CLUSTERIP");
    std::error_code error;

    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        const auto one = read_ip("", at->path().filename().native());
        if (one && *one == address)
            return at->path();
    }
    return folder / to_string(address);
}

} // namespace nfc
