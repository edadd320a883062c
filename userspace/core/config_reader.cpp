// SPDX-License-Identifier: GPL-2.0
#include "core/config_reader.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <numeric>

namespace nfc {

namespace {

using std::chrono::milliseconds;

struct Unit {
    std::string_view name;
    std::int64_t in_ms;
};

// The longest first, so that a duration is printed in the largest that fits.
constexpr std::array<Unit, 5> units = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};

// How many letters have to be put in, left out or replaced.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const auto replaced = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

constexpr std::string_view table_expected = "a table, such as { type = \"tcp\" }";

} // namespace

void Complaints::add(unsigned line, std::string_view text) {
    found_.emplace_back(line, fmt::format("{}:{}: {}", file_, line, text));
}

void Complaints::wrong(const tree::Node& node, std::string_view field, std::string_view expected) {
    add(node.line, bad_value(field, tree::shown(node), expected).text);
}

std::vector<Error> Complaints::all() const {
    auto sorted = found_;
    std::ranges::stable_sort(sorted, {}, &std::pair<unsigned, std::string>::first);
    std::vector<Error> errors;
    for (auto& [line, text] : sorted)
        errors.push_back({Kind::BadInput, std::move(text)});
    return errors;
}

std::optional<milliseconds> read_duration(std::string_view text) {
    const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
    const auto number = read_number(digits, 0, 1'000'000'000);
    const auto unit = std::ranges::find(units, text.substr(digits.size()), &Unit::name);

    if (!number || unit == units.end())
        return std::nullopt;
    return milliseconds{*number * unit->in_ms};
}

std::string to_string(milliseconds duration) {
    const auto count = duration.count();
    const auto unit = std::ranges::find_if(
        units, [&](const Unit& u) { return count % u.in_ms == 0 && (count || u.in_ms == 1); });
    return fmt::format("{}{}", count / unit->in_ms, unit->name);
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
    std::string_view best;
    // More than a third wrong is another word.
    std::size_t least = word.size() / 3 + 2;
    for (const auto& candidate : known)
        if (const auto d = distance(word, candidate); d < least) {
            least = d;
            best = candidate;
        }
    return best;
}

Section::Section(const tree::Node& node, std::string path, Complaints& complaints)
    : node_(node), table_(node.table()), path_(std::move(path)), complaints_(complaints) {
    if (!table_)
        complaints_.wrong(node_, path_, table_expected);
}

std::string Section::field(std::string_view key) const {
    return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

bool Section::has(std::string_view key) const {
    return table_ && tree::find(*table_, key);
}

const tree::Node* Section::take(std::string_view key) {
    known_.emplace_back(key);
    return table_ ? tree::find(*table_, key) : nullptr;
}

const tree::Node* Section::need(std::string_view key, std::string_view expected) {
    const auto* node = take(key);
    if (table_ && !node)
        complaints_.add(line(), fmt::format("{} is missing: expected {}", field(key), expected));
    return node;
}

std::optional<std::string> Section::text(std::string_view key, std::string_view expected) {
    return as<std::string>(key, expected, [&](const std::string& field, std::string_view text) {
        // What ends up in messages, commands and file names.
        const bool good = !text.empty() && std::ranges::none_of(text, [](char c) {
            return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
        });
        return good ? Result<std::string>(std::string(text)) : bad_value(field, text, expected);
    });
}

bool Section::truth(std::string_view key, bool otherwise) {
    const auto* node = take(key);
    if (!node)
        return otherwise;
    if (const auto* truth = node->truth())
        return *truth;
    complaints_.wrong(*node, field(key), "true or false");
    return otherwise;
}

std::int64_t Section::number(std::string_view key, std::int64_t min, std::int64_t max,
                             std::int64_t otherwise) {
    const auto* node = take(key);
    if (!node)
        return otherwise;
    const auto* number = node->number();
    if (number && min <= *number && *number <= max)
        return *number;
    complaints_.wrong(*node, field(key), fmt::format("a number from {} to {}", min, max));
    return otherwise;
}

milliseconds Section::duration(std::string_view key, const Span& span, milliseconds otherwise) {
    const auto* node = take(key);
    if (!node)
        return otherwise;
    const auto duration = node->text() ? read_duration(*node->text()) : std::nullopt;
    if (duration && span.min <= *duration && *duration <= span.max)
        return *duration;
    complaints_.wrong(*node, field(key),
                      fmt::format("{} to {}, such as \"{}\"", to_string(span.min),
                                  to_string(span.max),
                                  to_string(std::clamp(otherwise, span.min, span.max))));
    return otherwise;
}

std::vector<std::string> Section::texts(std::string_view key, std::string_view expected) {
    std::vector<std::string> texts;
    const auto* node = take(key);
    if (!node)
        return texts;
    bool good = node->array() && !node->array()->empty();
    if (good)
        for (const auto& child : *node->array()) {
            good = good && child.text() && child.text()->find('\0') == std::string::npos;
            if (good)
                texts.push_back(*child.text());
        }
    if (!good)
        complaints_.wrong(*node, field(key), expected);
    return texts;
}

std::optional<Section> Section::section(std::string_view key) {
    const auto* node = take(key);
    if (!node)
        return std::nullopt;
    return Section(*node, field(key), complaints_);
}

std::vector<std::pair<std::string, Section>> Section::sections() {
    std::vector<std::pair<std::string, Section>> sections;
    if (table_)
        for (const auto& entry : *table_) {
            known_.push_back(entry.key);
            sections.emplace_back(entry.key, Section(entry.value, field(entry.key), complaints_));
        }
    return sections;
}

std::vector<Section> Section::list(std::string_view key, std::string_view expected) {
    std::vector<Section> list;
    const auto* node = need(key, expected);
    if (!node)
        return list;
    const auto* array = node->array();
    if (!array || array->empty()) {
        complaints_.wrong(*node, field(key), expected);
        return list;
    }
    for (std::size_t i = 0; i < array->size(); ++i)
        list.emplace_back((*array)[i], fmt::format("{}[{}]", field(key), i + 1), complaints_);
    return list;
}

void Section::end() {
    if (!table_)
        return;
    const std::vector<std::string_view> known(known_.begin(), known_.end());
    for (const auto& entry : *table_) {
        if (std::ranges::find(known, entry.key) != known.end())
            continue;
        const auto near = nearest(entry.key, known);
        complaints_.add(entry.line,
                        fmt::format("{}: no such key here: {}", field(entry.key),
                                    near.empty() ? "expected " + alternatives(known)
                                                 : fmt::format("did you mean \"{}\"?", near)));
    }
}

std::string Section::alternatives(std::span<const std::string_view> words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i)
            text += i + 1 == words.size() ? " or " : ", ";
        text += words[i];
    }
    return text;
}

} // namespace nfc
