// SPDX-License-Identifier: GPL-2.0
/*
 * Maglev's table, with weights, and with backends that are out for a while.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/jhash.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include "maglev.h"

/* Never to be changed: machines with other seeds would disagree. */
#define NFC_MAGLEV_SEED_POSITION	0x6e666331
#define NFC_MAGLEV_SEED_SKIP		0x6e666332
#define NFC_MAGLEV_SEED_HEIR		0x6e666333

static int nfc_maglev_compare(const void *a, const void *b)
{
	const struct nfc_maglev_backend *x = a, *y = b;

	return x->mark < y->mark ? -1 : x->mark > y->mark;
}

/* Sorted, because the first to choose has an edge. Return: the largest weight. */
static u16 nfc_maglev_prepare(struct nfc_maglev_backend *backends,
			      unsigned int count)
{
	struct nfc_maglev_backend *backend;
	u16 largest = 0;

	sort(backends, count, sizeof(*backends), nfc_maglev_compare, NULL);
	for (backend = backends; backend < backends + count; backend++) {
		backend->position =
			reciprocal_scale(jhash_1word(backend->mark,
						     NFC_MAGLEV_SEED_POSITION),
					 NFC_MAGLEV_SIZE);
		backend->skip = 1 +
			reciprocal_scale(jhash_1word(backend->mark,
						     NFC_MAGLEV_SEED_SKIP),
					 NFC_MAGLEV_SIZE - 1);
		backend->credit = 0;
		largest = max(largest, backend->weight);
	}
	return largest;
}

/* The size is a prime: whatever the skip, it leads to every entry once. */
static u32 nfc_maglev_claim(struct nfc_maglev_backend *backend,
			    unsigned long *taken)
{
	u32 position = backend->position;

	while (__test_and_set_bit(position, taken)) {
		position += backend->skip;
		if (position >= NFC_MAGLEV_SIZE)
			position -= NFC_MAGLEV_SIZE;
	}
	backend->position = position;
	return position;
}

/*
 * Round by round, each takes the next free entry of its own permutation of the
 * table: the heaviest in every round, the others as often as they weigh.
 */
static int nfc_maglev_share(u8 *owners, struct nfc_maglev_backend *backends,
			    unsigned int count)
{
	const u16 largest = nfc_maglev_prepare(backends, count);
	struct nfc_maglev_backend *backend;
	unsigned int left = NFC_MAGLEV_SIZE;
	unsigned long *taken;

	taken = bitmap_zalloc(NFC_MAGLEV_SIZE, GFP_KERNEL);
	if (!taken)
		return -ENOMEM;
	while (left) {
		for (backend = backends; left && backend < backends + count;
		     backend++) {
			backend->credit += backend->weight;
			if (backend->credit < largest)
				continue;
			backend->credit -= largest;
			owners[nfc_maglev_claim(backend, taken)] =
				backend - backends;
			left--;
		}
		cond_resched();
	}
	bitmap_free(taken);
	return 0;
}

/* -log2((x + 1) / 2^32), in units of 2^-16. */
static u32 nfc_maglev_log(u32 x)
{
	const unsigned int whole = fls64(x + 1ULL) - 1;
	u64 rest = (x + 1ULL) << 31 >> whole;	/* 1 to 2, in units of 2^-31 */
	u32 fraction = 0;
	unsigned int i;

	for (i = 0; i < 16; i++) {
		rest = rest * rest >> 31;
		fraction <<= 1;
		if (rest >> 32) {
			fraction |= 1;
			rest >>= 1;
		}
	}
	return (32 << 16) - (whole << 16 | fraction);
}

/*
 * Who gets an entry while its owner is out: rendezvous hashing. Each that lives
 * throws a die that is loaded by its weight, and always throws the same for the
 * same entry; so whoever goes or comes moves nothing between the others, in
 * whatever order. A second table of Maglev's would move a few.
 */
static u8 nfc_maglev_heir(u32 entry, const struct nfc_maglev_backend *backends,
			  unsigned int count)
{
	const struct nfc_maglev_backend *backend, *heir = NULL;
	u32 lowest = 0;

	for (backend = backends; backend < backends + count; backend++) {
		u32 score;

		if (!backend->live)
			continue;
		score = nfc_maglev_log(jhash_2words(entry, backend->mark,
						    NFC_MAGLEV_SEED_HEIR));
		/* score / weight < lowest / heir's weight */
		if (heir && (u64)score * heir->weight >=
			    (u64)lowest * backend->weight)
			continue;
		heir = backend;
		lowest = score;
	}
	return heir->index;
}

int nfc_maglev_fill(u8 *entries, struct nfc_maglev_backend *backends,
		    unsigned int count)
{
	u32 entry;
	int err;

	err = nfc_maglev_share(entries, backends, count);
	if (err)
		return err;
	for (entry = 0; entry < NFC_MAGLEV_SIZE; entry++) {
		const struct nfc_maglev_backend *owner =
			&backends[entries[entry]];

		entries[entry] = owner->live ? owner->index :
				 nfc_maglev_heir(entry, backends, count);
		if (!(entry % 256))
			cond_resched();
	}
	return 0;
}
