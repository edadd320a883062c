// SPDX-License-Identifier: GPL-2.0
/*
 * xt_condition: rules that ask a switch in /proc.
 */
#include <linux/module.h>
#include "condition.h"
#include "control.h"
#include "lifetime.h"
#include "match.h"

NFC_DEFINE_ORPHANS();

static int __net_init nfc_condition_net_init(struct net *net)
{
	struct nfc_condition_net *nn = nfc_condition_pernet(net);

	mutex_init(&nn->lock);
	hash_init(nn->conditions);
	return nfc_condition_control_init(net);
}

static void __net_exit nfc_condition_net_exit(struct net *net)
{
	struct nfc_condition_net *nn = nfc_condition_pernet(net);

	/* First what makes files, then the files. */
	nfc_folder_close(&nn->folder);
	nfc_condition_forget_all(nn);
	nfc_folder_exit(&nn->folder);
}

static struct pernet_operations nfc_condition_net_ops = {
	.init	= nfc_condition_net_init,
	.exit	= nfc_condition_net_exit,
	.id	= &nfc_condition_net_id,
	.size	= sizeof(struct nfc_condition_net),
};

static int __init nfc_condition_init(void)
{
	int err;

	err = nfc_condition_match_taken();
	if (err)
		return err;
	err = register_pernet_subsys(&nfc_condition_net_ops);
	if (err)
		goto err_orphans;
	err = nfc_condition_match_init();
	if (err)
		goto err_pernet;
	return 0;

err_pernet:
	unregister_pernet_subsys(&nfc_condition_net_ops);
err_orphans:
	nfc_orphans_await();
	return err;
}

static void __exit nfc_condition_exit(void)
{
	nfc_condition_match_exit();
	unregister_pernet_subsys(&nfc_condition_net_ops);
	nfc_orphans_await();
}

module_init(nfc_condition_init);
module_exit(nfc_condition_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR("The nfcluster developers");
MODULE_DESCRIPTION("Xtables: condition match, rules that ask a switch in /proc");
MODULE_VERSION(NFC_VERSION);
MODULE_ALIAS("ipt_condition");
MODULE_ALIAS("ip6t_condition");
