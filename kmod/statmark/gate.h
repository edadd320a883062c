/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Gates: conditions of xt_condition, which is another module and need not be
 * there. Its symbols are taken while anybody has a gate or may want one, and
 * they keep it there.
 */
#ifndef _NFC_STATMARK_GATE_H
#define _NFC_STATMARK_GATE_H

#include <linux/types.h>

struct net;
struct nfc_condition;

/*
 * Before all others: who is to be told that conditions of a namespace have
 * changed; in process context, under no lock of ours.
 */
void nfc_gates_init(void (*changed)(struct net *net));

/*
 * Whoever may get a gate holds them before and drops them after, both outside
 * of nfc_pool_net.lock. False: xt_condition is not there.
 */
bool nfc_gates_hold(void);
void nfc_gates_drop(void);

/* -ENOENT, and the log says what to do. */
int nfc_gates_missing(void);

/*
 * A gate by its name. While they are held, also by another gate; under any lock
 * of ours. Return: the gate; or ERR_PTR: what nfc_gates_missing() or
 * nfc_condition_get() says.
 */
struct nfc_condition *nfc_gate_get(struct net *net, const char *name);

/* Outside of nfc_pool_net.lock. */
void nfc_gate_put(struct nfc_condition *gate);

/* Does the condition stand at 1? */
bool nfc_gate_is_on(const struct nfc_condition *gate);

#endif /* _NFC_STATMARK_GATE_H */
