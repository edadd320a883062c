// SPDX-License-Identifier: GPL-2.0
// iptables' side of -m condition, revision 1: the equal of the one in
// xtables-addons, byte for byte in what it saves and lists; but that it refuses
// names that would not come back from a file of saved rules, and compares no
// kernel pointer.
#include "extension.hpp"
#include "nf_condition.h"

#include <cstdio>

namespace {

using Info = nfc_condition_info;

constexpr auto options = ext::table({
    {.name = "condition",
     .type = XTTYPE_STRING,
     .flags = XTOPT_MAND | XTOPT_INVERT | XTOPT_PUT,
     .offset = offsetof(Info, name),
     .size = sizeof(Info::name),
     .min = 1,
     .max = sizeof(Info::name) - 1},
});

void help() {
    std::fputs("condition match options:\n"
               "[!] --condition NAME   the switch /proc/net/nf_condition/NAME stands at 1\n",
               stdout);
}

void parse(xt_option_call* call) {
    xtables_option_parse(call);
    ext::check_file_name("condition: the name of a switch", call->arg, ".set");
    ext::info<Info>(call).invert = call->invert;
}

void save(const void*, const xt_entry_match* match) {
    const auto& info = ext::info<Info>(match);

    // Quoted also where it need not be, and with a blank at the end: so it was.
    std::printf("%s --condition \"%s\" ", info.invert ? " !" : "", info.name);
}

void print(const void* address, const xt_entry_match* match, int) {
    std::printf(" -m condition");
    save(address, match);
}

xtables_match condition{};

__attribute__((constructor)) void register_condition() {
    condition.version = XTABLES_VERSION;
    condition.name = NFC_CONDITION_MATCH;
    condition.revision = NFC_CONDITION_REVISION;
    condition.family = NFPROTO_UNSPEC;
    condition.size = XT_ALIGN(sizeof(Info));
    condition.userspacesize = NFC_CONDITION_USERSIZE;
    condition.help = help;
    condition.x6_parse = parse;
    condition.print = print;
    condition.save = save;
    condition.x6_options = options.data();
    xtables_register_match(&condition);
}

} // namespace
