// SPDX-License-Identifier: GPL-2.0
#include "nfcluster/findings.hpp"

#include "nfcluster/table.hpp"

#include <fmt/format.h>

namespace nfc {

std::string to_text(const std::vector<Finding>& findings, bool terminal) {
    std::string text;
    for (const auto& [grade, what, mend] : findings) {
        const bool bad = grade == Finding::Grade::Bad;
        text += styled(bad ? "wrong " : "note  ", bad ? Style::Bad : Style::Faint, terminal) +
                printable(what) + '\n';
        if (!mend.empty())
            text += "      " + styled(printable(mend), Style::Heading, terminal) + '\n';
    }
    return text;
}

Json to_json(const std::vector<Finding>& findings) {
    Json list = Json::array();
    for (const auto& [grade, what, mend] : findings)
        list.push_back({{"grade", grade == Finding::Grade::Bad ? "wrong" : "note"},
                        {"what", what},
                        {"mend", mend}});
    return list;
}

} // namespace nfc
