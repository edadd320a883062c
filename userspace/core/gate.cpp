// SPDX-License-Identifier: GPL-2.0
#include "core/gate.hpp"

#include "core/proc_name.hpp"
#include "nf_condition.h"

namespace nfc::statmark {

Result<Gate> read_gate(std::string_view field, std::string_view text) {
    const bool inverted = text.starts_with('!');
    const auto name =
        read_proc_name(field, text.substr(inverted), NFC_CONDITION_NAME_LEN - 1, ".set");
    // A rule has its gates in one word, with commas between them.
    if (!name || name->starts_with('!') || name->find(',') != name->npos || *name == "none")
        return bad_value(field, text,
                         "the name of a condition without comma, such as mail1up or !mail1down");
    return Gate{*name, inverted};
}

} // namespace nfc::statmark
