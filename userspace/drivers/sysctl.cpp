// SPDX-License-Identifier: GPL-2.0
#include "drivers/sysctl.hpp"

#include "drivers/fd.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>

namespace nfc {

namespace {

Error failed(std::string_view name, int number) {
    if (number == ENOENT)
        return {Kind::NoCluster, fmt::format("there is no sysctl net/{}", name)};
    if (number == EACCES || number == EPERM || number == EROFS)
        return {Kind::Unavailable, fmt::format("net/{}: {}", name, errno_text(number))};
    return {Kind::Refused, fmt::format("net/{}: {}", name, errno_text(number))};
}

} // namespace

Result<std::filesystem::path> NetSysctls::path(std::string_view name) const {
    const std::filesystem::path inner(name);
    if (inner.empty() || inner.is_absolute() || std::ranges::find(inner, "..") != inner.end())
        return bad_value("sysctl", name, "a name below net, such as ipv4/ip_forward");
    return folder_ / inner;
}

Result<std::optional<std::string>> NetSysctls::read(std::string_view name) const {
    const auto file = path(name);
    if (!file)
        return file.error();
    std::string text;
    const Fd fd(::open(file->c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd && errno == ENOENT)
        return std::optional<std::string>{};
    if (!fd || !read_all(fd, text))
        return failed(name, errno);
    while (text.ends_with('\n'))
        text.pop_back();
    return std::optional(text);
}

Result<std::string> NetSysctls::set(std::string_view name, std::string_view value) const {
    const auto before = read(name);
    if (!before)
        return before.error();
    if (!*before)
        return failed(name, ENOENT);
    if (**before == value)
        return **before;
    const auto file = path(name);
    const Fd fd(::open(file->c_str(), O_WRONLY | O_CLOEXEC));
    // The kernel takes a value in one write, or not at all.
    if (!fd || ::write(fd.get(), value.data(), value.size()) != static_cast<ssize_t>(value.size()))
        return failed(name, errno);
    return **before;
}

} // namespace nfc
