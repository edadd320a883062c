// SPDX-License-Identifier: GPL-2.0
#include "membership/fields.hpp"

#include <fmt/format.h>

namespace nfc {

namespace {

// Whatever a map lacks.
const Fields::Value nothing;

// A message's maps are within each other, no more. The parser calls itself for what is
// within, so who sends ten thousand brackets must not have them all read.
class Depth : public nlohmann::json_sax<Fields::Value> {
public:
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool key(string_t&) override { return true; }
    bool start_object(std::size_t) override { return ++depth_ <= most; }
    bool start_array(std::size_t) override { return ++depth_ <= most; }
    bool end_object() override { return depth_-- > 0; }
    bool end_array() override { return depth_-- > 0; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return false;
    }

private:
    static constexpr unsigned most = 8;
    unsigned depth_ = 0;
};

} // namespace

Fields::Fields(const Value& map, std::string path, std::optional<Error>& problem)
    : map_(map), path_(std::move(path)), problem_(problem) {}

const Fields::Value& Fields::take(std::string_view key) const {
    const auto found = map_.find(key);
    return found == map_.end() ? nothing : *found;
}

bool Fields::has(std::string_view key) const {
    return map_.find(key) != map_.end();
}

std::uint64_t Fields::number(std::string_view key, std::uint64_t least, std::uint64_t most) {
    const auto& value = take(key);
    const auto found = value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
    if (value.is_number_unsigned() && found >= least && found <= most)
        return found;
    complain(key, most == UINT64_MAX ? fmt::format("a number, {} at least", least)
                                     : fmt::format("a number from {} to {}", least, most));
    return least;
}

std::string Fields::text(std::string_view key) {
    const auto& value = take(key);
    if (value.is_string())
        return value.get<std::string>();
    complain(key, "a text");
    return {};
}

std::span<const std::uint8_t> Fields::bytes(std::string_view key) {
    const auto& value = take(key);
    if (value.is_binary())
        return value.get_binary();
    complain(key, "bytes");
    return {};
}

bool Fields::truth(std::string_view key) {
    const auto& value = take(key);
    if (value.is_boolean())
        return value.get<bool>();
    complain(key, "true or false");
    return false;
}

Fields Fields::map(std::string_view key) {
    const auto& value = take(key);
    if (!value.is_object())
        complain(key, "a map");
    return {value, fmt::format("{}: {}", path_, key), problem_};
}

void Fields::complain(std::string_view key, std::string_view expected) {
    if (!problem_)
        problem_ = Error{Kind::BadInput, fmt::format("{}: {}: expected {}", path_, key, expected)};
}

std::optional<Fields::Value> parse_cbor(std::string_view bytes) {
    try {
        constexpr auto format = nlohmann::detail::input_format_t::cbor;
        Depth depth;
        if (!Fields::Value::sax_parse(bytes, &depth, format))
            return {};
        auto value = Fields::Value::from_cbor(bytes, true, false);
        if (value.is_object())
            return value;
    } catch (const Fields::Value::exception&) { // of a length that no memory has
    }
    return {};
}

} // namespace nfc
