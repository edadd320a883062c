// SPDX-License-Identifier: GPL-2.0
// iptables' side of -j SHAREDIP, revision 0, for IPv4 and IPv6. The same words
// make the same bytes, whatever the order of the options.
#include "extension.hpp"
#include "nf_sharedip.h"

#include <arpa/inet.h>
#include <cstdio>
#include <cstring>

namespace {

using Info = nfc_sharedip_info;

// Numbers the rows of `options`.
enum class Option { ClusterIp, ClusterDev, ClusterMac, TotalSlots, LocalSlots, HashMode, HashInit };

constexpr auto options = ext::table({
    {.name = "cluster-ip", .type = XTTYPE_STRING, .flags = XTOPT_MAND},
    {.name = "cluster-dev", .type = XTTYPE_STRING},
    {.name = "clustermac", .type = XTTYPE_ETHERMAC},
    {.name = "total-slots",
     .type = XTTYPE_UINT32,
     .flags = XTOPT_PUT,
     .offset = offsetof(Info, total_slots),
     .size = sizeof(Info::total_slots),
     .min = 1,
     .max = NFC_SHAREDIP_SLOTS_MAX},
    {.name = "local-slots", .type = XTTYPE_STRING},
    {.name = "hashmode", .type = XTTYPE_STRING},
    {.name = "hash-init",
     .type = XTTYPE_UINT32,
     .flags = XTOPT_PUT,
     .offset = offsetof(Info, hash_initval),
     .size = sizeof(Info::hash_initval)},
});

// Indexed by nfc_hash_mode.
constexpr const char* hash_modes[NFC_HASH_MODES] = NFC_HASH_MODE_NAMES;

void help() {
    std::fputs(
        "SHAREDIP target options:\n"
        "  --cluster-ip ADDRESS   the shared address; alone: of a cluster that is there\n"
        "  --cluster-dev NAME     the interface that carries it\n"
        "  --clustermac MAC       hardware address of the cluster (default: made of the address)\n"
        "  --total-slots NUMBER   slots of the cluster, 1 to 4096\n"
        "  --local-slots LIST     those that are answered here when it is made: 1,4-6 or none\n"
        "  --hashmode MODE        what picks a packet's slot: " NFC_HASH_SIP_NAME ",\n"
        "                         " NFC_HASH_SIP_SPT_NAME " or\n"
        "                         " NFC_HASH_SIP_SPT_DPT_NAME "\n"
        "  --hash-init NUMBER     seed of the hash (default 0)\n",
        stdout);
}

// --- words to data

__u32 parse_hash_mode(const char* name) {
    for (__u32 mode = 0; mode < NFC_HASH_MODES; ++mode)
        if (!std::strcmp(name, hash_modes[mode]))
            return mode;
    xtables_error(PARAMETER_PROBLEM,
                  "SHAREDIP: --hashmode is " NFC_HASH_SIP_NAME ", " NFC_HASH_SIP_SPT_NAME
                  " or " NFC_HASH_SIP_SPT_DPT_NAME ", not \"%s\"",
                  name);
}

void parse_device(Info& info, const char* name) {
    const std::size_t length = std::strlen(name);

    if (!length || length >= sizeof(info.ifname))
        xtables_error(PARAMETER_PROBLEM,
                      "SHAREDIP: --cluster-dev wants a name of 1 to 15 bytes, not \"%s\"", name);
    for (const char* c = name; *c; ++c)
        if (*c == '/' || *c == '"' || *c == '\\' || (*c > 0 && *c <= ' ') || *c == 0x7f)
            xtables_error(PARAMETER_PROBLEM, "SHAREDIP: no interface is called \"%s\"", name);
    std::memcpy(info.ifname, name, length);
}

[[noreturn]] void bad_slots(const char* list, const char* at) {
    xtables_error(PARAMETER_PROBLEM,
                  "SHAREDIP: --local-slots wants none or slots from 1 to 4096 as in 1,4-6, each "
                  "once; wrong in \"%s\" at \"%s\"",
                  list, at);
}

unsigned parse_slot(const char* list, const char*& at) {
    unsigned slot = 0;
    const char* start = at;

    for (; *at >= '0' && *at <= '9' && slot <= NFC_SHAREDIP_SLOTS_MAX; ++at)
        slot = 10 * slot + static_cast<unsigned>(*at - '0');
    if (at == start || slot < 1 || slot > NFC_SHAREDIP_SLOTS_MAX)
        bad_slots(list, start);
    return slot;
}

bool is_local(const Info& info, unsigned slot) {
    return info.local_slots[(slot - 1) / 8] >> ((slot - 1) % 8) & 1;
}

void parse_slots(Info& info, const char* list) {
    if (!std::strcmp(list, "none"))
        return;
    for (const char* at = list;; ++at) {
        const char* start = at;
        const unsigned first = parse_slot(list, at);
        const unsigned last = *at == '-' ? parse_slot(list, ++at) : first;

        if (last < first)
            bad_slots(list, start);
        for (unsigned slot = first; slot <= last; ++slot) {
            if (is_local(info, slot))
                bad_slots(list, start);
            info.local_slots[(slot - 1) / 8] |= static_cast<__u8>(1u << ((slot - 1) % 8));
        }
        if (!*at)
            return;
        if (*at != ',')
            bad_slots(list, at);
    }
}

template <int family>
void parse(xt_option_call* call) {
    auto& info = ext::info<Info>(call);

    xtables_option_parse(call);
    switch (static_cast<Option>(call->entry->id)) {
    case Option::ClusterIp:
        if (inet_pton(family, call->arg, info.addr) != 1)
            xtables_error(PARAMETER_PROBLEM,
                          "SHAREDIP: --cluster-ip wants an %s address, not \"%s\"",
                          family == AF_INET ? "IPv4" : "IPv6", call->arg);
        break;
    case Option::ClusterDev:
        parse_device(info, call->arg);
        break;
    case Option::ClusterMac:
        std::memcpy(info.clustermac, call->val.ethermac, sizeof(info.clustermac));
        break;
    case Option::LocalSlots:
        parse_slots(info, call->arg);
        break;
    case Option::HashMode:
        info.hash_mode = parse_hash_mode(call->arg);
        break;
    case Option::TotalSlots:
    case Option::HashInit:
        break; // XTOPT_PUT has stored them
    }
}

// --- data to words

// "1,4-6", cut off where `text` ends; the length that the whole has.
std::size_t slots_text(const Info& info, char* text, std::size_t size) {
    std::size_t length = 0;
    const auto add = [&](const char* format, unsigned number) {
        const std::size_t at = length < size ? length : size - 1;
        length += static_cast<std::size_t>(std::snprintf(text + at, size - at, format, number));
    };

    for (unsigned slot = 1; slot <= NFC_SHAREDIP_SLOTS_MAX; ++slot) {
        if (!is_local(info, slot))
            continue;
        const unsigned first = slot;
        while (slot < NFC_SHAREDIP_SLOTS_MAX && is_local(info, slot + 1))
            ++slot;
        add(length ? ",%u" : "%u", first);
        if (slot > first)
            add("-%u", slot);
    }
    if (!length)
        length = static_cast<std::size_t>(std::snprintf(text, size, "none"));
    return length;
}

template <int family>
void write(const xt_entry_target* target, const char* dashes) {
    if (target->u.target_size < XT_ALIGN(sizeof(xt_entry_target)) + sizeof(Info)) {
        std::printf(" [not a revision that this extension knows]");
        return;
    }
    const auto& info = ext::info<Info>(target);
    char address[INET6_ADDRSTRLEN];

    std::printf(" %scluster-ip %s", dashes, inet_ntop(family, info.addr, address, sizeof(address)));
    if (!(info.flags & NFC_SHAREDIP_F_NEW))
        return;
    const __u8* mac = info.clustermac;
    // All single slots of the largest cluster, and that is more than can be loaded.
    static char slots[6 * NFC_SHAREDIP_SLOTS_MAX];
    slots_text(info, slots, sizeof(slots));
    std::printf(" %scluster-dev %.*s %sclustermac %02X:%02X:%02X:%02X:%02X:%02X", dashes,
                static_cast<int>(sizeof(info.ifname)), info.ifname, dashes, mac[0], mac[1], mac[2],
                mac[3], mac[4], mac[5]);
    std::printf(" %stotal-slots %u %slocal-slots %s %shashmode %s %shash-init %u", dashes,
                info.total_slots, dashes, slots, dashes,
                info.hash_mode < NFC_HASH_MODES ? hash_modes[info.hash_mode] : "unknown", dashes,
                info.hash_initval);
}

template <int family>
void print(const void*, const xt_entry_target* target, int) {
    std::printf(" SHAREDIP");
    write<family>(target, "");
}

template <int family>
void save(const void*, const xt_entry_target* target) {
    write<family>(target, "--");
}

// --- what only the whole rule can tell

// RFC 1112 6.4 and RFC 2464 7: the MAC of the multicast group with these low bits.
template <int family>
void derive_mac(Info& info) {
    if (family == AF_INET) {
        const __u8 mac[] = {0x01,         0x00,        0x5e, static_cast<__u8>(info.addr[1] & 0x7f),
                            info.addr[2], info.addr[3]};
        std::memcpy(info.clustermac, mac, sizeof(mac));
    } else {
        info.clustermac[0] = info.clustermac[1] = 0x33;
        std::memcpy(info.clustermac + 2, info.addr + 12, 4);
    }
}

void check_slots(const Info& info) {
    // iptables-restore reads words of at most 1023 bytes: a rule that could be
    // loaded but not restored would be gone after a reboot.
    char text[1024];

    for (unsigned slot = info.total_slots + 1; slot <= NFC_SHAREDIP_SLOTS_MAX; ++slot)
        if (is_local(info, slot))
            xtables_error(PARAMETER_PROBLEM,
                          "SHAREDIP: --local-slots has %u, and --total-slots is %u", slot,
                          info.total_slots);
    if (slots_text(info, text, sizeof(text)) >= sizeof(text))
        xtables_error(PARAMETER_PROBLEM,
                      "SHAREDIP: --local-slots would be saved as more than 1023 characters, which "
                      "iptables-restore does not read: give some of them to the cluster by its "
                      "file");
}

template <int family>
void check(xt_fcheck_call* call) {
    constexpr unsigned needed = ext::bit(Option::ClusterDev) | ext::bit(Option::TotalSlots) |
                                ext::bit(Option::LocalSlots) | ext::bit(Option::HashMode);
    auto& info = *static_cast<Info*>(call->data);
    const unsigned given = call->xflags & ~ext::bit(Option::ClusterIp);

    if (!given)
        return;
    if ((given & needed) != needed)
        xtables_error(PARAMETER_PROBLEM,
                      "SHAREDIP: what a cluster is takes --cluster-dev, --total-slots, "
                      "--local-slots and --hashmode; --cluster-ip alone is for one that is there");
    info.flags = NFC_SHAREDIP_F_NEW;
    if (!(given & ext::bit(Option::ClusterMac)))
        derive_mac<family>(info);
    check_slots(info);
}

xtables_target sharedip[2]{};

// No xlate: nothing in nftables keeps slots, so there is nothing to translate to.
template <int family>
void fill(xtables_target& target) {
    target.version = XTABLES_VERSION;
    target.name = NFC_SHAREDIP_NAME;
    target.revision = NFC_SHAREDIP_REVISION;
    target.family = family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6;
    target.size = XT_ALIGN(sizeof(Info));
    target.userspacesize = NFC_SHAREDIP_USERSIZE;
    target.help = help;
    target.x6_parse = parse<family>;
    target.x6_fcheck = check<family>;
    target.print = print<family>;
    target.save = save<family>;
    target.x6_options = options.data();
    xtables_register_target(&target);
}

__attribute__((constructor)) void register_sharedip() {
    fill<AF_INET>(sharedip[0]);
    fill<AF_INET6>(sharedip[1]);
}

} // namespace
