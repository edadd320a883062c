// SPDX-License-Identifier: GPL-2.0
/*
 * What this node says by ARP about a shared address, in answers and in
 * questions of its own, is the cluster's MAC and not its interface's.
 */
#include <linux/if_arp.h>
#include <linux/netfilter.h>
#include <linux/netfilter_arp.h>
#include <linux/skbuff.h>
#include "arp.h"
#include "cluster.h"

#if !IS_ENABLED(CONFIG_NETFILTER_FAMILY_ARP)
#error "this kernel has no ARP hooks (CONFIG_NETFILTER_FAMILY_ARP): a cluster could not answer ARP"
#endif

/* ARP for IPv4 on Ethernet, RFC 826. */
struct nfc_arp_ipv4 {
	struct arphdr header;
	u8 sender_mac[ETH_ALEN];
	__be32 sender_ip;
	u8 target_mac[ETH_ALEN];
	__be32 target_ip;
} __packed;

static bool nfc_arp_is_ipv4(const struct nfc_arp_ipv4 *arp)
{
	return arp->header.ar_hrd == htons(ARPHRD_ETHER) &&
	       arp->header.ar_pro == htons(ETH_P_IP) &&
	       arp->header.ar_hln == ETH_ALEN &&
	       arp->header.ar_pln == sizeof(arp->sender_ip) &&
	       (arp->header.ar_op == htons(ARPOP_REQUEST) ||
		arp->header.ar_op == htons(ARPOP_REPLY));
}

static unsigned int nfc_arp_out(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	const int start = skb_network_offset(skb);
	union nf_inet_addr sender = {};
	const struct nfc_cluster *cluster;
	const struct nfc_arp_ipv4 *arp;
	struct nfc_arp_ipv4 *frame;
	struct nfc_arp_ipv4 buf;

	arp = skb_header_pointer(skb, start, sizeof(buf), &buf);
	if (!arp || !nfc_arp_is_ipv4(arp))
		return NF_ACCEPT;

	sender.ip = arp->sender_ip;
	cluster = nfc_cluster_find(nfc_pernet(state->net), NFPROTO_IPV4, &sender);
	if (!cluster || READ_ONCE(cluster->ifindex) != state->out->ifindex)
		return NF_ACCEPT;

	/* Better silent than heard with a MAC that one node alone answers. */
	if (skb_ensure_writable(skb, start + sizeof(*frame)))
		return NF_DROP;
	frame = (struct nfc_arp_ipv4 *)skb_network_header(skb);
	memcpy(frame->sender_mac, cluster->spec.mac, ETH_ALEN);
	return NF_ACCEPT;
}

/* Before arptables and nftables, which filter at 0. */
static const struct nf_hook_ops nfc_arp_ops = {
	.hook		= nfc_arp_out,
	.pf		= NFPROTO_ARP,
	.hooknum	= NF_ARP_OUT,
	.priority	= -1,
};

int nfc_arp_register(struct net *net)
{
	return nf_register_net_hook(net, &nfc_arp_ops);
}

void nfc_arp_unregister(struct net *net)
{
	nf_unregister_net_hook(net, &nfc_arp_ops);
}
