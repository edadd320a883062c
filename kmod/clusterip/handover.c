// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of slots that are on their way from one node to another.
 *
 * The node that has had the slot drains it, the one that gets it fills it: of
 * TCP, each packet belongs to one of the two. What is no TCP has no flow that
 * could break: it moves at once.
 */
#include <linux/tcp.h>
#include "flow.h"
#include "handover.h"
#include "transport.h"

static bool nfc_handover_fill(const struct nfc_cluster *cluster,
			      const struct sk_buff *skb, u8 family,
			      const struct tcphdr *th)
{
	if (nfc_flow_begins(th) || nfc_flow_lives(skb, family, th)) {
		nfc_count(cluster, NFC_ACCEPTED);
		return true;
	}
	/* Our stack would reset what lives with the other one. */
	nfc_count(cluster, NFC_SILENCED);
	return false;
}

static bool nfc_handover_drain(const struct nfc_cluster *cluster,
			       const struct sk_buff *skb, u8 family,
			       const struct tcphdr *th)
{
	if (nfc_flow_lives(skb, family, th)) {
		nfc_count(cluster, NFC_KEPT);
		return true;
	}
	nfc_count(cluster, NFC_FOREIGN);
	return false;
}

bool nfc_handover_takes(const struct nfc_cluster *cluster,
			enum nfc_slot_state state, const struct sk_buff *skb)
{
	const u8 family = cluster->spec.family;
	const struct nfc_transport transport = nfc_transport(skb, family);
	const bool fill = state == NFC_SLOT_FILL;
	const struct tcphdr *th = NULL;
	struct tcphdr buf;

	if (transport.protocol != IPPROTO_TCP) {
		if (fill)
			nfc_count(cluster, NFC_ACCEPTED);
		else
			nfc_count(cluster, NFC_FOREIGN);
		return fill;
	}
	if (transport.offset >= 0)
		th = skb_header_pointer(skb, transport.offset, sizeof(buf),
					&buf);
	/* Nobody can make anything of a header that is cut off. */
	if (!th) {
		nfc_count(cluster, NFC_FOREIGN);
		return false;
	}
	return fill ? nfc_handover_fill(cluster, skb, family, th) :
		      nfc_handover_drain(cluster, skb, family, th);
}

static enum nfc_counter nfc_handover_error(enum nfc_slot_state state,
					   const struct nfc_cluster *cluster,
					   const struct sk_buff *skb,
					   u8 protocol, unsigned int offset)
{
	switch (state) {
	case NFC_SLOT_ON:
		return NFC_ACCEPTED;
	case NFC_SLOT_DRAIN:
		if (nfc_flow_of_error_lives(skb, cluster->spec.family, offset))
			return NFC_KEPT;
		break;
	case NFC_SLOT_FILL:
		if (protocol != IPPROTO_TCP ||
		    nfc_flow_of_error_lives(skb, cluster->spec.family, offset))
			return NFC_ACCEPTED;
		return NFC_SILENCED;
	case NFC_SLOT_OFF:
		break;
	}
	return NFC_FOREIGN;
}

bool nfc_cluster_takes_error(const struct nfc_cluster *cluster,
			     const struct sk_buff *skb, u32 hash, u8 protocol,
			     unsigned int offset)
{
	const unsigned int index = nfc_hash_slot(hash, cluster->spec.total);
	const struct nfc_slots *slots = rcu_dereference(cluster->slots);
	enum nfc_counter what;

	what = nfc_handover_error(nfc_slots_state(slots, index), cluster, skb,
				  protocol, offset);
	nfc_count(cluster, what);
	return what == NFC_ACCEPTED || what == NFC_KEPT;
}
