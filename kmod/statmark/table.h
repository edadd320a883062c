/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What packets see of a pool: who gets which turn, and whose mark is whose. A
 * table never changes, except that backends close and open; a changed pool
 * gets a new one, by RCU.
 */
#ifndef _NFC_STATMARK_TABLE_H
#define _NFC_STATMARK_TABLE_H

#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct nfc_pool_spec;

/* What has been sent to a backend, by one processor. */
struct nfc_backend_counts {
	u64 flows;
	u64 packets;
};

/**
 * struct nfc_backend - what stays of a backend while tables come and go
 * @open: its gate lets new flows through
 * @counts: since it came
 * @retired: others that went with the same table
 */
struct nfc_backend {
	bool open;
	struct nfc_backend_counts __percpu *counts;
	struct nfc_backend *retired;
};

/**
 * struct nfc_table_entry - a backend in a table
 * @mark: what it is known by
 * @serves: it gets new flows while it is open
 * @backend: the rest
 */
struct nfc_table_entry {
	u32 mark;
	bool serves;
	struct nfc_backend *backend;
};

/**
 * struct nfc_table - a pool, as packets see it
 * @mask: the bits of marks that are the pool's
 * @mode: enum nfc_pool_mode
 * @index_bits: binary logarithm of the size of @index
 * @count: of @entries
 * @turns: of @choice; 0 if nobody was live when the table was made
 * @choice: indices into @entries
 * @index: by mark, open addressing: 1 + index into @entries, or 0
 * @rcu: for call_rcu()
 * @retired: backends that were in this table and are not in the next
 * @entries: in the order of the pool's spec
 */
struct nfc_table {
	u32 mask;
	u8 mode;
	u8 index_bits;
	u16 count;
	u32 turns;
	u8 *choice;
	u16 *index;
	struct rcu_head rcu;
	struct nfc_backend *retired;
	struct nfc_table_entry entries[];
};

/**
 * nfc_table_make - a table for a pool
 * @spec: the pool
 * @open: by index: does its gate let new flows through?
 *
 * May sleep. The caller sets every entry's backend, and frees it by kvfree().
 *
 * Return: the table; NULL: no memory.
 */
struct nfc_table *nfc_table_make(const struct nfc_pool_spec *spec,
				 const unsigned long *open);

/* The backend of a mark, live or not; NULL if there is none. */
static inline const struct nfc_table_entry *
nfc_table_find(const struct nfc_table *table, u32 mark)
{
	const u32 wrap = (1u << table->index_bits) - 1;
	const struct nfc_table_entry *entry;
	u32 slot;

	if (!mark)
		return NULL;
	/* At least half of the index is free, so this ends. */
	for (slot = hash_32(mark, table->index_bits); table->index[slot];
	     slot = (slot + 1) & wrap) {
		entry = &table->entries[table->index[slot] - 1];
		if (entry->mark == mark)
			return entry;
	}
	return NULL;
}

static inline bool nfc_table_entry_live(const struct nfc_table_entry *entry)
{
	return entry->serves && READ_ONCE(entry->backend->open);
}

/* The next that is live from @index on, round the table; NULL: nobody is. */
const struct nfc_table_entry *nfc_table_next_live(const struct nfc_table *table,
						  unsigned int index);

/**
 * nfc_table_at - who has this turn?
 * @table: the pool
 * @turn: below @table->turns, or anything if that is 0
 *
 * A backend that has closed, or opened, since the table was made closes, or
 * opens, here at once, and not when the next table is there.
 *
 * Return: a live backend; NULL: nobody is live.
 */
static inline const struct nfc_table_entry *
nfc_table_at(const struct nfc_table *table, u32 turn)
{
	const unsigned int index = table->turns ? table->choice[turn] : 0;

	if (likely(table->turns && nfc_table_entry_live(&table->entries[index])))
		return &table->entries[index];
	return nfc_table_next_live(table, index);
}

#endif /* _NFC_STATMARK_TABLE_H */
