// SPDX-License-Identifier: GPL-2.0
// iptables' side of -j STATMARK, revision 0. The same words make the same bytes,
// whatever the order of the options: so -C and -D find a rule by what it says.
#include "extension.hpp"
#include "nf_statmark.h"

#include <cstdio>
#include <cstring>
#include <string_view>

namespace {

using Info = nfc_statmark_info;
using Backend = nfc_statmark_backend;
using std::string_view;

// Numbers the rows of `options`.
enum class Option { Pool, Mode, Backend, Mask };

constexpr __u32 whole_mark = 0xffffffff;

constexpr auto options = ext::table({
    {.name = "pool", .type = XTTYPE_STRING, .flags = XTOPT_MAND},
    {.name = "mode", .type = XTTYPE_STRING},
    {.name = "backend", .type = XTTYPE_STRING, .flags = XTOPT_MULTI},
    {.name = "mask", .type = XTTYPE_STRING},
});

// Indexed by nfc_pool_mode.
constexpr const char* modes[NFC_POOL_MODES] = {
    NFC_POOL_NTH_NAME,
    NFC_POOL_RANDOM_NAME,
    NFC_POOL_HASH_NAME,
};

void help() {
    std::fputs(
        "STATMARK target options:\n"
        "  --pool NAME       the pool, /proc/net/nf_statmark/NAME; alone: one that is there\n"
        "  --mode MODE       what picks a new connection's backend: " NFC_POOL_NTH_NAME
        " (default),\n"
        "                    " NFC_POOL_RANDOM_NAME " or " NFC_POOL_HASH_NAME
        " (of the source address)\n"
        "  --backend mark=MARK[,weight=0-1000][,condition=[!]NAME]\n"
        "                    one backend, given once for each; it takes connections while\n"
        "                    the condition is 1, with ! while it is 0\n"
        "  --mask MASK       the bits of the mark that are the pool's (default: all)\n",
        stdout);
}

// --- words to data

// An argument of --backend, and what to say if it is wrong.
[[noreturn]] void bad_backend(const char* argument, const char* wanted, string_view got) {
    xtables_error(PARAMETER_PROBLEM, "STATMARK: --backend \"%s\": %s, not \"%.*s\"", argument,
                  wanted, static_cast<int>(got.size()), got.data());
}

bool number(string_view text, unsigned min, unsigned max, unsigned& value) {
    char digits[16]{};

    if (text.empty() || text.size() >= sizeof(digits) || text[0] < '0' || text[0] > '9')
        return false; // strtoul would take blanks and signs
    std::memcpy(digits, text.data(), text.size());
    return xtables_strtoui(digits, nullptr, &value, min, max);
}

// Gates are named once, in the order in which backends name them first.
__u8 parse_gate(Info& info, const char* argument, string_view name) {
    char text[NFC_CONDITION_NAME_LEN]{};

    if (name.empty() || name.size() >= sizeof(text) || name[0] == '!')
        bad_backend(argument, "condition= wants 1 to 30 bytes, after at most one \"!\"", name);
    std::memcpy(text, name.data(), name.size());
    ext::check_file_name("STATMARK: the name of a condition", text, ".set");
    for (unsigned gate = 0; gate < info.gate_count; ++gate)
        if (!std::strcmp(info.gates[gate], text))
            return static_cast<__u8>(gate + 1);
    if (info.gate_count == NFC_POOL_GATES_MAX)
        xtables_error(PARAMETER_PROBLEM,
                      "STATMARK: --backend \"%s\": a rule can name %d conditions; more are given "
                      "to a pool by \"gate\" in its file",
                      argument, NFC_POOL_GATES_MAX);
    std::memcpy(info.gates[info.gate_count], text, sizeof(text));
    return ++info.gate_count;
}

Backend& add_backend(Info& info) {
    if (info.backend_count == NFC_POOL_BACKENDS_MAX)
        xtables_error(PARAMETER_PROBLEM, "STATMARK: --backend: a pool has at most %d",
                      NFC_POOL_BACKENDS_MAX);
    Backend& backend = info.backends[info.backend_count++];
    backend.weight = NFC_POOL_WEIGHT_DEFAULT;
    return backend;
}

// mark=MARK[,weight=W][,condition=[!]NAME]; another mark= begins another backend.
void parse_backend(Info& info, const char* argument) {
    enum { Weight = 1, Condition = 2 };
    Backend* backend = nullptr;
    unsigned seen = 0, value;

    for (string_view rest = argument;;) {
        const std::size_t end = rest.find(',') < rest.size() ? rest.find(',') : rest.size();
        const string_view word(rest.data(), end);
        const std::size_t equals = word.find('=') < end ? word.find('=') : end;
        const string_view key(word.data(), equals);
        string_view text = word;
        text.remove_prefix(equals < end ? equals + 1 : end);

        if (key == "mark") {
            if (!number(text, 1, whole_mark, value))
                bad_backend(argument, "mark= wants a number from 1 to 0xffffffff", text);
            backend = &add_backend(info);
            backend->mark = value;
            seen = 0;
        } else if (!backend) {
            bad_backend(argument, "it begins with mark=", word);
        } else if (key == "weight" && !(seen & Weight)) {
            if (!number(text, 0, NFC_POOL_WEIGHT_MAX, value))
                bad_backend(argument, "weight= wants a number from 0 to 1000", text);
            backend->weight = static_cast<__u16>(value);
            seen |= Weight;
        } else if (key == "condition" && !(seen & Condition)) {
            if (!text.empty() && text[0] == '!') {
                backend->flags |= NFC_BACKEND_F_NOT;
                text.remove_prefix(1);
            }
            backend->gate = parse_gate(info, argument, text);
            seen |= Condition;
        } else {
            bad_backend(argument, "after mark= come weight= and condition=, once each", word);
        }
        if (end == rest.size())
            return;
        rest.remove_prefix(end + 1);
    }
}

void parse_pool(Info& info, const char* name) {
    const std::size_t length = std::strlen(name);

    if (!length || length >= sizeof(info.pool))
        xtables_error(PARAMETER_PROBLEM,
                      "STATMARK: --pool wants a name of 1 to 31 bytes, not \"%s\"", name);
    ext::check_file_name("STATMARK: the name of a pool", name, ".pools");
    std::memcpy(info.pool, name, length);
}

__u8 parse_mode(const char* name) {
    for (__u8 mode = 0; mode < NFC_POOL_MODES; ++mode)
        if (!std::strcmp(name, modes[mode]))
            return mode;
    xtables_error(PARAMETER_PROBLEM,
                  "STATMARK: --mode is " NFC_POOL_NTH_NAME ", " NFC_POOL_RANDOM_NAME
                  " or " NFC_POOL_HASH_NAME ", not \"%s\"",
                  name);
}

void parse(xt_option_call* call) {
    auto& info = ext::info<Info>(call);

    xtables_option_parse(call);
    switch (static_cast<Option>(call->entry->id)) {
    case Option::Pool:
        parse_pool(info, call->arg);
        break;
    case Option::Mode:
        info.mode = parse_mode(call->arg);
        break;
    case Option::Backend:
        parse_backend(info, call->arg);
        break;
    case Option::Mask:
        if (!number(call->arg, 1, whole_mark, info.mask))
            xtables_error(PARAMETER_PROBLEM,
                          "STATMARK: --mask wants a number from 1 to 0xffffffff, not \"%s\"",
                          call->arg);
        break;
    }
}

// --- data to words

// Hands every option of a rule to `each` as (name, value), in the order in which
// they are saved. Trusts no count and no terminator: a rule can come from anywhere.
template <typename Each>
void describe(const Info& info, Each each) {
    // A line of saved rules may have 255 words of 1023 bytes: few backends get
    // an option each, many share one.
    constexpr unsigned one_each = 64, share = 14;
    constexpr std::size_t longest =
        sizeof(",mark=0xffffffff,weight=65535,condition=!") + NFC_CONDITION_NAME_LEN;
    static_assert(share * longest < 1023);
    char text[share * longest];

    std::snprintf(text, sizeof(text), "%.*s", static_cast<int>(sizeof(info.pool)), info.pool);
    each("pool", text);
    if (!(info.flags & NFC_STATMARK_F_DECLARE))
        return;
    each("mode", info.mode < NFC_POOL_MODES ? modes[info.mode] : "unknown");

    const unsigned count =
        info.backend_count < NFC_POOL_BACKENDS_MAX ? info.backend_count : NFC_POOL_BACKENDS_MAX;
    for (unsigned i = 0; i < count;) {
        std::size_t at = 0;
        const auto add = [&]<typename... T>(const char* format, T... values) {
            at += static_cast<std::size_t>(
                std::snprintf(text + at, sizeof(text) - at, format, values...));
        };
        for (const unsigned end = count > one_each ? i + share : i + 1; i < end && i < count; ++i) {
            const Backend& backend = info.backends[i];
            add("%smark=0x%x", at ? "," : "", backend.mark);
            if (backend.weight != NFC_POOL_WEIGHT_DEFAULT)
                add(",weight=%u", backend.weight);
            if (backend.gate && backend.gate <= NFC_POOL_GATES_MAX)
                add(",condition=%s%.*s", backend.flags & NFC_BACKEND_F_NOT ? "!" : "",
                    NFC_CONDITION_NAME_LEN, info.gates[backend.gate - 1]);
        }
        each("backend", text);
    }
    if (info.mask != whole_mark) {
        std::snprintf(text, sizeof(text), "0x%x", info.mask);
        each("mask", text);
    }
}

void save_value(const char* value) {
    // What neither a shell nor iptables-restore splits or changes stays as it is:
    // xtables_save_string() would quote every comma.
    constexpr const char* plain = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_-+.:=,!@%";

    if (value[0] && !value[std::strspn(value, plain)])
        std::printf(" %s", value);
    else
        xtables_save_string(value);
}

void write(const xt_entry_target* target, const char* dashes) {
    if (target->u.target_size < XT_ALIGN(sizeof(xt_entry_target)) + sizeof(Info)) {
        std::printf(" [not a revision that this extension knows]");
        return;
    }
    describe(ext::info<Info>(target), [dashes](const char* option, const char* value) {
        std::printf(" %s%s", dashes, option);
        save_value(value);
    });
}

void print(const void*, const xt_entry_target* target, int) {
    std::printf(" STATMARK");
    write(target, "");
}

void save(const void*, const xt_entry_target* target) {
    write(target, "--");
}

// --- what only the whole rule can tell

void check_marks(const Info& info) {
    for (unsigned i = 0; i < info.backend_count; ++i) {
        const __u32 mark = info.backends[i].mark;
        if (mark & ~info.mask)
            xtables_error(PARAMETER_PROBLEM,
                          "STATMARK: --backend mark=0x%x has bits outside of --mask 0x%x", mark,
                          info.mask);
        for (unsigned j = 0; j < i; ++j)
            if (info.backends[j].mark == mark)
                xtables_error(PARAMETER_PROBLEM,
                              "STATMARK: --backend mark=0x%x is given twice; marks tell backends "
                              "apart",
                              mark);
    }
}

// iptables-restore reads lines of at most 10 KiB: a rule that could be loaded but
// not restored would be gone after a reboot.
void check_length(const Info& info) {
    constexpr std::size_t most = 8192;
    std::size_t length = 0;

    describe(info, [&length](const char* option, const char* value) {
        length += std::strlen(option) + std::strlen(value) + sizeof(" -- \"\"") - 1;
        for (const char* c = value; *c; ++c)
            length += *c == '\''; // saved with a backslash
    });
    if (length > most)
        xtables_error(PARAMETER_PROBLEM,
                      "STATMARK: the rule would be saved as %zu characters, and iptables-restore "
                      "reads at most %zu: give backends or conditions to the pool by its file, or "
                      "shorten the names",
                      length, most);
}

void check(xt_fcheck_call* call) {
    auto& info = *static_cast<Info*>(call->data);

    if (!(call->xflags & ext::bit(Option::Backend))) {
        if (call->xflags & ~ext::bit(Option::Pool))
            xtables_error(PARAMETER_PROBLEM,
                          "STATMARK: --mode and --mask say what a pool is: they need --backend");
        return;
    }
    info.flags = NFC_STATMARK_F_DECLARE;
    if (!(call->xflags & ext::bit(Option::Mask)))
        info.mask = whole_mark;
    check_marks(info);
    check_length(info);
}

xtables_target statmark{};

// No xlate: nothing in nftables keeps a pool, so there is nothing to translate to.
__attribute__((constructor)) void register_statmark() {
    statmark.version = XTABLES_VERSION;
    statmark.name = NFC_STATMARK_NAME;
    statmark.revision = NFC_STATMARK_REVISION;
    statmark.family = NFPROTO_UNSPEC;
    statmark.size = XT_ALIGN(sizeof(Info));
    statmark.userspacesize = NFC_STATMARK_USERSIZE;
    statmark.help = help;
    statmark.x6_parse = parse;
    statmark.x6_fcheck = check;
    statmark.print = print;
    statmark.save = save;
    statmark.x6_options = options.data();
    xtables_register_target(&statmark);
}

} // namespace
