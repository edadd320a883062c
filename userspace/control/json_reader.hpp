// SPDX-License-Identifier: GPL-2.0
// Takes a JSON object apart. The first thing that is wrong with it is kept, by the
// name of its field; what nobody asked for is wrong too.
#pragma once

#include "core/json.hpp"
#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nfc::control {

template <typename T>
using Word = std::pair<std::string_view, T>; // and what it means

// The word for a value; every value has one.
template <typename T, std::size_t N>
std::string word_for(T value, const Word<T> (&words)[N]) {
    for (const auto& [word, meaning] : words)
        if (meaning == value)
            return std::string(word);
    return {};
}

class JsonReader {
public:
    // `path`: what complaints call it, such as "pools[2]"; empty: the whole.
    JsonReader(const Json& object, std::string path, std::optional<Error>& problem);

    // What is missing or of another type is complained of, and counts as empty.
    std::string text(std::string_view key);
    bool truth(std::string_view key);
    std::uint64_t number(std::string_view key, std::uint64_t most = UINT64_MAX);

    template <typename T, std::size_t N>
    T choice(std::string_view key, const Word<T> (&words)[N]) {
        const auto word = text(key);
        for (const auto& [known, value] : words)
            if (known == word)
                return value;
        std::string expected;
        for (const auto& [known, value] : words)
            expected += (expected.empty() ? "" : ", ") + std::string(known);
        complain(bad_value(field(key), word, "one of " + expected));
        return words[0].second;
    }

    JsonReader object(std::string_view key);
    // One a member.
    std::vector<JsonReader> objects(std::string_view key);
    bool has(std::string_view key) const;

    std::string field(std::string_view key) const;
    void complain(Error error);
    // Complains of what nobody asked for.
    void end();

private:
    const Json& take(std::string_view key, Json::value_t type, std::string_view expected);

    const Json& object_;
    std::string path_;
    std::optional<Error>& problem_;
    std::vector<std::string> known_;
};

} // namespace nfc::control
