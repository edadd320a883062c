// SPDX-License-Identifier: GPL-2.0
// Pools and commands as text, and what a command does to a pool.
#include "core/gate.hpp"
#include "core/proc_name.hpp"
#include "core/text.hpp"
#include "drivers/statmark.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <span>

namespace nfc::statmark {

namespace {

constexpr std::array<std::string_view, NFC_POOL_MODES> modes = {
    NFC_POOL_NTH_NAME, NFC_POOL_RANDOM_NAME, NFC_POOL_HASH_NAME};
constexpr std::array<std::string_view, 4> states = {"up", "down", "drain", "idle"};

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (!line.empty())
        if (const auto word = take_until(line, ' '); !word.empty())
            words.push_back(word);
    return words;
}

template <typename Names>
std::optional<unsigned> index_of(const Names& names, std::string_view name) {
    const auto at = std::ranges::find(names, name);
    if (at == names.end())
        return std::nullopt;
    return static_cast<unsigned>(at - names.begin());
}

// Decimal, or hexadecimal after 0x.
std::optional<std::uint32_t> read_mark(std::string_view text, std::uint32_t min = 1) {
    if (text.starts_with("0x") || text.starts_with("0X"))
        return read_number(text.substr(2), min, UINT32_MAX, 16);
    return read_number(text, min, UINT32_MAX);
}

std::optional<std::uint64_t> read_count(std::string_view text) {
    std::uint64_t count = 0;
    const auto end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, count);

    if (problem != std::errc{} || stop != end)
        return std::nullopt;
    return count;
}

std::optional<Gate> read_gate(std::string_view word) {
    if (word == "-")
        return std::nullopt;
    const bool inverted = word.starts_with('!');
    return Gate{unescape_name(word.substr(inverted)), inverted};
}

Result<Pool> read_head(std::string_view field, std::string_view line) {
    const auto words = words_of(line);
    const bool form = words.size() == 8 && words[0] == "pool" && words[2] == "mode" &&
                      words[4] == "mask" && words[6] == "rules";
    const auto mode = form ? index_of(modes, words[3]) : std::nullopt;
    const auto mask = form ? read_mark(words[5], 0) : std::nullopt;
    const auto rules = form ? read_number(words[7], 0, UINT32_MAX) : std::nullopt;

    if (!mode || !mask || !rules)
        return bad_value(field, line, "pool NAME mode MODE mask MASK rules COUNT");
    return Pool{unescape_name(words[1]), static_cast<Mode>(*mode), *mask, *rules, {}};
}

Result<Row> read_row(std::string_view field, std::string_view line) {
    const auto words = words_of(line);
    const bool form = words.size() == 6;
    const auto mark = form ? read_mark(words[0]) : std::nullopt;
    const auto weight = form ? read_number(words[1], 0, NFC_POOL_WEIGHT_MAX) : std::nullopt;
    const auto state = form ? index_of(states, words[2]) : std::nullopt;
    const auto flows = form ? read_count(words[4]) : std::nullopt;
    const auto packets = form ? read_count(words[5]) : std::nullopt;

    if (!mark || !weight || !state || !flows || !packets)
        return bad_value(field, line, "MARK WEIGHT STATE GATE FLOWS PACKETS");
    Row row{{}, static_cast<State>(*state), *flows, *packets};
    row.backend = {*mark, static_cast<std::uint16_t>(*weight), row.state == State::Drain,
                   read_gate(words[3])};
    return row;
}

// --- commands

using Words = std::span<const std::string>;

constexpr auto a_command = "+MARK, -MARK, drain MARK, weight MARK WEIGHT or gate MARK NAME|none";
constexpr auto a_mark = "a mark: a number that is not 0, decimal or hexadecimal after 0x";

// The command at the beginning of `words`, which go.
Result<Command> take_command(Words& words) {
    const std::string& verb = words[0];
    const bool is_signed = verb.starts_with('+') || verb.starts_with('-');
    const std::size_t length = is_signed ? 1 : verb == "drain" ? 2 : 3;
    if (!is_signed && verb != "drain" && verb != "weight" && verb != "gate")
        return bad_value("COMMAND", verb, a_command);
    if (words.size() < length)
        return Error{Kind::BadInput,
                     fmt::format("COMMAND {:?} lacks something: expected {}", verb, a_command)};
    const auto text = is_signed ? std::string_view(verb).substr(1) : words[1];
    const auto mark = read_mark(text);
    if (!mark)
        return bad_value("MARK", text, a_mark);
    const auto last = std::string_view(words[length - 1]);
    words = words.subspan(length);

    if (verb.front() == '+')
        return Command(Add{*mark});
    if (verb.front() == '-')
        return Command(Remove{*mark});
    if (verb == "drain")
        return Command(Drain{*mark});
    if (verb == "weight") {
        const auto weight = read_number(last, 0, NFC_POOL_WEIGHT_MAX);
        if (!weight)
            return bad_value("WEIGHT", last, fmt::format("0 to {}", NFC_POOL_WEIGHT_MAX));
        return Command(Weigh{*mark, static_cast<std::uint16_t>(*weight)});
    }
    if (last == "none")
        return Command(SetGate{*mark, std::nullopt});
    const auto gate = statmark::read_gate("gate", last);
    if (!gate)
        return gate.error();
    return Command(SetGate{*mark, *gate});
}

State state_of(const Backend& backend, State now) {
    if (backend.drain)
        return State::Drain;
    if (now == State::Down)
        return now;
    return backend.weight ? State::Up : State::Idle;
}

} // namespace

Result<std::string> read_pool_name(std::string_view field, std::string_view text) {
    return read_proc_name(field, text, NFC_POOL_NAME_LEN - 1, ".pools");
}

Result<Pool> read_pool(std::string_view field, std::string_view text) {
    auto pool = read_head(field, take_until(text, '\n'));
    if (!pool)
        return pool.error();
    take_until(text, '\n'); // the headings
    while (!text.empty()) {
        auto row = read_row(field, take_until(text, '\n'));
        if (!row)
            return row.error();
        pool->rows.push_back(std::move(*row));
    }
    return pool;
}

Result<Commands> read_commands(const std::vector<std::string>& words) {
    Commands commands;
    for (Words rest(words); !rest.empty();) {
        auto command = take_command(rest);
        if (!command)
            return command.error();
        commands.push_back(std::move(*command));
    }
    return commands;
}

std::string to_string(const Gate& gate) {
    return fmt::format("{}{}", gate.inverted ? "!" : "", escape_name(gate.condition));
}

std::string_view to_string(Mode mode) {
    return modes[mode];
}

std::string_view to_string(State state) {
    return states[static_cast<std::size_t>(state)];
}

std::string to_string(const Command& command) {
    struct Words {
        std::string operator()(const Add& c) { return fmt::format("+{:#x}", c.mark); }
        std::string operator()(const Remove& c) { return fmt::format("-{:#x}", c.mark); }
        std::string operator()(const Drain& c) { return fmt::format("drain {:#x}", c.mark); }
        std::string operator()(const Weigh& c) {
            return fmt::format("weight {:#x} {}", c.mark, c.weight);
        }
        std::string operator()(const SetGate& c) {
            return fmt::format("gate {:#x} {}", c.mark, c.gate ? to_string(*c.gate) : "none");
        }
        static std::string to_string(const Gate& gate) { return statmark::to_string(gate); }
    };
    return std::visit(Words{}, command);
}

Result<Done> apply(const Command& command, Pool& pool) {
    const auto mark = std::visit([](const auto& one) { return one.mark; }, command);
    const auto at = std::ranges::find(pool.rows, mark, [](const Row& r) { return r.backend.mark; });
    if (mark & ~pool.mask)
        return bad_value(
            "MARK", fmt::format("{:#x}", mark),
            fmt::format("one within {:#x}, the mask of pool {}", pool.mask, pool.name));
    if (at == pool.rows.end()) {
        if (!std::holds_alternative<Add>(command))
            return Error{Kind::NoCluster,
                         fmt::format("pool {} has no backend {:#x}", pool.name, mark)};
        if (pool.rows.size() == NFC_POOL_BACKENDS_MAX)
            return Error{Kind::Refused, fmt::format("pool {} would have more than {} backends",
                                                    pool.name, NFC_POOL_BACKENDS_MAX)};
        pool.rows.push_back({{mark, NFC_POOL_WEIGHT_DEFAULT, false, {}}, State::Up, 0, 0});
        return Done{};
    }

    auto& backend = at->backend;
    if (std::holds_alternative<Remove>(command)) {
        pool.rows.erase(at);
        return Done{};
    }
    if (std::holds_alternative<Add>(command))
        backend.drain = false;
    else if (std::holds_alternative<Drain>(command))
        backend.drain = true;
    else if (const auto* weigh = std::get_if<Weigh>(&command))
        backend.weight = weigh->weight;
    else if (const auto* gate = std::get_if<SetGate>(&command))
        backend.gate = gate->gate;
    at->state = state_of(backend, at->state);
    return Done{};
}

} // namespace nfc::statmark
