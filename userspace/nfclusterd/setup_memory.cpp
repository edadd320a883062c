// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/setup_memory.hpp"

#include "core/json.hpp"
#include "drivers/fd.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

namespace nfc {

namespace {

std::optional<std::string> text_in(const Json& object, const char* key) {
    const auto at = object.find(key);
    if (at == object.end() || !at->is_string())
        return std::nullopt;
    return at->get<std::string>();
}

std::optional<own::Address> read_made_address(const Json& object, const std::string& text) {
    const auto ip = read_ip("", text);
    const auto interface = text_in(object, "interface");
    const auto prefix = object.find("prefix");
    if (!ip || !interface || prefix == object.end() || !prefix->is_number_unsigned() ||
        prefix->get<unsigned>() > 128)
        return std::nullopt;
    return own::Address{*interface, *ip, prefix->get<std::uint8_t>()};
}

std::optional<Made> read_made(const std::string& address, const Json& object) {
    Made made;
    if (!object.is_object() || !read_ip("", address))
        return std::nullopt;
    if (const auto rule = object.find("rule"); rule != object.end()) {
        if (!rule->is_array())
            return std::nullopt;
        for (const auto& word : *rule) {
            if (!word.is_string())
                return std::nullopt;
            made.rule.push_back(word.get<std::string>());
        }
    }
    if (object.contains("interface")) {
        made.address = read_made_address(object, address);
        if (!made.address)
            return std::nullopt;
    }
    return made;
}

Error setup_file(std::string_view what, const std::filesystem::path& file) {
    return {Kind::Unavailable,
            fmt::format("cannot {} {}: {}", what, file.native(), errno_text(errno))};
}

} // namespace

std::string to_text(const SetupMemory& memory) {
    Json clusters = Json::object(), sync = Json::array();
    for (const auto& [address, made] : memory.clusters) {
        auto& one = clusters[address] = Json::object();
        if (!made.rule.empty())
            one["rule"] = made.rule;
        if (made.address) {
            one["interface"] = made.address->interface;
            one["prefix"] = made.address->prefix;
        }
    }
    for (const auto role : memory.sync)
        sync.push_back(to_string(role));
    return dump({{"clusters", clusters}, {"ipvs_sync", sync}});
}

Result<SetupMemory> read_setup_memory(std::string_view text) {
    const Error nonsense{Kind::BadInput, "it is not what we wrote"};
    const auto json = Json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("clusters") || !json["clusters"].is_object() ||
        !json.contains("ipvs_sync") || !json["ipvs_sync"].is_array())
        return nonsense;
    SetupMemory memory;
    for (const auto& [address, object] : json["clusters"].items()) {
        auto made = read_made(address, object);
        if (!made)
            return nonsense;
        memory.clusters[address] = std::move(*made);
    }
    for (const auto& word : json["ipvs_sync"]) {
        const auto role = word == "master"   ? std::optional(ipvs::SyncRole::Master)
                          : word == "backup" ? std::optional(ipvs::SyncRole::Backup)
                                             : std::nullopt;
        if (!role)
            return nonsense;
        memory.sync.insert(*role);
    }
    return memory;
}

Result<SetupMemory> SetupMemoryFile::read() const {
    std::string text;
    const Fd fd(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd && errno == ENOENT)
        return SetupMemory{};
    if (!fd || !read_all(fd, text))
        return setup_file("read", file_);
    auto memory = read_setup_memory(text);
    if (!memory)
        return Error{Kind::BadInput, fmt::format("{}: {}: what is set up stays", file_.native(),
                                                 memory.error().text)};
    return memory;
}

Result<Done> SetupMemoryFile::write(const SetupMemory& memory) const {
    const auto text = to_text(memory);
    const auto fresh = file_.native() + ".new";
    const Fd fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd || ::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::fsync(fd.get()) < 0 || ::rename(fresh.c_str(), file_.c_str()) < 0)
        return setup_file("write", file_);
    return Done{};
}

} // namespace nfc
