// SPDX-License-Identifier: GPL-2.0
/*
 * The target SHAREDIP: shared addresses of both families, by rules that name
 * address and interface themselves, because nftables hands a target neither.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/netfilter/x_tables.h>
#include <linux/slab.h>
#include "compat.h"
#include "defrag.h"
#include "handover.h"
#include "icmp.h"
#include "lifetime.h"
#include "shared_rule.h"
#include "target_sharedip.h"

static bool nfc_tg_is_to(const struct sk_buff *skb,
			 const struct nfc_cluster *cluster, u8 family)
{
	if (family == NFPROTO_IPV4)
		return ip_hdr(skb)->daddr == cluster->spec.addr.ip;
	return ipv6_addr_equal(&ipv6_hdr(skb)->daddr, &cluster->spec.addr.in6);
}

static __always_inline bool nfc_tg_takes(const struct nfc_cluster *cluster,
					 const struct sk_buff *skb, u8 family)
{
	u32 hash;

	if (unlikely(nfc_icmp_may_be(skb, family))) {
		const enum nfc_icmp_owner owner = nfc_icmp_owner(cluster, skb);

		if (owner != NFC_ICMP_OF_ITS_SLOT)
			return owner == NFC_ICMP_OURS;
	}
	hash = family == NFPROTO_IPV4 ?
		nfc_hash_ipv4(&cluster->spec.hash, skb) :
		nfc_hash_ipv6(&cluster->spec.hash, skb);
	return nfc_cluster_takes(cluster, skb, hash);
}

static __always_inline unsigned int
nfc_tg(struct sk_buff *skb, const struct xt_action_param *par, u8 family)
{
	const struct nfc_sharedip_info *info = par->targinfo;
	const struct nfc_cluster *cluster = info->cluster;

	/* nftables may call from later hooks; some of them have no interface in. */
	if (!nfc_tg_is_to(skb, cluster, family) ||
	    xt_hooknum(par) > NF_INET_LOCAL_IN ||
	    xt_in(par)->ifindex != READ_ONCE(cluster->ifindex))
		return XT_CONTINUE;

	if (!nfc_tg_takes(cluster, skb, family))
		return NF_DROP;
	/* It came to a multicast MAC; TCP, among others, would refuse it. */
	skb->pkt_type = PACKET_HOST;
	return XT_CONTINUE;
}

static unsigned int nfc_tg4(struct sk_buff *skb,
			    const struct xt_action_param *par)
{
	return nfc_tg(skb, par, NFPROTO_IPV4);
}

static unsigned int nfc_tg6(struct sk_buff *skb,
			    const struct xt_action_param *par)
{
	return nfc_tg(skb, par, NFPROTO_IPV6);
}

static int nfc_tg_check(const struct xt_tgchk_param *par)
{
	struct nfc_sharedip_info *info = par->targinfo;
	struct nfc_cluster_spec spec;
	struct nfc_cluster *cluster;
	struct nfc_slots *first = NULL;
	bool create;
	int err;

	/* Its chains see only the first packet of each connection. */
	if (!strcmp(par->table, "nat")) {
		pr_info_ratelimited("SHAREDIP in the table nat would miss packets: use INPUT, or PREROUTING of raw or mangle\n");
		return -EINVAL;
	}
	err = nfc_shared_rule_spec(par->family, info, &spec);
	if (err)
		return err;

	create = info->flags & NFC_SHAREDIP_F_NEW;
	if (create) {
		first = nfc_shared_rule_slots(info);
		if (!first)
			return -ENOMEM;
	}
	err = nfc_defrag_get(par->net, par->family);
	if (err)
		goto out;
	cluster = nfc_cluster_attach(par->net, &spec, first, create);
	if (IS_ERR(cluster)) {
		err = PTR_ERR(cluster);
		nfc_defrag_put(par->net, par->family);
		goto out;
	}
	info->cluster = cluster;
out:
	kfree(first);
	return err;
}

static void nfc_tg_destroy(const struct xt_tgdtor_param *par)
{
	const struct nfc_sharedip_info *info = par->targinfo;

	nfc_cluster_detach(par->net, info->cluster);
	nfc_defrag_put(par->net, par->family);
}

#define NFC_TG(proto, function)						\
	{								\
		.name		= NFC_SHAREDIP_NAME,			\
		.revision	= NFC_SHAREDIP_REVISION,		\
		.family		= (proto),				\
		.hooks		= BIT(NF_INET_PRE_ROUTING) |		\
				  BIT(NF_INET_LOCAL_IN),		\
		.target		= (function),				\
		.checkentry	= nfc_tg_check,				\
		.destroy	= nfc_tg_destroy,			\
		.targetsize	= sizeof(struct nfc_sharedip_info),	\
		.usersize	= NFC_SHAREDIP_USERSIZE,		\
		.me		= THIS_MODULE,				\
	}

static struct xt_target nfc_tgs[] __read_mostly = {
	NFC_TG(NFPROTO_IPV4, nfc_tg4),
#if IS_ENABLED(CONFIG_IPV6)
	NFC_TG(NFPROTO_IPV6, nfc_tg6),
#endif
};

int nfc_target_sharedip_init(void)
{
	return xt_register_targets(nfc_tgs, ARRAY_SIZE(nfc_tgs));
}

void nfc_target_sharedip_exit(void)
{
	xt_unregister_targets(nfc_tgs, ARRAY_SIZE(nfc_tgs));
}
