// SPDX-License-Identifier: GPL-2.0
/*
 * The target CLUSTERIP, revision 0: the syntax and the verdicts that iptables
 * has known since 2003, frozen.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>
#include "compat.h"
#include "handover.h"
#include "lifetime.h"
#include "rule.h"
#include "target_clusterip.h"

static unsigned int nfc_tg(struct sk_buff *skb,
			   const struct xt_action_param *par)
{
	const struct nfc_clusterip_info *info = par->targinfo;
	const struct nfc_cluster *cluster = info->cluster;
	enum ip_conntrack_info ctinfo;

	/* Invalid or untracked: no node takes it. */
	if (!nf_ct_get(skb, &ctinfo))
		return NF_DROP;

	/*
	 * An ICMP error comes from a router, and its hash says nothing about
	 * the connection: the node that knows that takes it.
	 */
	if (ip_hdr(skb)->protocol == IPPROTO_ICMP &&
	    (ctinfo == IP_CT_RELATED || ctinfo == IP_CT_RELATED_REPLY))
		return XT_CONTINUE;

	if (!nfc_cluster_takes(cluster, skb,
			       nfc_hash_ipv4(&cluster->spec.hash, skb)))
		return NF_DROP;

	/* It came to a multicast MAC; TCP, among others, would refuse it. */
	skb->pkt_type = PACKET_HOST;
	return XT_CONTINUE;
}

static int nfc_tg_check(const struct xt_tgchk_param *par)
{
	struct nfc_clusterip_info *info = par->targinfo;
	const struct ipt_entry *entry = par->entryinfo;
	struct nfc_cluster_spec spec;
	struct nfc_cluster *cluster;
	struct nfc_slots *first = NULL;
	bool create;
	int err;

	if (par->nft_compat) {
		pr_info_ratelimited("CLUSTERIP cannot see -d and -i from nftables: use iptables-legacy\n");
		return -EOPNOTSUPP;
	}
	err = nfc_rule_spec(&entry->ip, info, &spec);
	if (err)
		return err;

	create = info->flags & NFC_CLUSTERIP_F_NEW;
	if (create) {
		first = nfc_rule_slots(info);
		if (!first)
			return -ENOMEM;
	}
	err = nf_ct_netns_get(par->net, par->family);
	if (err)
		goto out;

	cluster = nfc_cluster_attach(par->net, &spec, first, create);
	if (IS_ERR(cluster)) {
		err = PTR_ERR(cluster);
		nf_ct_netns_put(par->net, par->family);
		goto out;
	}
	info->cluster = cluster;
out:
	kfree(first);
	return err;
}

static void nfc_tg_destroy(const struct xt_tgdtor_param *par)
{
	const struct nfc_clusterip_info *info = par->targinfo;

	nfc_cluster_detach(par->net, info->cluster);
	nf_ct_netns_put(par->net, par->family);
}

static struct xt_target nfc_tg_reg __read_mostly = {
	.name		= NFC_CLUSTERIP_NAME,
	.revision	= NFC_CLUSTERIP_REVISION,
	.family		= NFPROTO_IPV4,
	/* Elsewhere a packet to the address is not one from its clients. */
	.hooks		= BIT(NF_INET_PRE_ROUTING) | BIT(NF_INET_LOCAL_IN),
	.target		= nfc_tg,
	.checkentry	= nfc_tg_check,
	.destroy	= nfc_tg_destroy,
	.targetsize	= sizeof(struct nfc_clusterip_info),
	.usersize	= NFC_CLUSTERIP_USERSIZE,
	NFC_XT_COMPATSIZE(NFC_CLUSTERIP_USERSIZE + sizeof(u32))
	.me		= THIS_MODULE,
};

/*
 * x_tables takes a second target of the same name and revision without a word,
 * and rules would then go to either. The kernel's own, loaded as a module, has
 * our name and keeps us out; this finds it when it is built in.
 */
int nfc_target_clusterip_taken(void)
{
	int found;

	if (!xt_find_revision(NFPROTO_IPV4, NFC_CLUSTERIP_NAME,
			      NFC_CLUSTERIP_REVISION, 1, &found))
		return 0;
	pr_err("there is a CLUSTERIP target already: remove its rules and its module, then load this one; one that is built into the kernel stays in charge\n");
	/* Not EEXIST: modprobe takes that for success. */
	return -EBUSY;
}

int nfc_target_clusterip_init(void)
{
	return xt_register_target(&nfc_tg_reg);
}

void nfc_target_clusterip_exit(void)
{
	xt_unregister_target(&nfc_tg_reg);
}
