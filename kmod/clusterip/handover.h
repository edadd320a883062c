/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose packet is it? While a slot is on its way from one living node to
 * another, both see its packets, and each takes those of the flows that live
 * with it.
 */
#ifndef _NFC_CLUSTERIP_HANDOVER_H
#define _NFC_CLUSTERIP_HANDOVER_H

#include "cluster.h"

/* Of a packet whose slot drains or fills. */
bool nfc_handover_takes(const struct nfc_cluster *cluster,
			enum nfc_slot_state state, const struct sk_buff *skb);

/**
 * nfc_cluster_takes - is a packet with this hash for this node?
 *
 * For packets: the caller is in an RCU section. Counts it.
 */
static inline bool nfc_cluster_takes(const struct nfc_cluster *cluster,
				     const struct sk_buff *skb,
				     u32 hash)
{
	const unsigned int index = nfc_hash_slot(hash, cluster->spec.total);
	const struct nfc_slots *slots = rcu_dereference(cluster->slots);

	if (unlikely(slots->moving) && nfc_slots_state(slots, index) & 2)
		return nfc_handover_takes(cluster,
					  nfc_slots_state(slots, index), skb);
	if (!test_bit(index, slots->bits)) {
		nfc_count(cluster, NFC_FOREIGN);
		return false;
	}
	nfc_count(cluster, NFC_ACCEPTED);
	return true;
}

/**
 * nfc_cluster_takes_error - is an ICMP error for this node?
 * @cluster: whose address it came to
 * @skb: the packet with the error
 * @hash: of the packets of the flow that it is about
 * @protocol: theirs
 * @offset: where the packet that it quotes begins, from skb->data on
 *
 * For packets: the caller is in an RCU section. Counts it.
 */
bool nfc_cluster_takes_error(const struct nfc_cluster *cluster,
			     const struct sk_buff *skb, u32 hash, u8 protocol,
			     unsigned int offset);

#endif /* _NFC_CLUSTERIP_HANDOVER_H */
