/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a pool changes: whole, and at one moment for packets.
 */
#ifndef _NFC_STATMARK_CHANGE_H
#define _NFC_STATMARK_CHANGE_H

#include "pool.h"

/**
 * nfc_pool_change - have a pool become what a spec says
 * @pool: under nfc_pool_net.lock; may be one that nobody knows yet
 * @spec: stays the caller's
 * @unused: what is left over, also after an error: the caller gives it to
 *	nfc_pool_change_done() when it has released the lock
 *
 * Return: 0; -ENOMEM; what nfc_gate_get() says. After an error, the pool is
 * what it was.
 */
int nfc_pool_change(struct nfc_pool *pool, const struct nfc_pool_spec *spec,
		    struct nfc_pool_spec **unused);
void nfc_pool_change_done(struct nfc_pool_spec *unused);

/* Frees what packets see of a pool that nobody knows any more. */
void nfc_pool_table_free(struct nfc_pool *pool);

/* Conditions of this namespace were set. */
void nfc_pools_gates_changed(struct net *net);

/* Does a backend's gate let new flows through? */
bool nfc_backend_gate_open(const struct nfc_backend_spec *backend);

#endif /* _NFC_STATMARK_CHANGE_H */
