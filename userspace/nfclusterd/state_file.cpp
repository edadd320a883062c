// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/state_file.hpp"

#include "drivers/fd.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

namespace nfc {

namespace {

Error cannot(std::string_view what, const std::filesystem::path& file) {
    return {Kind::Unavailable,
            fmt::format("cannot {} {}: {}", what, file.native(), errno_text(errno))};
}

bool write_all(const Fd& fd, std::string_view text) {
    while (!text.empty()) {
        const auto put = ::write(fd.get(), text.data(), text.size());
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

} // namespace

Result<std::optional<std::string>> read_state(const std::filesystem::path& file) {
    const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    if (!fd && errno == ENOENT)
        return std::optional<std::string>();
    if (!fd || !read_all(fd, text))
        return cannot("read", file);
    return std::optional(std::move(text));
}

Result<Json> read_state_object(const std::filesystem::path& file) {
    const auto text = read_state(file);
    if (!text)
        return text.error();
    if (!*text)
        return Json::object();
    auto json = Json::parse(**text, nullptr, false);
    if (!json.is_object())
        return not_ours(file);
    return json;
}

Error not_ours(const std::filesystem::path& file) {
    return {Kind::BadInput, fmt::format("{} is not what we wrote: it is ignored", file.native())};
}

// Beside the old one, and then in its place.
Result<Done> write_state(const std::filesystem::path& file, std::string_view text) {
    const auto fresh = file.native() + ".new";
    {
        const Fd fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        if (!fd)
            return cannot("write", fresh);
        if (!write_all(fd, text) || ::fsync(fd.get()) < 0) {
            const auto error = cannot("write", fresh);
            ::unlink(fresh.c_str());
            return error;
        }
    }
    if (::rename(fresh.c_str(), file.c_str()) < 0)
        return cannot("write", file);
    // The name, too, has to outlive a power cut.
    const Fd folder(::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder)
        ::fsync(folder.get());
    return Done{};
}

} // namespace nfc
