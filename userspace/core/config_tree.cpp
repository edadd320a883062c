// SPDX-License-Identifier: GPL-2.0
#include "core/config_tree.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <sstream>

// The library's compiled part is linked.
#define TOML_HEADER_ONLY 0
#include <toml++/toml.h>

namespace nfc::tree {

namespace {

unsigned line_of(const toml::source_region& source) {
    return source.begin.line;
}

Node copy(const toml::node& from) {
    Node node;
    node.line = line_of(from.source());
    from.visit([&](const auto& value) {
        using Kind = std::remove_cvref_t<decltype(value)>;
        if constexpr (toml::is_table<Kind>) {
            Table table;
            for (const auto& [key, child] : value)
                table.push_back({std::string(key.str()), line_of(key.source()), copy(child)});
            // Theirs is sorted by key; people read by line.
            std::ranges::stable_sort(table, {}, &Entry::line);
            node.value = std::move(table);
        } else if constexpr (toml::is_array<Kind>) {
            Array array;
            for (const auto& child : value)
                array.push_back(copy(child));
            node.value = std::move(array);
        } else if constexpr (toml::is_date<Kind> || toml::is_time<Kind> ||
                             toml::is_date_time<Kind>) {
            std::ostringstream text;
            text << value;
            node.value = Time{text.str()};
        } else {
            node.value = value.get();
        }
    });
    return node;
}

} // namespace

const Node* find(const Table& table, std::string_view key) {
    const auto entry = std::ranges::find(table, key, &Entry::key);
    return entry == table.end() ? nullptr : &entry->value;
}

std::string shown(const Node& node) {
    struct Show {
        std::string operator()(const std::string& text) const { return text; }
        std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
        std::string operator()(double number) const { return fmt::format("{}", number); }
        std::string operator()(bool truth) const { return truth ? "true" : "false"; }
        std::string operator()(const Time& time) const { return time.text; }
        std::string operator()(const Array& array) const { return array.empty() ? "[]" : "[…]"; }
        std::string operator()(const Table& table) const { return table.empty() ? "{}" : "{…}"; }
    };
    return std::visit(Show{}, node.value);
}

Result<Node> read(std::string_view name, std::string_view text) {
    try {
        return copy(toml::parse(text));
    } catch (const toml::parse_error& error) {
        return Error{Kind::BadInput, fmt::format("{}:{}: no TOML: {}", name,
                                                 line_of(error.source()), error.description())};
    }
}

} // namespace nfc::tree
