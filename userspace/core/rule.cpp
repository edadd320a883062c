// SPDX-License-Identifier: GPL-2.0
#include "core/rule.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <span>

namespace nfc {

namespace {

struct Word {
    std::string text;
    bool quoted; // never an option

    bool is(std::string_view option) const { return !quoted && text == option; }
};

// Reads as iptables-save quotes: only what has a quote in front is quoted, and
// then blanks and line ends belong to it, and a backslash takes the next one
// literally.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }

    // The words of one line; nothing if a quote is not closed.
    std::optional<std::vector<Word>> line() {
        std::vector<Word> words;
        while (!rest_.empty()) {
            const char c = rest_.front();
            if (c != '"' && c != ' ' && c != '\n') {
                words.push_back({std::string(plain()), false});
                continue;
            }
            rest_.remove_prefix(1);
            if (c == '\n')
                break;
            if (c == '"') {
                words.push_back({{}, true});
                if (!quoted(words.back().text))
                    return std::nullopt;
            }
        }
        return words;
    }

private:
    std::string_view plain() {
        const auto word = rest_.substr(0, rest_.find_first_of(" \n"));
        rest_.remove_prefix(word.size());
        return word;
    }

    bool quoted(std::string& word) {
        while (!rest_.empty()) {
            char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '"')
                return true;
            if (c == '\\' && !rest_.empty()) {
                c = rest_.front();
                rest_.remove_prefix(1);
            }
            word += c;
        }
        return false;
    }

    std::string_view rest_;
};

using Words = std::span<const Word>;

// The word behind `option`. iptables-save gives all of ours one.
std::optional<std::string_view> value_of(Words words, std::string_view option) {
    const auto at = std::ranges::find_if(words, [&](auto& word) { return word.is(option); });
    if (at == words.end() || at + 1 == words.end())
        return std::nullopt;
    return (at + 1)->text;
}

// Reads an option's value into `into`; a missing one is an empty one.
template <typename T>
std::optional<Error> read_option(Words words, std::string_view option, T& into,
                                 Result<T> (*read)(std::string_view, std::string_view)) {
    auto value = read(option, value_of(words, option).value_or(""));
    if (!value)
        return value.error();
    into = *value;
    return std::nullopt;
}

Result<Parameters> read_parameters(Words words) {
    Parameters p;
    auto error = read_option(words, "--hashmode", p.hash.mode, read_hash_mode);
    if (!error)
        error = read_option(words, "--hash-init", p.hash.seed, read_seed);
    if (!error)
        error = read_option(words, "--clustermac", p.mac, read_mac);
    if (!error)
        error = read_option(words, "--total-nodes", p.total, read_total);
    if (!error)
        error = read_option(words, "--local-node", p.local, read_total);
    if (error)
        return *error;
    return p;
}

Result<std::optional<Rule>> read_words(Words words) {
    // A match may carry any word, "-j" too; but the target comes last, and ours
    // takes no free text.
    const auto jump =
        std::find_if(words.rbegin(), words.rend(), [](auto& w) { return w.is("-j"); });
    const Words target(jump.base(), words.end());
    if (jump == words.rend() || words.empty() || !words.front().is("-A") || target.empty() ||
        !target.front().is(NFC_CLUSTERIP_NAME))
        return std::optional<Rule>{};

    // The rule's own options come first: what follows -m is a match's.
    const auto match = std::ranges::find_if(words, [](auto& w) { return w.is("-m"); });
    const Words own(words.begin(), std::min(match, jump.base()));
    const auto destination = value_of(own, "-d").value_or("");
    if (!destination.ends_with("/32"))
        return bad_value("-d", destination, "one address, such as 192.168.0.10/32");
    const auto address = read_address("-d", destination.substr(0, destination.size() - 3));
    if (!address)
        return address.error();

    Rule rule{*address, std::string(value_of(own, "-i").value_or("")), std::nullopt};
    if (std::ranges::any_of(target, [](auto& w) { return w.is("--new"); })) {
        const auto parameters = read_parameters(target);
        if (!parameters)
            return parameters.error();
        rule.parameters = *parameters;
    }
    return std::optional(std::move(rule));
}

Result<std::optional<Rule>> read_line(Reader& reader, std::string_view all) {
    const auto words = reader.line();
    if (!words)
        return Error{Kind::Unavailable,
                     bad_value("rule", all.substr(0, 200), "a closing quote").text};
    auto rule = read_words(*words);
    if (rule)
        return rule;

    std::string text;
    for (const auto& word : *words)
        text += (text.empty() ? "" : " ") + word.text;
    return Error{Kind::Unavailable, fmt::format("rule {:?}: {}", text, rule.error().text)};
}

// What two rules say differently of one cluster.
const char* difference(const Parameters& a, const Parameters& b) {
    return a.mac != b.mac               ? "--clustermac"
           : a.hash.mode != b.hash.mode ? "--hashmode"
           : a.hash.seed != b.hash.seed ? "--hash-init"
           : a.total != b.total         ? "--total-nodes"
                                        : nullptr;
}

} // namespace

Result<std::optional<Rule>> read_rule(std::string_view line) {
    Reader reader(line);
    return read_line(reader, line);
}

Result<Rule> Rules::cluster(Address address) const {
    const Rule* found = nullptr;
    for (const auto& rule : rules) {
        if (rule.address != address || !rule.parameters)
            continue;
        const char* field = found ? difference(*found->parameters, *rule.parameters) : nullptr;
        if (field)
            return Error{Kind::Unavailable, fmt::format("the rules for {} disagree about {}",
                                                        to_string(address), field)};
        if (!found)
            found = &rule;
    }
    if (found)
        return *found;
    if (!errors.empty())
        return errors.front();
    return Error{Kind::NoCluster,
                 fmt::format("no rule with -d {} -j CLUSTERIP --new", to_string(address))};
}

Rules read_rules(std::string_view saved) {
    Rules result;
    for (Reader reader(saved); !reader.at_end();) {
        auto rule = read_line(reader, saved);
        if (!rule)
            result.errors.push_back(rule.error());
        else if (*rule)
            result.rules.push_back(std::move(**rule));
    }
    return result;
}

} // namespace nfc
