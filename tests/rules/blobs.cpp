// SPDX-License-Identifier: GPL-2.0
// blobs EXTENSION.so TARGET: loads an iptables target extension as iptables does
// and prints what it registers and how it saves and lists rule data, bad data and
// data that no command line can make among it. Two extensions are equal if this
// prints the same for both; compiled with a sanitizer, it finds what reads too far.
#include <xtables.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <memory>
#include <random>
#include <string_view>

#include "nf_clusterip.h"
#include "nf_statmark.h"

namespace {

constexpr int rounds = 2000;

// Says yes for the kernel: no kernel is asked here.
int any_revision(const char*, uint8_t, int) {
    return 1;
}

xtables_globals globals{};

struct Rule {
    explicit Rule(const xtables_target& target)
        : size(XT_ALIGN(sizeof(xt_entry_target)) + target.size),
          entry(static_cast<xt_entry_target*>(std::calloc(1, size)), &std::free) {
        entry->u.target_size = static_cast<__u16>(size);
    }
    template <typename Info>
    Info& info() {
        return *reinterpret_cast<Info*>(entry->data);
    }

    std::size_t size;
    std::unique_ptr<xt_entry_target, decltype(&std::free)> entry;
};

// Random bits alone would hardly ever give a valid mode, or few backends.
void make_likely(Rule& rule, std::string_view name, std::mt19937& random) {
    if (name == NFC_CLUSTERIP_NAME)
        rule.info<nfc_clusterip_info>().hash_mode %= NFC_HASH_MODES + 1;
    if (name != NFC_STATMARK_NAME)
        return;
    auto& info = rule.info<nfc_statmark_info>();
    info.flags |= NFC_STATMARK_F_DECLARE;
    info.mode %= NFC_POOL_MODES + 1;
    info.backend_count = static_cast<__u16>(random() % (NFC_POOL_BACKENDS_MAX + 2));
    for (auto& backend : info.backends)
        backend.gate %= NFC_POOL_GATES_MAX + 2;
}

void show(const xtables_target& target, Rule& rule) {
    std::printf("save:");
    target.save(nullptr, rule.entry.get());
    std::printf("\nlist:");
    target.print(nullptr, rule.entry.get(), 0);
    std::printf("\nnumeric:");
    target.print(nullptr, rule.entry.get(), FMT_NUMERIC);
    std::printf("\n");
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: blobs EXTENSION.so TARGET\n");
        return 2;
    }
    globals.program_name = "blobs";
    globals.compat_rev = any_revision;
    xtables_init_all(&globals, NFPROTO_IPV4);
    if (!dlopen(argv[1], RTLD_NOW)) {
        std::fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    const xtables_target* target = xtables_find_target(argv[2], XTF_DONT_LOAD);
    if (!target) {
        std::fprintf(stderr, "%s registers no %s\n", argv[1], argv[2]);
        return 1;
    }
    std::printf("name %s revision %u family %u size %zu userspacesize %zu xlate %d udata %zu\n",
                target->name, target->revision, target->family, target->size, target->userspacesize,
                target->xlate != nullptr, target->udata_size);

    std::mt19937 random(20240229);
    for (int i = 0; i < rounds; ++i) {
        Rule rule(*target);
        for (std::size_t b = 0; b < target->size; ++b)
            rule.entry->data[b] = static_cast<unsigned char>(random());
        if (i % 2)
            make_likely(rule, argv[2], random);
        show(*target, rule);
    }
    return std::fflush(stdout) == 0 ? 0 : 1;
}
