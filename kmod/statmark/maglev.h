/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Maglev's table (Eisenbud et al., NSDI 2016): a hash picks an entry, and a
 * backend that comes or goes moves little more than its own share of entries.
 *
 * The table follows from marks and weights alone, so machines that have the
 * same pool agree on every entry.
 */
#ifndef _NFC_STATMARK_MAGLEV_H
#define _NFC_STATMARK_MAGLEV_H

#include <linux/types.h>

/* A prime, and some 256 entries for each of 256 backends. */
#define NFC_MAGLEV_SIZE	65537

/**
 * struct nfc_maglev_backend - who shares the table
 * @mark: the backend's name; no two have the same
 * @weight: its share; not 0
 * @index: what its entries say
 * @live: else its entries go to those that live, and come back when it does
 */
struct nfc_maglev_backend {
	u32 mark;
	u16 weight;
	u8 index;
	bool live;
	/* for nfc_maglev_fill() itself */
	u32 position;
	u32 skip;
	u32 credit;
};

/**
 * nfc_maglev_fill - make the table
 * @entries: room for NFC_MAGLEV_SIZE
 * @backends: 1 to 256, of which one lives; are sorted
 *
 * May sleep. Return: 0 or -ENOMEM.
 */
int nfc_maglev_fill(u8 *entries, struct nfc_maglev_backend *backends,
		    unsigned int count);

#endif /* _NFC_STATMARK_MAGLEV_H */
