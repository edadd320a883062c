// SPDX-License-Identifier: GPL-2.0
/*
 * xt_STATMARK: spreads connections over a pool of backends by marks, in one
 * rule: a known connection keeps its mark, a new one gets that of a backend
 * that is live.
 */
#include <linux/module.h>
#include "change.h"
#include "control.h"
#include "gate.h"
#include "lifetime.h"
#include "target.h"

NFC_DEFINE_ORPHANS();

static int __net_init nfc_pool_net_init(struct net *net)
{
	struct nfc_pool_net *nn = nfc_pool_pernet(net);

	mutex_init(&nn->lock);
	hash_init(nn->pools);
	return nfc_pools_files_init(net);
}

static void __net_exit nfc_pool_net_exit(struct net *net)
{
	struct nfc_pool_net *nn = nfc_pool_pernet(net);

	/* First what takes files away, then the files. */
	nfc_folder_close(&nn->folder);
	nfc_pools_forget(nn);
	nfc_folder_exit(&nn->folder);
}

static struct pernet_operations nfc_pool_net_ops = {
	.init	= nfc_pool_net_init,
	.exit	= nfc_pool_net_exit,
	.id	= &nfc_pool_net_id,
	.size	= sizeof(struct nfc_pool_net),
};

static int __init nfc_statmark_init(void)
{
	int err;

	nfc_gates_init(nfc_pools_gates_changed);
	err = register_pernet_subsys(&nfc_pool_net_ops);
	if (err)
		goto err_orphans;
	err = nfc_statmark_tg_init();
	if (err)
		goto err_pernet;
	return 0;

err_pernet:
	unregister_pernet_subsys(&nfc_pool_net_ops);
err_orphans:
	nfc_orphans_await();
	return err;
}

/* Rules hold a reference to the module: what is left are pools without any. */
static void __exit nfc_statmark_exit(void)
{
	nfc_statmark_tg_exit();
	unregister_pernet_subsys(&nfc_pool_net_ops);
	nfc_orphans_await();
	/* Tables are freed by code of ours. */
	rcu_barrier();
}

module_init(nfc_statmark_init);
module_exit(nfc_statmark_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR("The nfcluster developers");
MODULE_DESCRIPTION("Xtables: STATMARK target, marks connections for a pool of backends");
MODULE_VERSION(NFC_VERSION);
MODULE_ALIAS("ipt_STATMARK");
MODULE_ALIAS("ip6t_STATMARK");
/* Gates are its conditions; pools without gates do not need it. */
MODULE_SOFTDEP("pre: xt_condition");
