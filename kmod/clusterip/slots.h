/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which of a cluster's slots are answered here. A set never changes once
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
 * struct nfc_slots - a set of slots
 * @rcu: for kfree_rcu()
 * @total: the cluster has slots 1 to @total; bit 0 is slot 1
 * @on: slots that are answered here
 */
struct nfc_slots {
	struct rcu_head rcu;
	unsigned int total;
	unsigned long on[];
};

struct seq_file;

/* An empty set of @total slots (1 to NFC_SLOTS_MAX); NULL: no memory. */
struct nfc_slots *nfc_slots_alloc(unsigned int total);

/* A copy that may be changed until it is published; NULL: no memory. */
struct nfc_slots *nfc_slots_dup(const struct nfc_slots *slots);

/* Slots 1 to total: true if @slot was off before / on before. */
bool nfc_slots_add(struct nfc_slots *slots, unsigned int slot);
bool nfc_slots_del(struct nfc_slots *slots, unsigned int slot);

/* "1,2\n", ascending; nothing at all for an empty set. */
void nfc_slots_show(struct seq_file *m, const struct nfc_slots *slots);

/* For packets; @index counts from 0, as nfc_hash_slot() does. */
static inline bool nfc_slots_test(const struct nfc_slots *slots,
				  unsigned int index)
{
	return test_bit(index, slots->on);
}

#endif /* _NFC_CLUSTERIP_SLOTS_H */
