// SPDX-License-Identifier: GPL-2.0
/*
 * Making a pool's table.
 */
#include <linux/bitops.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include "maglev.h"
#include "sequence.h"
#include "spec.h"
#include "table.h"

/* Twice as many slots as marks: a look-up meets one or two. */
static u8 nfc_table_index_bits(unsigned int count)
{
	return ilog2(roundup_pow_of_two(max(2 * count, 2u)));
}

static struct nfc_table *nfc_table_alloc(const struct nfc_pool_spec *spec,
					 unsigned int turns)
{
	struct nfc_table *table;
	const size_t entries = struct_size(table, entries, spec->count);
	const u8 bits = nfc_table_index_bits(spec->count);
	const size_t index = sizeof(u16) << bits;

	table = kvzalloc(entries + index + turns, GFP_KERNEL_ACCOUNT);
	if (!table)
		return NULL;
	table->mask = spec->mask;
	table->mode = spec->mode;
	table->count = spec->count;
	table->index_bits = bits;
	table->turns = turns;
	table->index = (void *)table + entries;
	table->choice = (void *)table->index + index;
	return table;
}

static void nfc_table_add(struct nfc_table *table, unsigned int i,
			  const struct nfc_backend_spec *backend)
{
	const u32 wrap = (1u << table->index_bits) - 1;
	u32 slot = hash_32(backend->mark, table->index_bits);

	while (table->index[slot])
		slot = (slot + 1) & wrap;
	table->index[slot] = i + 1;
	table->entries[i].mark = backend->mark;
	table->entries[i].serves = nfc_backend_serves(backend);
}

static struct nfc_table *nfc_table_make_turns(const struct nfc_pool_spec *spec,
					      const unsigned long *open)
{
	struct nfc_table *table;
	unsigned int i;
	u16 *weights;

	weights = kcalloc(max(spec->count, 1u), sizeof(*weights), GFP_KERNEL);
	if (!weights)
		return NULL;
	for (i = 0; i < spec->count; i++)
		if (nfc_backend_serves(&spec->backends[i]) && test_bit(i, open))
			weights[i] = spec->backends[i].weight;

	table = nfc_table_alloc(spec, nfc_sequence_length(weights, spec->count));
	if (table && nfc_sequence_fill(table->choice, weights, spec->count)) {
		kvfree(table);
		table = NULL;
	}
	kfree(weights);
	return table;
}

/* Who drains or is closed keeps its entries' place for when it comes back. */
static struct nfc_table *nfc_table_make_hash(const struct nfc_pool_spec *spec,
					     const unsigned long *open)
{
	struct nfc_maglev_backend *sharers;
	unsigned int i, count = 0;
	struct nfc_table *table;
	bool live = false;

	sharers = kcalloc(max(spec->count, 1u), sizeof(*sharers), GFP_KERNEL);
	if (!sharers)
		return NULL;
	for (i = 0; i < spec->count; i++) {
		if (!spec->backends[i].weight)
			continue;
		sharers[count].mark = spec->backends[i].mark;
		sharers[count].weight = spec->backends[i].weight;
		sharers[count].index = i;
		sharers[count].live = !spec->backends[i].drain &&
				      test_bit(i, open);
		live |= sharers[count].live;
		count++;
	}
	table = nfc_table_alloc(spec, live ? NFC_MAGLEV_SIZE : 0);
	if (table && live && nfc_maglev_fill(table->choice, sharers, count)) {
		kvfree(table);
		table = NULL;
	}
	kfree(sharers);
	return table;
}

struct nfc_table *nfc_table_make(const struct nfc_pool_spec *spec,
				 const unsigned long *open)
{
	struct nfc_table *table;
	unsigned int i;

	table = spec->mode == NFC_POOL_HASH ? nfc_table_make_hash(spec, open) :
					      nfc_table_make_turns(spec, open);
	if (table)
		for (i = 0; i < spec->count; i++)
			nfc_table_add(table, i, &spec->backends[i]);
	return table;
}

const struct nfc_table_entry *nfc_table_next_live(const struct nfc_table *table,
						  unsigned int index)
{
	unsigned int i;

	for (i = 0; i < table->count; i++) {
		const struct nfc_table_entry *entry =
			&table->entries[(index + i) % table->count];

		if (nfc_table_entry_live(entry))
			return entry;
	}
	return NULL;
}
