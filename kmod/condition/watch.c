// SPDX-License-Identifier: GPL-2.0
/*
 * Telling other modules that conditions were set.
 *
 * Not an SRCU chain: that has to be made at run time, and BUG()s without memory.
 */
#include <linux/module.h>
#include <linux/notifier.h>
#include "export.h"
#include "watch.h"

static BLOCKING_NOTIFIER_HEAD(nfc_condition_watchers);

int nfc_condition_watch(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&nfc_condition_watchers, nb);
}
EXPORT_SYMBOL_GPL(nfc_condition_watch);

void nfc_condition_unwatch(struct notifier_block *nb)
{
	blocking_notifier_chain_unregister(&nfc_condition_watchers, nb);
}
EXPORT_SYMBOL_GPL(nfc_condition_unwatch);

void nfc_condition_tell(struct net *net)
{
	blocking_notifier_call_chain(&nfc_condition_watchers, 0, net);
}
