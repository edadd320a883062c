// SPDX-License-Identifier: GPL-2.0
/*
 * The way to xt_condition.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/refcount.h>
#include "condition/export.h"
#include "gate.h"

/*
 * Giving the symbols back waits for calls of the notifier, which take
 * nfc_pool_net.lock: so who drops must not have that. Who has it may take one
 * more of what is held already, which waits for nobody.
 */
static DEFINE_MUTEX(nfc_gates_lock);
static refcount_t nfc_gates_users = REFCOUNT_INIT(0);

/* Its functions, while there are users; condition/export.h describes them. */
static struct {
	struct nfc_condition *(*get)(struct net *net, const char *name);
	void (*put)(struct nfc_condition *condition);
	bool (*is_on)(const struct nfc_condition *condition);
	int (*watch)(struct notifier_block *nb);
	void (*unwatch)(struct notifier_block *nb);
} nfc_gates;

static void (*nfc_gates_changed)(struct net *net);

static int nfc_gates_notify(struct notifier_block *nb, unsigned long action,
			    void *net)
{
	nfc_gates_changed(net);
	return NOTIFY_DONE;
}

static struct notifier_block nfc_gates_notifier = {
	.notifier_call = nfc_gates_notify,
};

static void nfc_gates_put_symbols(void)
{
	if (nfc_gates.get)
		symbol_put(nfc_condition_get);
	if (nfc_gates.put)
		symbol_put(nfc_condition_put);
	if (nfc_gates.is_on)
		symbol_put(nfc_condition_is_on);
	if (nfc_gates.watch)
		symbol_put(nfc_condition_watch);
	if (nfc_gates.unwatch)
		symbol_put(nfc_condition_unwatch);
}

static bool nfc_gates_get_symbols(void)
{
	nfc_gates.get = symbol_get(nfc_condition_get);
	nfc_gates.put = symbol_get(nfc_condition_put);
	nfc_gates.is_on = symbol_get(nfc_condition_is_on);
	nfc_gates.watch = symbol_get(nfc_condition_watch);
	nfc_gates.unwatch = symbol_get(nfc_condition_unwatch);
	if (nfc_gates.get && nfc_gates.put && nfc_gates.is_on &&
	    nfc_gates.watch && nfc_gates.unwatch &&
	    !nfc_gates.watch(&nfc_gates_notifier))
		return true;
	nfc_gates_put_symbols();
	return false;
}

void nfc_gates_init(void (*changed)(struct net *net))
{
	nfc_gates_changed = changed;
}

bool nfc_gates_hold(void)
{
	bool held;

	if (refcount_inc_not_zero(&nfc_gates_users))
		return true;
	mutex_lock(&nfc_gates_lock);
	held = refcount_inc_not_zero(&nfc_gates_users);
	if (!held) {
		held = nfc_gates_get_symbols();
		if (held)
			refcount_set(&nfc_gates_users, 1);
	}
	mutex_unlock(&nfc_gates_lock);
	return held;
}

void nfc_gates_drop(void)
{
	if (!refcount_dec_and_mutex_lock(&nfc_gates_users, &nfc_gates_lock))
		return;
	nfc_gates.unwatch(&nfc_gates_notifier);
	nfc_gates_put_symbols();
	mutex_unlock(&nfc_gates_lock);
}

int nfc_gates_missing(void)
{
	pr_info_ratelimited("a backend with a condition needs nfcluster's xt_condition: modprobe xt_condition\n");
	return -ENOENT;
}

struct nfc_condition *nfc_gate_get(struct net *net, const char *name)
{
	struct nfc_condition *gate;

	if (!refcount_inc_not_zero(&nfc_gates_users))
		return ERR_PTR(nfc_gates_missing());
	gate = nfc_gates.get(net, name);
	if (!IS_ERR(gate))
		return gate;
	/* Not the last: the caller still holds them. */
	WARN_ON_ONCE(!refcount_dec_not_one(&nfc_gates_users));
	return gate;
}

void nfc_gate_put(struct nfc_condition *gate)
{
	nfc_gates.put(gate);
	nfc_gates_drop();
}

bool nfc_gate_is_on(const struct nfc_condition *gate)
{
	return nfc_gates.is_on(gate);
}
