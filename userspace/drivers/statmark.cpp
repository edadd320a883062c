// SPDX-License-Identifier: GPL-2.0
#include "drivers/statmark.hpp"

#include "core/proc_name.hpp"
#include "drivers/fd.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace nfc::statmark {

namespace {

constexpr std::size_t longest_write = 65536;

// One write(2); errno, or 0.
int write_once(const std::filesystem::path& path, const std::string& text) {
    const Fd file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));

    return file && ::write(file.get(), text.data(), text.size()) >= 0 ? 0 : errno;
}

} // namespace

bool Pools::present() const {
    std::error_code ignored;
    return std::filesystem::exists(folder_ / ".pools", ignored);
}

Result<std::vector<Pool>> Pools::list() const {
    std::vector<Pool> pools;
    std::error_code error;

    for (std::filesystem::directory_iterator at(folder_, error), end; !error && at != end;
         at.increment(error)) {
        const auto name = at->path().filename().native();
        if (name == ".pools")
            continue;
        auto pool = read(name);
        if (pool)
            pools.push_back(std::move(*pool));
        else if (pool.error().kind != Kind::NoCluster) // gone since we listed it
            return pool.error();
    }
    if (error)
        return explain("the pools", error.value());
    std::ranges::sort(pools, {}, &Pool::name);
    return pools;
}

Result<Pool> Pools::read(const std::string& name) const {
    const auto path = folder_ / name;
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;

    if (!file || !read_all(file, text))
        return explain(name, errno);
    auto pool = read_pool(path.native(), text);
    if (!pool)
        return Error{Kind::Unavailable, pool.error().text};
    return pool;
}

Result<Done> Pools::write(const std::string& name, const Commands& commands) const {
    std::string text;
    for (const auto& command : commands)
        text += to_string(command) + '\n';
    if (text.size() > longest_write)
        return Error{Kind::BadInput, fmt::format("too many commands for one write: {} bytes, and "
                                                 "the kernel takes {}",
                                                 text.size(), longest_write)};
    switch (const int number = write_once(folder_ / name, text)) {
    case 0:
        return Done{};
    case EINVAL:
        return Error{Kind::Refused,
                     "the kernel log says what it does not like; nothing was changed"};
    case ENOENT:
        // The file may be there, and what a command names not: a gate's module, a backend.
        if (std::filesystem::exists(folder_ / name))
            return Error{Kind::Refused,
                         fmt::format("pool {} has no such backend any more, or a gate is wanted "
                                     "and module xt_condition is not loaded; nothing was changed",
                                     name)};
        return explain(name, number);
    case ENOSPC:
        return Error{Kind::Refused, "there would be too many backends or switches; nothing was "
                                    "changed"};
    default:
        return explain(name, number);
    }
}

Result<Done> Pools::remove(const std::vector<std::string>& names) const {
    std::string text;
    for (const auto& name : names)
        text += fmt::format("-{}\n", escape_name(name));
    switch (const int number = write_once(folder_ / ".pools", text)) {
    case 0:
        return Done{};
    case EBUSY:
        return Error{Kind::Refused, fmt::format("a rule uses pool {}; nothing was changed",
                                                fmt::join(names, " or "))};
    default:
        return explain(fmt::format("{}", fmt::join(names, " or ")), number);
    }
}

Error Pools::explain(std::string_view what, int number) const {
    std::error_code ignored;

    switch (number) {
    case ENOENT:
        if (!std::filesystem::exists(folder_, ignored))
            return {Kind::NoCluster, "no pools here: module xt_STATMARK is not loaded; the first "
                                     "iptables rule with -j STATMARK loads it"};
        return {Kind::NoCluster, fmt::format("no pool {} on this node", what)};
    case EACCES:
    case EPERM:
        return {Kind::Unavailable, "only root may change pools"};
    default:
        return {Kind::Unavailable,
                fmt::format("cannot use {} in {}: {}", what, folder_.native(), errno_text(number))};
    }
}

} // namespace nfc::statmark
