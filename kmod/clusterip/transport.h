/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a packet's transport header is, behind IPv6's extension headers too.
 */
#ifndef _NFC_CLUSTERIP_TRANSPORT_H
#define _NFC_CLUSTERIP_TRANSPORT_H

#include <linux/ip.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ipv6.h>

/**
 * struct nfc_transport - a packet's transport header
 * @protocol: its IP protocol number
 * @offset: from skb->data; -1: it is not in this packet, a later fragment or
 *	one that is cut off
 */
struct nfc_transport {
	u8 protocol;
	int offset;
};

/* Of a packet whose IP header is linear. */
static inline struct nfc_transport nfc_transport(const struct sk_buff *skb,
						 u8 family)
{
	struct nfc_transport found;
	__be16 fragment = 0;

	if (family == NFPROTO_IPV4) {
		const struct iphdr *iph = ip_hdr(skb);

		found.protocol = iph->protocol;
		found.offset = skb_network_offset(skb) + iph->ihl * 4;
		fragment = iph->frag_off & htons(IP_OFFSET);
	} else {
		found.protocol = ipv6_hdr(skb)->nexthdr;
		found.offset = ipv6_skip_exthdr(skb, skb_network_offset(skb) +
						sizeof(struct ipv6hdr),
						&found.protocol, &fragment);
		fragment &= htons(~0x7);
	}
	if (fragment)
		found.offset = -1;
	return found;
}

/* TCP or UDP right behind the IP header: nearly every packet. */
static inline bool nfc_is_plain(const struct sk_buff *skb, u8 family)
{
	const u8 protocol = family == NFPROTO_IPV4 ? ip_hdr(skb)->protocol :
						     ipv6_hdr(skb)->nexthdr;

	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

#endif /* _NFC_CLUSTERIP_TRANSPORT_H */
