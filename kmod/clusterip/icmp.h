/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ICMP to a shared address: what it speaks of decides whose it is.
 */
#ifndef _NFC_CLUSTERIP_ICMP_H
#define _NFC_CLUSTERIP_ICMP_H

#include "cluster.h"
#include "transport.h"

/* Can it be ICMP? Says yes too often of IPv6, where it may be behind others. */
static inline bool nfc_icmp_may_be(const struct sk_buff *skb, u8 family)
{
	if (family == NFPROTO_IPV4)
		return ip_hdr(skb)->protocol == IPPROTO_ICMP;
	return !nfc_is_plain(skb, NFPROTO_IPV6);
}

/**
 * enum nfc_icmp_owner - whose a packet is
 * @NFC_ICMP_OF_ITS_SLOT: its hash says it, as of all other packets
 * @NFC_ICMP_OURS: this node takes it
 * @NFC_ICMP_OTHERS: another one does
 */
enum nfc_icmp_owner {
	NFC_ICMP_OF_ITS_SLOT,
	NFC_ICMP_OURS,
	NFC_ICMP_OTHERS,
};

/**
 * nfc_icmp_owner - whose is a packet to a cluster's address?
 *
 * An error comes from some router on the way: it belongs to the slot of the packet
 * that it quotes, and while that moves to the node where the flow lives. What
 * neighbours and routers say to each other is for all nodes.
 *
 * For packets: the caller is in an RCU section. Counts those that are not of
 * their slot.
 */
enum nfc_icmp_owner nfc_icmp_owner(const struct nfc_cluster *cluster,
				   const struct sk_buff *skb);

#endif /* _NFC_CLUSTERIP_ICMP_H */
