/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pools, and where a namespace keeps them.
 */
#ifndef _NFC_STATMARK_POOL_H
#define _NFC_STATMARK_POOL_H

#include <linux/cache.h>
#include <linux/hashtable.h>
#include <linux/mutex.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include "folder.h"
#include "spec.h"
#include "table.h"

struct proc_dir_entry;

/**
 * struct nfc_pool - a pool of backends
 * @table: what packets see of it
 * @position: whose turn is next, for nth; all processors write it
 * @nn: what we keep for its namespace; there until that has gone wholly
 * @net: its namespace; not touched when the pool is unhashed
 * @node: in nfc_pool_net.pools; unhashed when the namespace has gone and only
 *	@rules keep the pool
 * @spec: what it is; the backends of @table are in the same order
 * @declared: what its rules say, or said last
 * @declarations: of living rules, the newest last
 * @declaration_count: of @declarations
 * @rules: how many use it
 * @stale: @table does not show who is open, for want of memory
 * @dying: it is on its way out: its name is taken, but it cannot be had
 * @bury: while it is @dying
 * @proc: its file
 * @changes: of its file, counters aside
 * @rcu: for kfree_rcu()
 * @name: terminated
 *
 * All but @table and @position under nfc_pool_net.lock.
 */
struct nfc_pool {
	struct nfc_table __rcu *table;
	atomic_t position ____cacheline_aligned_in_smp;

	struct nfc_pool_net *nn ____cacheline_aligned_in_smp;
	struct net *net;
	struct hlist_node node;
	struct nfc_pool_spec *spec;
	struct nfc_pool_spec *declared;
	struct list_head declarations;
	unsigned int declaration_count;
	unsigned int rules;
	bool stale;
	bool dying;
	struct list_head bury;
	struct proc_dir_entry *proc;
	struct nfc_changes changes;
	struct rcu_head rcu;
	char name[NFC_POOL_NAME_LEN];
};

/* A namespace may have so many pools, a pool rules that say so many things. */
#define NFC_POOLS_MAX		1024
#define NFC_DECLARATIONS_MAX	64

/**
 * struct nfc_pool_net - what we keep for a network namespace
 * @lock: all that is said of pools, but to packets. Taken by rule checks under
 *	nftables' commit mutex: no file is removed and no user memory touched
 *	under it, because those can take as long as user space likes
 * @pools: by name
 * @count: number of @pools
 * @folder: /proc/net/nf_statmark, and in it .pools, which changes with any pool
 *	and with which pools there are
 */
struct nfc_pool_net {
	struct mutex lock;	/* of pools, but for packets */
	DECLARE_HASHTABLE(pools, 6);
	unsigned int count;
	struct nfc_folder folder;
};

extern unsigned int nfc_pool_net_id;

static inline struct nfc_pool_net *nfc_pool_pernet(const struct net *net)
{
	return net_generic(net, nfc_pool_net_id);
}

/* For packets. */
static inline const struct nfc_table *nfc_pool_table(const struct nfc_pool *pool)
{
	return rcu_dereference(pool->table);
}

/* Under nfc_pool_net.lock. */
static inline struct nfc_table *nfc_pool_table_locked(const struct nfc_pool *pool)
{
	return rcu_dereference_protected(pool->table,
					 lockdep_is_held(&pool->nn->lock));
}

/* All five under nfc_pool_net.lock. */
struct nfc_pool *nfc_pool_find(struct nfc_pool_net *nn, const char *name);
void nfc_pool_insert(struct nfc_pool *pool);
void nfc_pool_unlink(struct nfc_pool *pool);

/* Its file reads differently from now on. */
void nfc_pool_changed(struct nfc_pool *pool);

/* "nth"; for the files */
const char *nfc_pool_mode_name(u8 mode);

#endif /* _NFC_STATMARK_POOL_H */
