// SPDX-License-Identifier: GPL-2.0
// Takes a map of CBOR apart. The first thing that is wrong with it is kept, by the
// name of its field; what nobody asks for may be there too.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace nfc {

class Fields {
public:
    using Value = nlohmann::json; // its keys in order: the same bytes everywhere

    // `path`: what complaints call it.
    Fields(const Value& map, std::string path, std::optional<Error>& problem);

    bool has(std::string_view key) const;
    // What is missing or of another kind is complained of, and counts as empty.
    std::uint64_t number(std::string_view key, std::uint64_t least = 0,
                         std::uint64_t most = UINT64_MAX);
    std::string text(std::string_view key);
    std::span<const std::uint8_t> bytes(std::string_view key);
    bool truth(std::string_view key);
    Fields map(std::string_view key);

    void complain(std::string_view key, std::string_view expected);

private:
    const Value& take(std::string_view key) const;

    const Value& map_;
    std::string path_;
    std::optional<Error>& problem_;
};

// None if it is not one map, or one that is too deep for any message.
std::optional<Fields::Value> parse_cbor(std::string_view bytes);

} // namespace nfc
