// SPDX-License-Identifier: GPL-2.0
/*
 * Checking CLUSTERIP rules. Whatever the original refused, this refuses with
 * the same error; what it took and then tripped over is refused here too.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/etherdevice.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include "rule.h"

static int nfc_rule_check_nodes(const struct nfc_clusterip_info *info)
{
	unsigned int i;

	if (info->num_local_nodes > NFC_LOCAL_NODES_MAX) {
		pr_info_ratelimited("num_local_nodes %u, expected 0 to %u\n",
				    info->num_local_nodes, NFC_LOCAL_NODES_MAX);
		return -EINVAL;
	}
	if (!(info->flags & NFC_CLUSTERIP_F_NEW))
		return 0;

	if (info->num_total_nodes < NFC_TOTAL_NODES_MIN ||
	    info->num_total_nodes > NFC_TOTAL_NODES_MAX) {
		pr_info_ratelimited("total-nodes %u, expected %u to %u\n",
				    info->num_total_nodes, NFC_TOTAL_NODES_MIN,
				    NFC_TOTAL_NODES_MAX);
		return -EINVAL;
	}
	for (i = 0; i < info->num_local_nodes; i++) {
		if (info->local_nodes[i] >= 1 &&
		    info->local_nodes[i] <= info->num_total_nodes)
			continue;
		pr_info_ratelimited("local-node %u, expected 1 to %u (total-nodes)\n",
				    info->local_nodes[i],
				    info->num_total_nodes);
		return -EINVAL;
	}
	return 0;
}

/* One interface by its whole name, or none. */
static int nfc_rule_check_interface(const struct ipt_ip *ip)
{
	size_t len = strnlen(ip->iniface, IFNAMSIZ);
	size_t i;

	if (!len)
		return 0;
	if (len == IFNAMSIZ) {
		pr_info_ratelimited("the interface name is not terminated\n");
		return -EINVAL;
	}
	if (ip->invflags & IPT_INV_VIA_IN) {
		pr_info_ratelimited("an inverted interface (! -i %*pE) cannot carry a cluster\n",
				    (int)len, ip->iniface);
		return -EINVAL;
	}
	/*
	 * A mask that stops before the end of the name makes it a prefix. Of
	 * "eth+" the original said that there is no such interface: so does
	 * the lookup, later.
	 */
	if (ip->iniface[len - 1] == '+')
		return 0;
	for (i = 0; i <= len; i++) {
		if (ip->iniface_mask[i] == 0xff)
			continue;
		pr_info_ratelimited("interface \"%*pE\" is a prefix, expected one interface\n",
				    (int)len, ip->iniface);
		return -EINVAL;
	}
	return 0;
}

int nfc_rule_spec(const struct ipt_ip *ip, const struct nfc_clusterip_info *info,
		  struct nfc_cluster_spec *spec)
{
	int err;

	if (info->flags & ~NFC_CLUSTERIP_F_ALL) {
		pr_info_ratelimited("unknown flags 0x%x\n", info->flags);
		return -EINVAL;
	}
	if (info->hash_mode >= NFC_HASH_MODES) {
		pr_info_ratelimited("hashmode %u, expected 0 to %u\n",
				    info->hash_mode, NFC_HASH_MODES - 1);
		return -EINVAL;
	}
	if (ip->dmsk.s_addr != htonl(INADDR_BROADCAST) || !ip->dst.s_addr ||
	    (ip->invflags & IPT_INV_DSTIP)) {
		pr_info_ratelimited("please specify one destination IP (-d), the cluster's\n");
		return -EINVAL;
	}
	err = nfc_rule_check_nodes(info);
	if (err)
		return err;

	memset(spec, 0, sizeof(*spec));
	spec->family = NFPROTO_IPV4;
	spec->addr.ip = ip->dst.s_addr;
	if (!(info->flags & NFC_CLUSTERIP_F_NEW))
		return 0;

	err = nfc_rule_check_interface(ip);
	if (err)
		return err;
	if (!is_multicast_ether_addr(info->clustermac)) {
		pr_info_ratelimited("clustermac %pM, expected a multicast address\n",
				    info->clustermac);
		return -EINVAL;
	}
	strscpy(spec->ifname, ip->iniface, sizeof(spec->ifname));
	ether_addr_copy(spec->mac, info->clustermac);
	spec->hash.mode = info->hash_mode;
	spec->hash.seed = info->hash_initval;
	spec->total = info->num_total_nodes;
	return 0;
}

struct nfc_slots *nfc_rule_slots(const struct nfc_clusterip_info *info)
{
	struct nfc_slots *slots = nfc_slots_alloc(info->num_total_nodes);
	unsigned int i;

	if (slots)
		for (i = 0; i < info->num_local_nodes; i++)
			nfc_slots_set(slots, info->local_nodes[i],
				      NFC_SLOT_ON);
	return slots;
}
