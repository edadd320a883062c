// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/duties.hpp"

#include "core/json.hpp"
#include "drivers/fd.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <sys/stat.h>

namespace nfc {

namespace {

std::optional<Duty> duty_of(const Json& word) {
    if (word == "drain")
        return Duty::Drain;
    if (word == "off")
        return Duty::Off;
    return std::nullopt;
}

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

Result<Done> Duties::read() {
    all_.clear();
    const Fd fd(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    if (!fd && errno == ENOENT)
        return Done{};
    if (!fd || !read_all(fd, text))
        return cannot("read", file_);

    const Error nonsense{Kind::BadInput,
                         fmt::format("{} is not what we wrote: it is ignored", file_.native())};
    const auto json = Json::parse(text, nullptr, false);
    All all;
    if (!json.is_object())
        return nonsense;
    for (const auto& [pool, backends] : json.items()) {
        if (!backends.is_object())
            return nonsense;
        for (const auto& [backend, word] : backends.items()) {
            const auto duty = duty_of(word);
            if (!duty)
                return nonsense;
            all[pool][backend] = *duty;
        }
    }
    all_ = std::move(all);
    return Done{};
}

Duty Duties::of(const std::string& pool, const std::string& backend) const {
    const auto at = all_.find(pool);
    if (at == all_.end())
        return Duty::Serve;
    const auto found = at->second.find(backend);
    return found == at->second.end() ? Duty::Serve : found->second;
}

Result<Done> Duties::set(const std::string& pool, const std::string& backend, Duty duty) {
    if (of(pool, backend) == duty)
        return Done{};
    auto all = all_;
    if (duty == Duty::Serve)
        all[pool].erase(backend);
    else
        all[pool][backend] = duty;
    if (all[pool].empty())
        all.erase(pool);
    const auto done = write(all);
    if (done)
        all_ = std::move(all);
    return done;
}

// Beside the old one, and then in its place.
Result<Done> Duties::write(const All& all) const {
    Json json = Json::object();
    for (const auto& [pool, backends] : all)
        for (const auto& [backend, duty] : backends)
            json[pool][backend] = duty == Duty::Drain ? "drain" : "off";
    const auto fresh = file_.native() + ".new";
    {
        const Fd fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        if (!fd)
            return cannot("write", fresh);
        if (!write_all(fd, nfc::dump(json)) || ::fsync(fd.get()) < 0) {
            const auto error = cannot("write", fresh);
            ::unlink(fresh.c_str());
            return error;
        }
    }
    if (::rename(fresh.c_str(), file_.c_str()) < 0)
        return cannot("write", file_);
    // The name, too, has to outlive a power cut.
    const Fd folder(::open(file_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder)
        ::fsync(folder.get());
    return Done{};
}

} // namespace nfc
