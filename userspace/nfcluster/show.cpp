// SPDX-License-Identifier: GPL-2.0
#include "nfcluster/show.hpp"

#include "nfcluster/table.hpp"

namespace nfc {

std::string to_table(const std::vector<Switch>& switches, bool colours) {
    if (switches.empty())
        return "no switches on this node\n";

    std::vector<std::vector<Cell>> lines{
        {{"CONDITION", Style::Heading}, {"STATE", Style::Heading}}};
    for (const auto& [name, up] : switches)
        lines.push_back(
            {{printable(name)}, up ? Cell{"up", Style::Good} : Cell{"down", Style::Bad}});
    return table(lines, colours);
}

Json to_json(const Switch& one) {
    return {{"name", one.name}, {"up", one.up}};
}

Json to_json(const std::vector<Switch>& switches) {
    Json list = Json::array();
    for (const auto& one : switches)
        list.push_back(to_json(one));
    return list;
}

} // namespace nfc
