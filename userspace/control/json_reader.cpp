// SPDX-License-Identifier: GPL-2.0
#include "control/json_reader.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc::control {

namespace {

const Json nothing = Json::object();
constexpr std::size_t shown = 60;

// Of what holds others only the kind: how deep it goes is the peer's choice.
std::string show(const Json& value) {
    return value.is_structured()
               ? value.type_name()
               : value.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, shown);
}

} // namespace

JsonReader::JsonReader(const Json& object, std::string path, std::optional<Error>& problem)
    : object_(object.is_object() ? object : nothing), path_(std::move(path)), problem_(problem) {
    if (!object.is_object())
        complain(bad_value(path_.empty() ? "message" : path_, object.type_name(), "an object"));
}

std::string JsonReader::field(std::string_view key) const {
    return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

void JsonReader::complain(Error error) {
    if (!problem_)
        problem_ = std::move(error);
}

bool JsonReader::has(std::string_view key) const {
    return object_.contains(key);
}

const Json& JsonReader::take(std::string_view key, Json::value_t type, std::string_view expected) {
    known_.emplace_back(key);
    const auto at = object_.find(key);
    if (at == object_.end()) {
        complain({Kind::BadInput, fmt::format("{} is missing: expected {}", field(key), expected)});
        return nothing;
    }
    if (at->type() != type)
        complain(bad_value(field(key), show(*at), expected));
    return *at;
}

std::string JsonReader::text(std::string_view key) {
    const auto& value = take(key, Json::value_t::string, "a text");
    return value.is_string() ? value.get<std::string>() : std::string();
}

bool JsonReader::truth(std::string_view key) {
    const auto& value = take(key, Json::value_t::boolean, "true or false");
    return value.is_boolean() && value.get<bool>();
}

std::uint64_t JsonReader::number(std::string_view key, std::uint64_t most) {
    const auto expected = most == UINT64_MAX ? std::string("a number from 0")
                                             : fmt::format("a number from 0 to {}", most);
    const auto& value = take(key, Json::value_t::number_unsigned, expected);
    if (!value.is_number_unsigned())
        return 0;
    const auto got = value.get<std::uint64_t>();
    if (got <= most)
        return got;
    complain(bad_value(field(key), std::to_string(got), expected));
    return 0;
}

JsonReader JsonReader::object(std::string_view key) {
    return {take(key, Json::value_t::object, "an object"), field(key), problem_};
}

std::vector<JsonReader> JsonReader::objects(std::string_view key) {
    std::vector<JsonReader> all;
    const auto& array = take(key, Json::value_t::array, "an array of objects");
    if (!array.is_array())
        return all;
    for (std::size_t i = 0; i < array.size(); ++i)
        all.emplace_back(array[i], fmt::format("{}[{}]", field(key), i), problem_);
    return all;
}

void JsonReader::end() {
    for (const auto& [key, value] : object_.items())
        if (std::ranges::find(known_, key) == known_.end())
            complain({Kind::BadInput,
                      fmt::format("{}: unknown", field(std::string_view(key).substr(0, shown)))});
}

} // namespace nfc::control
