// SPDX-License-Identifier: GPL-2.0
/*
 * Where a namespace keeps its pools.
 */
#include <linux/jhash.h>
#include <linux/string.h>
#include "pool.h"

unsigned int nfc_pool_net_id __read_mostly;

static u32 nfc_pool_key(const char *name)
{
	return jhash(name, strlen(name), 0);
}

struct nfc_pool *nfc_pool_find(struct nfc_pool_net *nn, const char *name)
{
	struct nfc_pool *pool;

	lockdep_assert_held(&nn->lock);
	hash_for_each_possible(nn->pools, pool, node, nfc_pool_key(name))
		if (!strcmp(pool->name, name))
			return pool;
	return NULL;
}

void nfc_pool_changed(struct nfc_pool *pool)
{
	nfc_changed(&pool->changes);
	nfc_changed(&pool->nn->folder.changes);
}

void nfc_pool_insert(struct nfc_pool *pool)
{
	struct nfc_pool_net *nn = pool->nn;

	lockdep_assert_held(&nn->lock);
	nn->count++;
	hash_add(nn->pools, &pool->node, nfc_pool_key(pool->name));
	nfc_pool_changed(pool);
}

void nfc_pool_unlink(struct nfc_pool *pool)
{
	struct nfc_pool_net *nn = pool->nn;

	lockdep_assert_held(&nn->lock);
	nn->count--;
	hash_del(&pool->node);
	nfc_pool_changed(pool);
}

const char *nfc_pool_mode_name(u8 mode)
{
	switch (mode) {
	case NFC_POOL_RANDOM:
		return NFC_POOL_RANDOM_NAME;
	case NFC_POOL_HASH:
		return NFC_POOL_HASH_NAME;
	default:
		return NFC_POOL_NTH_NAME;
	}
}
