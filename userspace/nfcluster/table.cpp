// SPDX-License-Identifier: GPL-2.0
#include "nfcluster/table.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace nfc {

std::string styled(std::string_view text, Style style, bool colours) {
    const auto code = [style] {
        switch (style) {
        case Style::Heading:
            return "1";
        case Style::Good:
            return "32";
        case Style::Bad:
            return "33";
        case Style::Faint:
            return "2";
        case Style::Plain:
            break;
        }
        return "";
    }();
    if (!colours || !*code)
        return std::string(text);
    return fmt::format("\033[{}m{}\033[0m", code, text);
}

std::string printable(std::string_view text) {
    std::string clean(text);
    std::ranges::replace_if(
        clean, [](unsigned char c) { return !std::isprint(c); }, '?');
    return clean;
}

Cell number(std::uint64_t value, Style style) {
    return {fmt::format("{}", value), style, true};
}

std::string table(const std::vector<std::vector<Cell>>& rows, bool colours) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t column = 0; column < row.size(); ++column)
            widths[column] = std::max(widths[column], row[column].text.size());
    }

    std::string text;
    for (const auto& row : rows) {
        for (std::size_t column = 0; column < row.size(); ++column) {
            const auto& cell = row[column];
            const auto room = widths[column] - cell.text.size();
            if (cell.number)
                text.append(room, ' ');
            text += styled(cell.text, cell.style, colours);
            // Nothing behind the last one: lines end where their text does.
            if (column + 1 < row.size())
                text.append((cell.number ? 0 : room) + 2, ' ');
        }
        text += '\n';
    }
    return text;
}

} // namespace nfc
