// SPDX-License-Identifier: GPL-2.0
#include "drivers/proc_cluster.hpp"

#include "drivers/fd.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>

namespace nfc {

namespace {

constexpr auto not_loaded = "no clusters here: module ipt_CLUSTERIP is not loaded; the first "
                            "iptables rule with -j CLUSTERIP loads it";

} // namespace

Result<std::vector<Address>> ProcClusters::list() const {
    std::vector<Address> addresses;
    std::error_code error;

    for (std::filesystem::directory_iterator at(folder_, error), end; !error && at != end;
         at.increment(error)) {
        // Whatever else stands there is no cluster.
        if (const auto address = read_address("file", at->path().filename().native()))
            addresses.push_back(*address);
    }
    if (error == std::errc::no_such_file_or_directory)
        return Error{Kind::NoCluster, not_loaded};
    if (error)
        return Error{Kind::Unavailable,
                     fmt::format("cannot list {}: {}", folder_.native(), error.message())};
    std::ranges::sort(addresses);
    return addresses;
}

Result<Slots> ProcClusters::read(Address address) const {
    const auto path = folder_ / to_string(address);
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;

    if (!file || !read_all(file, text))
        return explain(address, errno);
    auto slots = read_slot_file(path.native(), text);
    if (!slots)
        return Error{Kind::Unavailable, slots.error().text};
    return slots;
}

Result<Done> ProcClusters::write(Address address, const Command& command) const {
    const auto text = to_string(command) + '\n';
    const auto path = folder_ / to_string(address);
    // Appending means nothing to the kernel; it says that commands add up.
    const Fd file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));

    if (!file)
        return explain(address, errno);
    if (::write(file.get(), text.data(), text.size()) < 0)
        return Error{Kind::Refused, explain_refusal(command, errno)};
    return Done{};
}

Error ProcClusters::explain(Address address, int number) const {
    const auto name = to_string(address);
    std::error_code ignored;

    switch (number) {
    case ENOENT:
        if (!std::filesystem::exists(folder_, ignored))
            return {Kind::NoCluster, not_loaded};
        return {Kind::NoCluster, fmt::format("no cluster {} on this node", name)};
    case EACCES:
    case EPERM:
        return {Kind::Unavailable, fmt::format("only root may see and change cluster {}", name)};
    default:
        return {Kind::Unavailable,
                fmt::format("cannot use {}: {}", (folder_ / name).native(), errno_text(number))};
    }
}

std::string explain_refusal(const Command& command, int number) {
    // The kernel has always answered so; its own words would mislead.
    const bool slot = command.add ? number == ENOMEM : number == ENOENT;

    return fmt::format("the kernel refused {}: {}", to_string(command),
                       !slot         ? errno_text(number)
                       : command.add ? "not one of the cluster's slots, or answered here already"
                                     : "not one of the cluster's slots, or not answered here");
}

} // namespace nfc
