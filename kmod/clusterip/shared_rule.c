// SPDX-License-Identifier: GPL-2.0
/*
 * Checking SHAREDIP rules.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/etherdevice.h>
#include <linux/in.h>
#include <net/ipv6.h>
#include "shared_rule.h"

static_assert(NFC_SHAREDIP_SLOTS_MAX == NFC_SLOTS_MAX);
static_assert(NFC_SHAREDIP_IFNAME_LEN == IFNAMSIZ);

static int nfc_shared_rule_address(u8 family,
				   const struct nfc_sharedip_info *info,
				   struct nfc_cluster_spec *spec)
{
	bool good;

	memset(spec, 0, sizeof(*spec));
	spec->family = family;
	if (family == NFPROTO_IPV4) {
		memcpy(&spec->addr.ip, info->addr, sizeof(spec->addr.ip));
		good = spec->addr.ip && !ipv4_is_multicast(spec->addr.ip) &&
		       !ipv4_is_lbcast(spec->addr.ip) &&
		       !memchr_inv(info->addr + sizeof(spec->addr.ip), 0,
				   sizeof(info->addr) - sizeof(spec->addr.ip));
	} else {
		memcpy(&spec->addr.in6, info->addr, sizeof(spec->addr.in6));
		good = !ipv6_addr_any(&spec->addr.in6) &&
		       !ipv6_addr_is_multicast(&spec->addr.in6);
	}
	if (good)
		return 0;
	pr_info_ratelimited("cluster-ip %*ph, expected one machine's address\n",
			    (int)sizeof(info->addr), info->addr);
	return -EINVAL;
}

static bool nfc_shared_rule_local(const struct nfc_sharedip_info *info,
				  unsigned int slot)
{
	return info->local_slots[(slot - 1) / 8] >> (slot - 1) % 8 & 1;
}

static int nfc_shared_rule_check_slots(const struct nfc_sharedip_info *info)
{
	unsigned int slot;

	if (info->total_slots < 1 || info->total_slots > NFC_SLOTS_MAX) {
		pr_info_ratelimited("total-slots %u, expected 1 to %u\n",
				    info->total_slots, NFC_SLOTS_MAX);
		return -EINVAL;
	}
	for (slot = info->total_slots + 1; slot <= NFC_SLOTS_MAX; slot++) {
		if (!nfc_shared_rule_local(info, slot))
			continue;
		pr_info_ratelimited("local-slots %u, expected 1 to %u (total-slots)\n",
				    slot, info->total_slots);
		return -EINVAL;
	}
	return 0;
}

/* Of a rule that attaches: does it say nothing but the address? */
static bool nfc_shared_rule_bare(const struct nfc_sharedip_info *info)
{
	const char *bytes = (const char *)info;
	const size_t behind = offsetofend(struct nfc_sharedip_info, addr);

	return !memchr_inv(bytes, 0, offsetof(struct nfc_sharedip_info, addr)) &&
	       !memchr_inv(bytes + behind, 0, NFC_SHAREDIP_USERSIZE - behind);
}

int nfc_shared_rule_spec(u8 family, const struct nfc_sharedip_info *info,
			 struct nfc_cluster_spec *spec)
{
	const size_t len = strnlen(info->ifname, sizeof(info->ifname));
	int err;

	if (info->flags & ~NFC_SHAREDIP_F_ALL) {
		pr_info_ratelimited("unknown flags 0x%x\n", info->flags);
		return -EINVAL;
	}
	err = nfc_shared_rule_address(family, info, spec);
	if (err)
		return err;
	if (!(info->flags & NFC_SHAREDIP_F_NEW)) {
		if (nfc_shared_rule_bare(info))
			return 0;
		pr_info_ratelimited("a rule that makes no cluster says nothing but its address\n");
		return -EINVAL;
	}

	if (info->hash_mode >= NFC_HASH_MODES) {
		pr_info_ratelimited("hashmode %u, expected 0 to %u\n",
				    info->hash_mode, NFC_HASH_MODES - 1);
		return -EINVAL;
	}
	if (!len || len == sizeof(info->ifname) ||
	    memchr_inv(info->ifname + len, 0, sizeof(info->ifname) - len)) {
		pr_info_ratelimited("cluster-dev, expected a name of 1 to %zu bytes and zeros\n",
				    sizeof(info->ifname) - 1);
		return -EINVAL;
	}
	if (memchr_inv(info->reserved, 0, sizeof(info->reserved))) {
		pr_info_ratelimited("reserved bytes, expected zeros\n");
		return -EINVAL;
	}
	if (is_zero_ether_addr(info->clustermac)) {
		pr_info_ratelimited("clustermac %pM, expected a multicast or unicast address\n",
				    info->clustermac);
		return -EINVAL;
	}
	err = nfc_shared_rule_check_slots(info);
	if (err)
		return err;
	strscpy(spec->ifname, info->ifname, sizeof(spec->ifname));
	ether_addr_copy(spec->mac, info->clustermac);
	spec->hash.mode = info->hash_mode;
	spec->hash.seed = info->hash_initval;
	spec->total = info->total_slots;
	return 0;
}

struct nfc_slots *nfc_shared_rule_slots(const struct nfc_sharedip_info *info)
{
	struct nfc_slots *slots = nfc_slots_alloc(info->total_slots);
	unsigned int slot;

	if (slots)
		for (slot = 1; slot <= slots->total; slot++)
			if (nfc_shared_rule_local(info, slot))
				nfc_slots_set(slots, slot, NFC_SLOT_ON);
	return slots;
}
