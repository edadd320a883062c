// SPDX-License-Identifier: GPL-2.0
// TOML as a tree of plain values that remember where they stood. Nobody else
// knows which library reads it.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace nfc::tree {

struct Node;

struct Entry; // a key and its value
using Table = std::vector<Entry>;
using Array = std::vector<Node>;
struct Time { // dates and times: nothing here takes one
    std::string text;
};

struct Node {
    std::variant<std::string, std::int64_t, double, bool, Time, Array, Table> value;
    unsigned line = 0;

    const Table* table() const { return std::get_if<Table>(&value); }
    const Array* array() const { return std::get_if<Array>(&value); }
    const std::string* text() const { return std::get_if<std::string>(&value); }
    const std::int64_t* number() const { return std::get_if<std::int64_t>(&value); }
    const bool* truth() const { return std::get_if<bool>(&value); }
};

struct Entry {
    std::string key;
    unsigned line = 0; // where the key stands
    Node value;
};

const Node* find(const Table& table, std::string_view key);

// A value as a complaint shows it; of what holds others only the kind.
std::string shown(const Node& node);

// `name` is what a complaint calls the file.
Result<Node> read(std::string_view name, std::string_view text);

} // namespace nfc::tree
