// SPDX-License-Identifier: GPL-2.0
// What every iptables extension of ours shares: option tables and descriptions
// in which nothing is left uninitialised, and typed access to a rule's data.
#pragma once

extern "C" {
#include <xtables.h>
}

#include <array>
#include <cstddef>
#include <cstring>

namespace ext {

// One row of an option table; `Option` numbers the rows of its extension.
struct Row {
    const char* name;
    xt_option_type type = XTTYPE_NONE;
    unsigned flags = 0;               // XTOPT_*
    std::size_t offset = 0, size = 0; // where XTOPT_PUT stores the value
    unsigned min = 0, max = 0;
};

template <typename Option>
constexpr unsigned bit(Option option) {
    return 1u << static_cast<unsigned>(option);
}

// libxtables wants the table ended by a row without a name.
template <std::size_t N>
constexpr std::array<xt_option_entry, N + 1> table(const Row (&rows)[N]) {
    std::array<xt_option_entry, N + 1> entries{};
    for (std::size_t i = 0; i < N; ++i) {
        const Row& row = rows[i];
        xt_option_entry& entry = entries[i];
        entry.name = row.name;
        entry.type = row.type;
        entry.id = static_cast<unsigned>(i);
        entry.flags = row.flags;
        entry.ptroff = static_cast<unsigned>(row.offset);
        entry.size = row.size;
        entry.min = row.min;
        entry.max = row.max;
    }
    return entries;
}

template <typename Info>
const Info& info(const xt_entry_target* target) {
    return *reinterpret_cast<const Info*>(target->data);
}

template <typename Info>
const Info& info(const xt_entry_match* match) {
    return *reinterpret_cast<const Info*>(match->data);
}

template <typename Info>
Info& info(const xt_option_call* call) {
    return *static_cast<Info*>(call->data);
}

// A name that becomes a file in a folder of /proc which has a file `taken` of its
// own: what the kernel would refuse, refused with words. `what` is the name's name.
inline void check_file_name(const char* what, const char* name, const char* taken) {
    if (!std::strcmp(name, ".") || !std::strcmp(name, "..") || !std::strcmp(name, taken))
        xtables_error(PARAMETER_PROBLEM, "%s cannot be \"%s\"", what, name);
    for (const char* c = name; *c; ++c)
        if (*c == '/' || *c == '"' || *c == '\\' || (*c > 0 && *c < ' ') || *c == 0x7f)
            xtables_error(PARAMETER_PROBLEM,
                          "%s has no slash, double quote, backslash or control character; byte %d "
                          "of this one is 0x%02x",
                          what, static_cast<int>(c - name) + 1, static_cast<unsigned char>(*c));
}

} // namespace ext
