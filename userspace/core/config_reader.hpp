// SPDX-License-Identifier: GPL-2.0
// Takes a tree apart and complains: of what is missing, of what is wrong, and of
// every key that nobody asked for. It never stops at the first.
#pragma once

#include "core/config_tree.hpp"
#include "core/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nfc {

class Complaints {
public:
    explicit Complaints(std::string_view file) : file_(file) {}

    void add(unsigned line, std::string_view text);
    void wrong(const tree::Node& node, std::string_view field, std::string_view expected);

    std::size_t count() const { return found_.size(); }
    // By line.
    std::vector<Error> all() const;

private:
    std::string file_;
    std::vector<std::pair<unsigned, std::string>> found_;
};

// A range of durations, both ends included.
struct Span {
    std::chrono::milliseconds min;
    std::chrono::milliseconds max;
};

// "500ms", "2s", "1m", "1h", "14d"
std::optional<std::chrono::milliseconds> read_duration(std::string_view text);
std::string to_string(std::chrono::milliseconds duration);

// The one of `known` that was probably meant; empty: none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

// One table. Each key is asked for once; what is wrong is complained of, and the
// answer is what it would be without the key.
class Section {
public:
    // `path` is its name in complaints: "pool.mail.check".
    Section(const tree::Node& node, std::string path, Complaints& complaints);

    const std::string& path() const { return path_; }
    unsigned line() const { return node_.line; }
    Complaints& complaints() { return complaints_; }
    std::string field(std::string_view key) const;

    bool has(std::string_view key) const;
    // The value, whatever it is; nothing if there is none.
    const tree::Node* take(std::string_view key);
    // Complains if there is none.
    const tree::Node* need(std::string_view key, std::string_view expected);

    std::optional<std::string> text(std::string_view key, std::string_view expected);
    bool truth(std::string_view key, bool otherwise);
    std::int64_t number(std::string_view key, std::int64_t min, std::int64_t max,
                        std::int64_t otherwise);
    std::chrono::milliseconds duration(std::string_view key, const Span& span,
                                       std::chrono::milliseconds otherwise);
    // An array with one at least.
    std::vector<std::string> texts(std::string_view key, std::string_view expected);
    // A table within this one; nothing if there is none.
    std::optional<Section> section(std::string_view key);
    // All tables within this one, by the names that the user gave them.
    std::vector<std::pair<std::string, Section>> sections();
    // Of an array of tables.
    std::vector<Section> list(std::string_view key, std::string_view expected);

    // A text that `read` understands: Result<T>(field, text).
    template <typename T, typename Read>
    std::optional<T> as(std::string_view key, std::string_view expected, Read read) {
        const auto* node = take(key);
        return node ? read_node<T>(*node, field(key), expected, read) : std::nullopt;
    }
    template <typename T, typename Read>
    std::optional<T> need_as(std::string_view key, std::string_view expected, Read read) {
        const auto* node = need(key, expected);
        return node ? read_node<T>(*node, field(key), expected, read) : std::nullopt;
    }

    template <typename T>
    using Names = std::vector<std::pair<std::string_view, T>>;

    // One of several words.
    template <typename T>
    std::optional<T> choice(std::string_view key, const Names<T>& names) {
        return pick(take(key), key, names);
    }
    template <typename T>
    std::optional<T> need_choice(std::string_view key, const Names<T>& names) {
        return pick(need(key, words_of(names)), key, names);
    }

    // Complains of what nobody asked for. Once, at the end.
    void end();

private:
    template <typename T, typename Read>
    std::optional<T> read_node(const tree::Node& node, const std::string& field,
                               std::string_view expected, Read read) {
        const auto* text = node.text();
        if (!text) {
            complaints_.wrong(node, field, expected);
            return std::nullopt;
        }
        auto value = read(field, *text);
        if (!value) {
            complaints_.add(node.line, value.error().text);
            return std::nullopt;
        }
        return std::move(*value);
    }

    template <typename T>
    std::optional<T> pick(const tree::Node* node, std::string_view key, const Names<T>& names) {
        if (!node)
            return std::nullopt;
        for (const auto& [name, value] : names)
            if (node->text() && *node->text() == name)
                return value;
        complaints_.wrong(*node, field(key), words_of(names));
        return std::nullopt;
    }

    template <typename T>
    static std::string words_of(const Names<T>& names) {
        std::vector<std::string_view> words;
        for (const auto& name : names)
            words.push_back(name.first);
        return alternatives(words);
    }
    static std::string alternatives(std::span<const std::string_view> words);

    const tree::Node& node_;
    const tree::Table* table_; // of node_; none if that is no table
    std::string path_;
    Complaints& complaints_;
    std::vector<std::string> known_;
};

} // namespace nfc
