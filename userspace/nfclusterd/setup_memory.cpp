// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/setup_memory.hpp"

#include "core/json.hpp"
#include "nfclusterd/state_file.hpp"

#include <fmt/format.h>

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
    const auto text = read_state(file_);
    if (!text)
        return text.error();
    if (!*text)
        return SetupMemory{};
    auto memory = read_setup_memory(**text);
    if (!memory)
        return Error{Kind::BadInput, fmt::format("{}: {}: what is set up stays", file_.native(),
                                                 memory.error().text)};
    return memory;
}

Result<Done> SetupMemoryFile::write(const SetupMemory& memory) const {
    return write_state(file_, to_text(memory));
}

} // namespace nfc
