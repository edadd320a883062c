// SPDX-License-Identifier: GPL-2.0
// iptables' side of CLUSTERIP, revision 0: the equal of the one that iptables
// ships, for distributions that stop shipping it. Options, errors, saved and
// listed text are those that scripts and saved rule sets have relied on for
// years, so their oddities (0 nodes are let through to the kernel) stay.
#include "extension.hpp"
#include "nf_clusterip.h"

#include <cstdio>
#include <cstring>

namespace {

using Info = nfc_clusterip_info;

// Numbers the rows of `options`.
enum class Option { New, HashMode, ClusterMac, TotalNodes, LocalNode, HashInit };

// Upper bound of node numbers on the command line, since the first iptables.
constexpr unsigned max_node = 16;

constexpr auto options = ext::table({
    {.name = "new"},
    {.name = "hashmode", .type = XTTYPE_STRING},
    {.name = "clustermac", .type = XTTYPE_ETHERMAC},
    {.name = "total-nodes",
     .type = XTTYPE_UINT16,
     .flags = XTOPT_PUT,
     .offset = offsetof(Info, num_total_nodes),
     .size = sizeof(Info::num_total_nodes),
     .max = max_node},
    {.name = "local-node",
     .type = XTTYPE_UINT16,
     .flags = XTOPT_PUT,
     .offset = offsetof(Info, local_nodes),
     .size = sizeof(Info::local_nodes[0]),
     .max = max_node},
    {.name = "hash-init",
     .type = XTTYPE_UINT32,
     .flags = XTOPT_PUT,
     .offset = offsetof(Info, hash_initval),
     .size = sizeof(Info::hash_initval)},
});

// Indexed by nfc_hash_mode.
constexpr const char* hash_modes[NFC_HASH_MODES] = NFC_HASH_MODE_NAMES;

const char* hash_mode_name(__u32 mode) {
    return mode < NFC_HASH_MODES ? hash_modes[mode] : "unknown-error";
}

__u32 parse_hash_mode(const char* name) {
    for (__u32 mode = 0; mode < NFC_HASH_MODES; ++mode)
        if (!std::strcmp(name, hash_modes[mode]))
            return mode;
    xtables_error(PARAMETER_PROBLEM, "Unknown hashmode \"%s\"", name);
}

void help() {
    std::fputs("CLUSTERIP target options:\n"
               "  --new                  make the cluster if it is not there yet; needs all below\n"
               "  --hashmode MODE        what picks a packet's node: " NFC_HASH_SIP_NAME ",\n"
               "                         " NFC_HASH_SIP_SPT_NAME " or\n"
               "                         " NFC_HASH_SIP_SPT_DPT_NAME "\n"
               "  --clustermac MAC       hardware address of the cluster, a multicast one\n"
               "  --total-nodes NUMBER   nodes in the cluster\n"
               "  --local-node NUMBER    which of them this node is, counted from 1\n"
               "  --hash-init NUMBER     seed of the hash, 0 if not given\n",
               stdout);
}

void parse(xt_option_call* call) {
    auto& info = ext::info<Info>(call);

    xtables_option_parse(call);
    switch (static_cast<Option>(call->entry->id)) {
    case Option::New:
        info.flags |= NFC_CLUSTERIP_F_NEW;
        break;
    case Option::HashMode:
        info.hash_mode = parse_hash_mode(call->arg);
        break;
    case Option::ClusterMac:
        if (!(call->val.ethermac[0] & 1))
            xtables_error(PARAMETER_PROBLEM, "MAC has to be a multicast ethernet address");
        std::memcpy(info.clustermac, call->val.ethermac, sizeof(info.clustermac));
        break;
    case Option::LocalNode:
        info.num_local_nodes = 1;
        break;
    case Option::TotalNodes:
    case Option::HashInit:
        break; // XTOPT_PUT has stored them
    }
}

// A rule makes a cluster and says everything about it, or attaches to one and
// says nothing.
void check(xt_fcheck_call* call) {
    constexpr unsigned needed = ext::bit(Option::New) | ext::bit(Option::HashMode) |
                                ext::bit(Option::ClusterMac) | ext::bit(Option::TotalNodes) |
                                ext::bit(Option::LocalNode);

    if (call->xflags && (call->xflags & needed) != needed)
        xtables_error(PARAMETER_PROBLEM, "CLUSTERIP target: Invalid parameter combination");
}

// `format` takes mode, MAC, total, node and seed, in this order.
__attribute__((format(printf, 1, 0))) void write(const char* format, const Info& info) {
    const __u8* mac = info.clustermac;
    char mac_text[3 * NFC_MAC_LEN];

    std::snprintf(mac_text, sizeof(mac_text), "%02X:%02X:%02X:%02X:%02X:%02X", mac[0], mac[1],
                  mac[2], mac[3], mac[4], mac[5]);
    std::printf(format, hash_mode_name(info.hash_mode), mac_text, info.num_total_nodes,
                info.local_nodes[0], info.hash_initval);
}

void print(const void*, const xt_entry_target* target, int) {
    const auto& info = ext::info<Info>(target);

    if (info.flags & NFC_CLUSTERIP_F_NEW)
        write(" CLUSTERIP hashmode=%s clustermac=%s total_nodes=%u local_node=%u hash_init=%u",
              info);
    else
        std::printf(" CLUSTERIP");
}

void save(const void*, const xt_entry_target* target) {
    const auto& info = ext::info<Info>(target);

    if (info.flags & NFC_CLUSTERIP_F_NEW)
        write(
            " --new --hashmode %s --clustermac %s --total-nodes %u --local-node %u --hash-init %u",
            info);
}

xtables_target clusterip{};

__attribute__((constructor)) void register_clusterip() {
    clusterip.version = XTABLES_VERSION;
    clusterip.name = NFC_CLUSTERIP_NAME;
    clusterip.revision = NFC_CLUSTERIP_REVISION;
    clusterip.family = NFPROTO_IPV4;
    clusterip.size = XT_ALIGN(sizeof(Info));
    clusterip.userspacesize = NFC_CLUSTERIP_USERSIZE;
    clusterip.help = help;
    clusterip.x6_parse = parse;
    clusterip.x6_fcheck = check;
    clusterip.print = print;
    clusterip.save = save;
    clusterip.x6_options = options.data();
    xtables_register_target(&clusterip);
}

} // namespace
