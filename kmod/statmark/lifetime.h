/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How pools come and go: a rule that declares one makes it. It outlives its
 * rules, so that loading rules anew loses nothing; it goes when it is taken
 * away by name, or with its namespace.
 */
#ifndef _NFC_STATMARK_LIFETIME_H
#define _NFC_STATMARK_LIFETIME_H

#include "pool.h"

/**
 * struct nfc_pool_rule - a rule and its pool
 * @pool: for packets
 * @declaration: what it says of the pool, or NULL
 * @gated: it holds xt_condition
 * @rcu: for kfree_rcu()
 */
struct nfc_pool_rule {
	struct nfc_pool *pool;
	struct nfc_declaration *declaration;
	bool gated;
	struct rcu_head rcu;
};

/**
 * nfc_pool_attach - the pool of a rule
 * @net: the rule's namespace
 * @info: nfc_rule_check() found nothing wrong with it
 *
 * Return: to be given to nfc_pool_detach() once; or ERR_PTR: -ENOENT: there is
 * no such pool and the rule declares none, or it has gates and xt_condition is
 * not there; -EBUSY: the pool is being taken away; -ENOSPC: too many pools,
 * declarations or backends; -EOVERFLOW; -ENOMEM; what nfc_gate_get() says. The
 * log says more.
 */
struct nfc_pool_rule *nfc_pool_attach(struct net *net,
				      const struct nfc_statmark_info *info);
void nfc_pool_detach(struct net *net, struct nfc_pool_rule *rule);

/**
 * nfc_pools_remove - carry out what was written to .pools: all of it or nothing
 * @text: terminated; is overwritten: "-NAME" words, a blank in a name as \040
 * @len: its length; a NUL before that is an error
 *
 * Return: 0; -EINVAL: no word at all, or one that is not of this form; -ENOENT:
 * there is no such pool; -EBUSY: a rule uses it, or it is being taken away, or
 * named twice.
 */
int nfc_pools_remove(struct net *net, char *text, size_t len);

/* The namespace ends; what rules still use goes when they do, after us. */
void nfc_pools_forget(struct nfc_pool_net *nn);

#endif /* _NFC_STATMARK_LIFETIME_H */
