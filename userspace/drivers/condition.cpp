// SPDX-License-Identifier: GPL-2.0
#include "drivers/condition.hpp"

#include "core/proc_name.hpp"
#include "core/text.hpp"
#include "drivers/fd.hpp"
#include "nf_condition.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace nfc {

namespace {

constexpr std::size_t longest_write = 65536;

} // namespace

Result<std::string> read_switch_name(std::string_view field, std::string_view text) {
    return read_proc_name(field, text, NFC_CONDITION_NAME_LEN - 1, ".set");
}

Result<std::vector<Switch>> read_switches(std::string_view field, std::string_view text) {
    std::vector<Switch> switches;

    while (!text.empty()) {
        const auto line = take_until(text, '\n');
        const bool good = line.size() > 2 && (line.ends_with("=0") || line.ends_with("=1"));
        if (!good)
            return bad_value(field, line, "NAME=0 or NAME=1");
        switches.push_back({unescape_name(line.substr(0, line.size() - 2)), line.back() == '1'});
    }
    std::ranges::sort(switches);
    return switches;
}

std::string to_string(const SwitchChange& change) {
    std::string words;
    for (const auto& name : change.remove)
        words += fmt::format("-{} ", escape_name(name, "="));
    for (const auto& [name, up] : change.set)
        words += fmt::format("{}={} ", escape_name(name), up ? 1 : 0);
    if (!words.empty())
        words.back() = '\n';
    return words;
}

bool Conditions::present() const {
    std::error_code ignored;
    return std::filesystem::exists(folder_ / ".set", ignored);
}

Result<std::vector<Switch>> Conditions::read() const {
    const auto path = folder_ / ".set";
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;

    if (!file || !read_all(file, text))
        return explain(errno);
    auto switches = read_switches(path.native(), text);
    if (!switches)
        return Error{Kind::Unavailable, switches.error().text};
    return switches;
}

Result<Done> Conditions::write(const SwitchChange& change) const {
    const auto text = to_string(change);
    if (text.size() > longest_write)
        return Error{Kind::BadInput, fmt::format("too many switches for one write: {} bytes, and "
                                                 "the kernel takes {}",
                                                 text.size(), longest_write)};
    const Fd file(::open((folder_ / ".set").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));

    if (!file)
        return explain(errno);
    if (::write(file.get(), text.data(), text.size()) < 0)
        return explain_refusal(change, errno);
    return Done{};
}

Error Conditions::explain(int number) const {
    std::error_code ignored;

    switch (number) {
    case ENOENT:
        if (std::filesystem::exists(folder_, ignored))
            return {Kind::Unavailable,
                    fmt::format("{} has no .set: the xt_condition that is loaded is not the one "
                                "of nfcluster",
                                folder_.native())};
        return {Kind::NoCluster, "no switches here: module xt_condition is not loaded; modprobe "
                                 "xt_condition, or the first rule with -m condition, loads it"};
    case EACCES:
    case EPERM:
        return {Kind::Unavailable, "only root may change switches"};
    default:
        return {Kind::Unavailable,
                fmt::format("cannot use {}: {}", (folder_ / ".set").native(), errno_text(number))};
    }
}

Error explain_refusal(const SwitchChange& change, int number) {
    const auto removed = fmt::format("{:?}", fmt::join(change.remove, ", "));

    switch (number) {
    case ENOENT:
        return {Kind::NoCluster,
                fmt::format("no switch {}, or not all of them; nothing was changed", removed)};
    case EBUSY:
        return {Kind::Refused,
                fmt::format("a rule or a pool asks switch {}; nothing was changed", removed)};
    case ENOSPC:
        return {Kind::Refused, "there would be more than 4096 switches; nothing was changed"};
    case EACCES:
    case EPERM:
        return {Kind::Unavailable, "only root may change switches"};
    default:
        return {Kind::Refused,
                fmt::format("the kernel refused it: {}; nothing was changed", errno_text(number))};
    }
}

} // namespace nfc
