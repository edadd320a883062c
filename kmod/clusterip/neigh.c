// SPDX-License-Identifier: GPL-2.0
/*
 * What this node says by neighbour discovery about a shared address is the
 * cluster's MAC, as arp.c has it for IPv4; and what the other nodes say about it
 * is kept from the kernel, which would take them for hosts that stole it.
 *
 * All nodes have the address, and each looks for duplicates when it gets it. A
 * node's probe carries the cluster's MAC as its nonce (RFC 7527), and its
 * advertisements carry it anyway: so nodes know each other, and strangers do not
 * pass for one by accident. A stranger's probe is answered like any host would:
 * the address is taken.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/etherdevice.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv6.h>
#include <net/ipv6.h>
#include "cluster.h"
#include "ndp.h"
#include "neigh.h"
#include "transport.h"

/* What is said about an address that a host has, or wants, on a link. */
#define NFC_NEIGH_HOPS	255

/* A cluster's MAC is one of Ethernet: elsewhere there is nothing to tell. */
static const struct nfc_cluster *nfc_neigh_cluster(const struct net *net,
						   const struct in6_addr *addr,
						   const struct net_device *dev)
{
	const union nf_inet_addr wanted = { .in6 = *addr };
	const struct nfc_cluster *cluster;

	cluster = nfc_cluster_find(nfc_pernet(net), NFPROTO_IPV6, &wanted);
	return cluster && dev->addr_len == ETH_ALEN &&
	       READ_ONCE(cluster->ifindex) == dev->ifindex ? cluster : NULL;
}

/* The sender's MAC, where the sender is the cluster. */
static int nfc_neigh_tell_source(const struct net *net, struct sk_buff *skb,
				 const struct nfc_ndp *msg,
				 const struct net_device *dev)
{
	const struct nfc_cluster *cluster;
	int err;

	cluster = nfc_neigh_cluster(net, &msg->source, dev);
	if (!cluster)
		return 0;
	err = nfc_ndp_set(skb, msg, NFC_NDP_OPT_SOURCE, cluster->spec.mac);
	return err == -ENOENT ? 0 : err;
}

/*
 * The cluster's MAC in what is said about its address: the target's in an
 * advertisement, the mark of a probe. An answer to one who asks whether we are
 * still there need not say a MAC. Ours does, and overrides: whoever learned this
 * node's own, before the cluster was made, would believe in it for ever.
 */
static int nfc_neigh_tell_target(const struct net *net, struct sk_buff *skb,
				 struct nfc_ndp *msg,
				 const struct net_device *dev, u8 option)
{
	const struct nfc_cluster *cluster;
	int err;

	cluster = nfc_neigh_cluster(net, &msg->target, dev);
	if (!cluster)
		return 0;
	err = nfc_ndp_set(skb, msg, option, cluster->spec.mac);
	if (err != -ENOENT)
		return err;
	err = nfc_ndp_add(skb, msg, option, cluster->spec.mac);
	if (!err && option == NFC_NDP_OPT_TARGET)
		err = nfc_ndp_override(skb, msg);
	return err;
}

static bool nfc_neigh_is_probe(const struct nfc_ndp *msg)
{
	return msg->type == NFC_NDP_SOLICIT && ipv6_addr_any(&msg->source);
}

static unsigned int nfc_neigh_out(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	struct nfc_ndp msg;
	int err;

	if (nfc_is_plain(skb, NFPROTO_IPV6) || !nfc_ndp_read(skb, &msg))
		return NF_ACCEPT;
	if (msg.type == NFC_NDP_ADVERT)
		err = nfc_neigh_tell_target(state->net, skb, &msg, state->out,
					    NFC_NDP_OPT_TARGET);
	else if (nfc_neigh_is_probe(&msg))
		err = nfc_neigh_tell_target(state->net, skb, &msg, state->out,
					    NFC_NDP_OPT_NONCE);
	else
		err = nfc_neigh_tell_source(state->net, skb, &msg, state->out);
	/* Better silent than heard with a MAC that one node alone answers. */
	return err ? NF_DROP : NF_ACCEPT;
}

static unsigned int nfc_neigh_in(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	const struct nfc_cluster *cluster;
	u8 mac[ETH_ALEN];
	struct nfc_ndp msg;
	bool probe;

	if (nfc_is_plain(skb, NFPROTO_IPV6) || !nfc_ndp_read(skb, &msg) ||
	    ipv6_hdr(skb)->hop_limit != NFC_NEIGH_HOPS)
		return NF_ACCEPT;
	probe = nfc_neigh_is_probe(&msg);
	/* What somebody here has asked for is an answer, whoever gives it. */
	if (!probe && (msg.type != NFC_NDP_ADVERT || msg.solicited))
		return NF_ACCEPT;
	cluster = nfc_neigh_cluster(state->net, &msg.target, state->in);
	if (!cluster)
		return NF_ACCEPT;

	switch (nfc_ndp_get(skb, &msg,
			    probe ? NFC_NDP_OPT_NONCE : NFC_NDP_OPT_TARGET,
			    mac)) {
	case 0:
		if (ether_addr_equal(mac, cluster->spec.mac))
			return NF_DROP;
		break;
	case -ENOENT:
		if (probe)
			break;
		fallthrough;	/* it says no MAC, so it claims nothing */
	default:
		return NF_ACCEPT;
	}
	pr_warn_ratelimited("%pI6c on %s: %pM, which is no node of this cluster, %s this address\n",
			    &msg.target, state->in->name,
			    eth_hdr(skb)->h_source,
			    probe ? "wants to have" : "says that it has");
	return NF_ACCEPT;
}

/* Before ip6tables and nftables, which filter at 0. */
static const struct nf_hook_ops nfc_neigh_ops[] = {
	{
		.hook		= nfc_neigh_out,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= NF_IP6_PRI_FILTER - 1,
	},
	{
		.hook		= nfc_neigh_in,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= NF_IP6_PRI_FILTER - 1,
	},
};

int nfc_neigh_register(struct net *net)
{
	return nf_register_net_hooks(net, nfc_neigh_ops,
				     ARRAY_SIZE(nfc_neigh_ops));
}

void nfc_neigh_unregister(struct net *net)
{
	nf_unregister_net_hooks(net, nfc_neigh_ops, ARRAY_SIZE(nfc_neigh_ops));
}
