/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What this node does with each of a cluster's slots. A set never changes once
 * packets see it: a change makes a new set and swaps it in by RCU, so a packet
 * sees a change of many slots whole or not at all.
 */
#ifndef _NFC_CLUSTERIP_SLOTS_H
#define _NFC_CLUSTERIP_SLOTS_H

#include <linux/bitops.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#define NFC_SLOTS_MAX	4096	/* of any cluster */

/**
 * enum nfc_slot_state - what is done with the packets of a slot
 * @NFC_SLOT_OFF: dropped; another node answers
 * @NFC_SLOT_ON: taken
 * @NFC_SLOT_DRAIN: on its way to another node: flows that live here stay
 * @NFC_SLOT_FILL: on its way to us: new flows are ours, others not yet
 *
 * The low bit says whether new flows are taken, the high one that the slot is
 * between two nodes.
 */
enum nfc_slot_state {
	NFC_SLOT_OFF,
	NFC_SLOT_ON,
	NFC_SLOT_DRAIN,
	NFC_SLOT_FILL,
};

/**
 * struct nfc_slots - the states of all slots
 * @rcu: for kfree_rcu()
 * @total: the cluster has slots 1 to @total; bit 0 is slot 1
 * @longs: of one bitmap
 * @moving: one or more may be between two nodes; spares packets a look
 * @bits: the low bits of all states, then the high ones
 */
struct nfc_slots {
	struct rcu_head rcu;
	unsigned int total;
	unsigned int longs;
	bool moving;
	unsigned long bits[];
};

struct seq_file;

/* A set of @total slots (1 to NFC_SLOTS_MAX), all off; NULL: no memory. */
struct nfc_slots *nfc_slots_alloc(unsigned int total);

/* A copy that may be changed until it is published; NULL: no memory. */
struct nfc_slots *nfc_slots_dup(const struct nfc_slots *slots);

/* Is there a slot of this number? */
static inline bool nfc_slots_has(const struct nfc_slots *slots,
				 unsigned int slot)
{
	return slot >= 1 && slot <= slots->total;
}

/* For packets; @index counts from 0, as nfc_hash_slot() does. */
static inline enum nfc_slot_state nfc_slots_state(const struct nfc_slots *slots,
						  unsigned int index)
{
	const unsigned long *word = slots->bits + BIT_WORD(index);
	const unsigned int bit = index % BITS_PER_LONG;

	return (word[0] >> bit & 1) | (word[slots->longs] >> bit & 1) << 1;
}

/* Of a slot that there is. */
static inline enum nfc_slot_state nfc_slots_get(const struct nfc_slots *slots,
						unsigned int slot)
{
	return nfc_slots_state(slots, slot - 1);
}

void nfc_slots_set(struct nfc_slots *slots, unsigned int slot,
		   enum nfc_slot_state state);

/* Those that take new flows: "1,2,3\n"; nothing at all if there is none. */
void nfc_slots_show(struct seq_file *m, const struct nfc_slots *slots);

/* Those in one state, as "1-3,7" or "none". */
void nfc_slots_show_state(struct seq_file *m, const struct nfc_slots *slots,
			  enum nfc_slot_state state);

#endif /* _NFC_CLUSTERIP_SLOTS_H */
