// SPDX-License-Identifier: GPL-2.0
/*
 * Changing pools: everything that can fail first, then the swap of the table,
 * which cannot.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include "change.h"
#include "gate.h"

bool nfc_backend_gate_open(const struct nfc_backend_spec *backend)
{
	return !backend->condition ||
	       nfc_gate_is_on(backend->condition) != backend->invert;
}

static struct nfc_backend *nfc_backend_alloc(void)
{
	struct nfc_backend *backend;

	backend = kzalloc(sizeof(*backend), GFP_KERNEL_ACCOUNT);
	if (!backend)
		return NULL;
	backend->counts = alloc_percpu_gfp(struct nfc_backend_counts,
					   GFP_KERNEL_ACCOUNT);
	if (!backend->counts) {
		kfree(backend);
		return NULL;
	}
	return backend;
}

static void nfc_backend_free(struct nfc_backend *backend)
{
	free_percpu(backend->counts);
	kfree(backend);
}

static void nfc_table_free(struct nfc_table *table)
{
	struct nfc_backend *backend, *next;

	for (backend = table->retired; backend; backend = next) {
		next = backend->retired;
		nfc_backend_free(backend);
	}
	kvfree(table);
}

static void nfc_table_free_rcu(struct rcu_head *rcu)
{
	nfc_table_free(container_of(rcu, struct nfc_table, rcu));
}

/* No packet will find @table any more. What @next lacks goes with it. */
static void nfc_table_retire(struct nfc_table *table,
			     const struct nfc_table *next)
{
	unsigned int i;

	for (i = 0; i < table->count; i++) {
		struct nfc_backend *backend = table->entries[i].backend;

		if (next && nfc_table_find(next, table->entries[i].mark))
			continue;
		backend->retired = table->retired;
		table->retired = backend;
	}
	call_rcu(&table->rcu, nfc_table_free_rcu);
}

void nfc_pool_table_free(struct nfc_pool *pool)
{
	struct nfc_table *table = rcu_dereference_protected(pool->table, 1);

	if (table)
		nfc_table_retire(table, NULL);
}

/* Backends that are in @old stay what they are, the others are new. */
static int nfc_table_adopt(struct nfc_table *table, const struct nfc_table *old)
{
	const struct nfc_table_entry *was;
	unsigned int i;

	for (i = 0; i < table->count; i++) {
		was = old ? nfc_table_find(old, table->entries[i].mark) : NULL;
		table->entries[i].backend = was ? was->backend :
					    nfc_backend_alloc();
		if (!table->entries[i].backend)
			goto undo;
	}
	return 0;

undo:
	while (i--)
		if (!old || !nfc_table_find(old, table->entries[i].mark))
			nfc_backend_free(table->entries[i].backend);
	return -ENOMEM;
}

static int nfc_pool_swap(struct nfc_pool *pool, const struct nfc_pool_spec *spec)
{
	struct nfc_table *old = nfc_pool_table_locked(pool);
	DECLARE_BITMAP(open, NFC_POOL_BACKENDS_MAX);
	struct nfc_table *table;
	unsigned int i;

	bitmap_zero(open, NFC_POOL_BACKENDS_MAX);
	for (i = 0; i < spec->count; i++)
		__assign_bit(i, open, nfc_backend_gate_open(&spec->backends[i]));
	table = nfc_table_make(spec, open);
	if (!table)
		return -ENOMEM;
	if (nfc_table_adopt(table, old)) {
		kvfree(table);
		return -ENOMEM;
	}
	for (i = 0; i < spec->count; i++)
		WRITE_ONCE(table->entries[i].backend->open, test_bit(i, open));
	rcu_assign_pointer(pool->table, table);
	if (old)
		nfc_table_retire(old, table);
	pool->stale = false;
	return 0;
}

/* A copy that has its gates; one that has not all of them after an error. */
static struct nfc_pool_spec *nfc_spec_equip(struct net *net,
					    const struct nfc_pool_spec *spec,
					    int *err)
{
	struct nfc_pool_spec *copy = nfc_spec_dup(spec, spec->count);
	struct nfc_condition *gate;
	unsigned int i;

	*err = copy ? 0 : -ENOMEM;
	if (!copy)
		return NULL;
	for (i = 0; i < copy->count; i++)
		copy->backends[i].condition = NULL;
	for (i = 0; i < copy->count; i++) {
		if (!*copy->backends[i].gate)
			continue;
		gate = nfc_gate_get(net, copy->backends[i].gate);
		if (IS_ERR(gate)) {
			*err = PTR_ERR(gate);
			break;
		}
		copy->backends[i].condition = gate;
	}
	return copy;
}

int nfc_pool_change(struct nfc_pool *pool, const struct nfc_pool_spec *spec,
		    struct nfc_pool_spec **unused)
{
	struct nfc_pool_spec *new;
	int err;

	*unused = NULL;
	if (nfc_spec_equal(pool->spec, spec))
		return pool->stale ? nfc_pool_swap(pool, pool->spec) : 0;
	new = nfc_spec_equip(pool->net, spec, &err);
	if (!err)
		err = nfc_pool_swap(pool, new);
	if (err) {
		*unused = new;
		return err;
	}
	*unused = pool->spec;
	pool->spec = new;
	nfc_pool_changed(pool);
	return 0;
}

void nfc_pool_change_done(struct nfc_pool_spec *unused)
{
	unsigned int i;

	if (!unused)
		return;
	for (i = 0; i < unused->count; i++)
		if (unused->backends[i].condition)
			nfc_gate_put(unused->backends[i].condition);
	nfc_spec_free(unused);
}

/* At once for packets: they step over who has closed, in the old table too. */
static void nfc_pool_read_gates(struct nfc_pool *pool)
{
	const struct nfc_table *table = nfc_pool_table_locked(pool);
	bool open, changed = false;
	unsigned int i;

	for (i = 0; i < table->count; i++) {
		struct nfc_backend *backend = table->entries[i].backend;

		open = nfc_backend_gate_open(&pool->spec->backends[i]);
		if (backend->open == open)
			continue;
		WRITE_ONCE(backend->open, open);
		changed = true;
	}
	if (changed) {
		pool->stale = true;
		nfc_pool_changed(pool);
	}
}

void nfc_pools_gates_changed(struct net *net)
{
	struct nfc_pool_net *nn = nfc_pool_pernet(net);
	struct nfc_pool *pool;
	unsigned int bucket;

	mutex_lock(&nn->lock);
	hash_for_each(nn->pools, bucket, pool, node)
		nfc_pool_read_gates(pool);
	hash_for_each(nn->pools, bucket, pool, node)
		if (pool->stale && nfc_pool_swap(pool, pool->spec))
			pr_warn_ratelimited("pool \"%s\": no memory to spread the load anew; a closed backend's share goes to its neighbour\n",
					    pool->name);
	mutex_unlock(&nn->lock);
}
