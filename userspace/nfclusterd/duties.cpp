// SPDX-License-Identifier: GPL-2.0
#include "nfclusterd/duties.hpp"

#include "core/json.hpp"
#include "nfclusterd/state_file.hpp"

#include <fmt/format.h>
#include <optional>

namespace nfc {

namespace {

std::optional<Duty> duty_of(const Json& word) {
    if (word == "drain")
        return Duty::Drain;
    if (word == "off")
        return Duty::Off;
    return std::nullopt;
}

} // namespace

Result<Done> Duties::read() {
    all_.clear();
    const auto json = read_state_object(file_);
    if (!json)
        return json.error();
    All all;
    for (const auto& [pool, backends] : json->items()) {
        if (!backends.is_object())
            return not_ours(file_);
        for (const auto& [backend, word] : backends.items()) {
            const auto duty = duty_of(word);
            if (!duty)
                return not_ours(file_);
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

Result<Done> Duties::write(const All& all) const {
    Json json = Json::object();
    for (const auto& [pool, backends] : all)
        for (const auto& [backend, duty] : backends)
            json[pool][backend] = duty == Duty::Drain ? "drain" : "off";
    return write_state(file_, nfc::dump(json));
}

} // namespace nfc
