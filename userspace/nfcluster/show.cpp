// SPDX-License-Identifier: GPL-2.0
#include "nfcluster/show.hpp"

#include "drivers/statmark.hpp"
#include "nfcluster/table.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace nfc {

namespace {

// ">WEIGHT" stands over numbers.
std::vector<Cell> headings(std::initializer_list<std::string_view> names) {
    std::vector<Cell> cells;
    for (const auto name : names) {
        const bool number = name.starts_with('>');
        cells.push_back({std::string(name.substr(number)), Style::Heading, number});
    }
    return cells;
}

template <typename T>
Json list_of(const std::vector<T>& values) {
    Json list = Json::array();
    for (const auto& value : values)
        list.push_back(to_json(value));
    return list;
}

} // namespace

std::string to_table(const std::vector<Switch>& switches, bool colours) {
    if (switches.empty())
        return "no switches on this node\n";

    std::vector<std::vector<Cell>> lines{headings({"CONDITION", "STATE"})};
    for (const auto& [name, up] : switches)
        lines.push_back(
            {{printable(name)}, up ? Cell{"up", Style::Good} : Cell{"down", Style::Bad}});
    return table(lines, colours);
}

Json to_json(const Switch& one) {
    return {{"name", one.name}, {"up", one.up}};
}

Json to_json(const std::vector<Switch>& switches) {
    return list_of(switches);
}

std::size_t live(const statmark::Pool& pool) {
    return static_cast<std::size_t>(
        std::ranges::count(pool.rows, statmark::State::Up, &statmark::Row::state));
}

std::string to_table(const std::vector<statmark::Pool>& pools, bool colours) {
    if (pools.empty())
        return "no pools on this node\n";

    std::vector<std::vector<Cell>> lines{headings({"POOL", "MODE", "MASK", "UP", ">RULES"})};
    for (const auto& pool : pools)
        lines.push_back({{printable(pool.name)},
                         {std::string(statmark::to_string(pool.mode))},
                         {fmt::format("{:#x}", pool.mask)},
                         {fmt::format("{}/{}", live(pool), pool.rows.size()),
                          live(pool) == 0                 ? Style::Bad
                          : live(pool) < pool.rows.size() ? Style::Plain
                                                          : Style::Good},
                         number(pool.rules)});
    return table(lines, colours);
}

std::string to_table(const statmark::Pool& pool, bool colours) {
    std::vector<std::vector<Cell>> lines{
        headings({"MARK", ">WEIGHT", "STATE", "GATE", ">FLOWS", ">PACKETS"})};
    for (const auto& [backend, state, flows, packets] : pool.rows)
        lines.push_back({{fmt::format("{:#x}", backend.mark)},
                         number(backend.weight),
                         {std::string(statmark::to_string(state)),
                          state == statmark::State::Up ? Style::Good : Style::Bad},
                         backend.gate ? Cell{printable(statmark::to_string(*backend.gate))}
                                      : Cell{"none", Style::Faint},
                         number(flows),
                         number(packets)});
    return fmt::format("pool {}: {}, mask {:#x}, {} of {} up, {} {}\n", printable(pool.name),
                       statmark::to_string(pool.mode), pool.mask, live(pool), pool.rows.size(),
                       pool.rules, pool.rules == 1 ? "rule" : "rules") +
           table(lines, colours);
}

Json to_json(const statmark::Pool& pool) {
    Json backends = Json::array();
    for (const auto& [backend, state, flows, packets] : pool.rows) {
        Json gate = nullptr;
        if (backend.gate)
            gate = {{"condition", backend.gate->condition}, {"inverted", backend.gate->inverted}};
        backends.push_back({{"mark", backend.mark},
                            {"weight", backend.weight},
                            {"state", statmark::to_string(state)},
                            {"gate", gate},
                            {"flows", flows},
                            {"packets", packets}});
    }
    return {{"name", pool.name},
            {"mode", statmark::to_string(pool.mode)},
            {"mask", pool.mask},
            {"rules", pool.rules},
            {"backends", backends}};
}

Json to_json(const std::vector<statmark::Pool>& pools) {
    return list_of(pools);
}

} // namespace nfc
