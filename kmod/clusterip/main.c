// SPDX-License-Identifier: GPL-2.0
/*
 * ipt_CLUSTERIP: many machines, one IP address, no load balancer in front.
 *
 * Every node of a cluster receives every packet that is sent to the shared
 * address. A hash of the packet picks a slot; the node that answers for the
 * slot takes the packet, all others drop it.
 */
#include <linux/module.h>
#include "cluster.h"
#include "device.h"
#include "file.h"
#include "listen.h"
#include "procfs.h"
#include "target_clusterip.h"
#include "target_sharedip.h"

NFC_DEFINE_ORPHANS();

static int __net_init nfc_net_init(struct net *net)
{
	struct nfc_net *nn = nfc_pernet(net);

	mutex_init(&nn->rules_lock);
	mutex_init(&nn->lock);
	hash_init(nn->clusters);
	nfc_listen_net_init(net);
	return nfc_proc_net_init(net);
}

static void __net_exit nfc_net_exit(struct net *net)
{
	nfc_proc_net_exit(net);
	nfc_listen_net_exit(net);
}

static struct pernet_operations nfc_net_ops = {
	.init	= nfc_net_init,
	.exit	= nfc_net_exit,
	.id	= &nfc_net_id,
	.size	= sizeof(struct nfc_net),
};

static int __init nfc_init(void)
{
	int err;

	err = nfc_target_clusterip_taken();
	if (err)
		return err;
	err = register_pernet_subsys(&nfc_net_ops);
	if (err)
		return err;
	err = nfc_device_init();
	if (err)
		goto err_pernet;
	err = nfc_target_clusterip_init();
	if (err)
		goto err_device;
	err = nfc_target_sharedip_init();
	if (err)
		goto err_clusterip;
	return 0;

err_clusterip:
	nfc_target_clusterip_exit();
err_device:
	nfc_device_exit();
err_pernet:
	unregister_pernet_subsys(&nfc_net_ops);
	nfc_orphans_await();
	rcu_barrier();
	return err;
}

/* Rules hold a reference to the module: there is no cluster left by now. */
static void __exit nfc_exit(void)
{
	nfc_target_sharedip_exit();
	nfc_target_clusterip_exit();
	nfc_device_exit();
	unregister_pernet_subsys(&nfc_net_ops);
	nfc_orphans_await();
	/* Clusters are freed by our own hand. */
	rcu_barrier();
	/* A frame may still be in a hook that went with the last rule. */
	synchronize_rcu();
}

module_init(nfc_init);
module_exit(nfc_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR("The nfcluster developers");
MODULE_DESCRIPTION("Xtables: CLUSTERIP and SHAREDIP targets, one address shared by many nodes");
MODULE_ALIAS("ipt_SHAREDIP");
MODULE_ALIAS("ip6t_SHAREDIP");
MODULE_VERSION(NFC_VERSION);
