/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose turn is it? For packets: no lock, no allocation, and for nth one word
 * of memory that all processors share.
 */
#ifndef _NFC_STATMARK_PICK_H
#define _NFC_STATMARK_PICK_H

#include <linux/atomic.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jhash.h>
#include <linux/kernel.h>
#include <linux/netfilter.h>
#include <linux/random.h>
#include <linux/skbuff.h>
#include "table.h"
#include "uapi/nf_statmark.h"

/* Never to be changed: machines with another seed would disagree. */
#define NFC_SOURCE_SEED	0x6e666330

/* Over host byte order, so that machines of either order agree. */
static inline u32 nfc_source_hash_ipv4(__be32 addr)
{
	return jhash_1word(ntohl(addr), NFC_SOURCE_SEED);
}

static inline u32 nfc_source_hash_ipv6(const struct in6_addr *addr)
{
	u32 words[4];

	be32_to_cpu_array(words, addr->s6_addr32, ARRAY_SIZE(words));
	return jhash2(words, ARRAY_SIZE(words), NFC_SOURCE_SEED);
}

static inline u32 nfc_source_hash(const struct sk_buff *skb, u8 family)
{
	if (family == NFPROTO_IPV4)
		return nfc_source_hash_ipv4(ip_hdr(skb)->saddr);
	return nfc_source_hash_ipv6(&ipv6_hdr(skb)->saddr);
}

/* Turn after turn, each given once, whatever the number of processors. */
static inline u32 nfc_position_next(atomic_t *position, u32 turns)
{
	int was = atomic_read(position);
	u32 turn;

	do {
		/* It stays when a new table brings fewer turns. */
		turn = (u32)was < turns ? was : 0;
	} while (!atomic_try_cmpxchg(position, &was,
				     turn + 1 < turns ? turn + 1 : 0));
	return turn;
}

/**
 * nfc_pick - a backend for a new flow
 * @table: the pool
 * @position: of its turns, for nth
 * @skb: the flow's first packet
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * Return: a live backend, or NULL: nobody is live.
 */
static inline const struct nfc_table_entry *
nfc_pick(const struct nfc_table *table, atomic_t *position,
	 const struct sk_buff *skb, u8 family)
{
	u32 turn = 0;

	if (likely(table->turns)) {
		if (table->mode == NFC_POOL_NTH)
			turn = nfc_position_next(position, table->turns);
		else
			turn = reciprocal_scale(table->mode == NFC_POOL_HASH ?
						nfc_source_hash(skb, family) :
						get_random_u32(),
						table->turns);
	}
	return nfc_table_at(table, turn);
}

#endif /* _NFC_STATMARK_PICK_H */
