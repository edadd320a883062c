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

/* Of an IPv6 packet that begins at @offset and says @nexthdr. */
static inline struct nfc_transport nfc_transport6(const struct sk_buff *skb,
						  unsigned int offset,
						  u8 nexthdr)
{
	struct nfc_transport found = { .protocol = nexthdr };
	__be16 fragment = 0;

	found.offset = ipv6_skip_exthdr(skb, offset + sizeof(struct ipv6hdr),
					&found.protocol, &fragment);
	if (fragment & htons(~0x7))
		found.offset = -1;
	return found;
}

/* Of a packet whose IP header is linear. */
static inline struct nfc_transport nfc_transport(const struct sk_buff *skb,
						 u8 family)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct nfc_transport found;

	if (family == NFPROTO_IPV6)
		return nfc_transport6(skb, skb_network_offset(skb),
				      ipv6_hdr(skb)->nexthdr);
	found.protocol = iph->protocol;
	found.offset = iph->frag_off & htons(IP_OFFSET) ? -1 :
		       skb_network_offset(skb) + iph->ihl * 4;
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
