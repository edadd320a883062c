// SPDX-License-Identifier: GPL-2.0
/*
 * The lives of clusters.
 *
 * Making one and taking one away are each one step under nfc_net.rules_lock,
 * file, membership and ARP hook included: two rules for one address can never
 * see each other half-way.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/etherdevice.h>
#include <linux/slab.h>
#include "arp.h"
#include "device.h"
#include "lifetime.h"
#include "procfs.h"

/* A second rule that describes its cluster has to describe the one there is. */
static int nfc_cluster_compare(const struct nfc_cluster_spec *is,
			       const struct nfc_cluster_spec *wanted)
{
	if (!ether_addr_equal(is->mac, wanted->mac)) {
		pr_info_ratelimited("%pI4 has clustermac %pM, a rule says %pM\n",
				    &is->addr.ip, is->mac, wanted->mac);
		return -EINVAL;
	}
	if (is->hash.mode != wanted->hash.mode) {
		pr_info_ratelimited("%pI4 has hashmode %u, a rule says %u\n",
				    &is->addr.ip, is->hash.mode,
				    wanted->hash.mode);
		return -EINVAL;
	}
	if (is->hash.seed != wanted->hash.seed) {
		pr_info_ratelimited("%pI4 has hash-init %u, a rule says %u\n",
				    &is->addr.ip, is->hash.seed,
				    wanted->hash.seed);
		return -EINVAL;
	}
	if (is->total != wanted->total) {
		pr_info_ratelimited("%pI4 has total-nodes %u, a rule says %u\n",
				    &is->addr.ip, is->total, wanted->total);
		return -EINVAL;
	}
	return 0;
}

static struct nfc_cluster *nfc_cluster_alloc(const struct nfc_cluster_spec *spec,
					     const struct nfc_slots *first)
{
	struct nfc_cluster *cluster;
	struct nfc_slots *slots;

	cluster = kzalloc(sizeof(*cluster), GFP_KERNEL_ACCOUNT);
	if (!cluster)
		return NULL;
	slots = nfc_slots_dup(first);
	if (!slots) {
		kfree(cluster);
		return NULL;
	}
	RCU_INIT_POINTER(cluster->slots, slots);
	cluster->spec = *spec;
	cluster->ifindex = NFC_NO_DEVICE;
	mutex_init(&cluster->slots_lock);
	return cluster;
}

/* Packets and ARP may still be looking. */
static void nfc_cluster_free(struct nfc_cluster *cluster)
{
	struct nfc_slots *slots = rcu_dereference_protected(cluster->slots, 1);

	mutex_destroy(&cluster->slots_lock);
	kfree_rcu(slots, rcu);
	kfree_rcu(cluster, rcu);
}

/* Joining and being seen by the notifier are one step: no event falls between. */
static int nfc_cluster_publish(struct net *net, struct nfc_net *nn,
			       struct nfc_cluster *cluster)
{
	int err;

	mutex_lock(&nn->lock);
	err = nfc_device_join(net, cluster);
	if (!err)
		nfc_cluster_insert(nn, cluster);
	mutex_unlock(&nn->lock);
	return err;
}

static void nfc_cluster_withdraw(struct net *net, struct nfc_net *nn,
				 struct nfc_cluster *cluster)
{
	mutex_lock(&nn->lock);
	nfc_cluster_unlink(nn, cluster);
	nfc_device_leave(net, cluster);
	mutex_unlock(&nn->lock);
}

static struct nfc_cluster *nfc_cluster_create(struct net *net,
					      struct nfc_net *nn,
					      const struct nfc_cluster_spec *spec,
					      const struct nfc_slots *first)
{
	struct nfc_cluster *cluster;
	int err;

	if (!*spec->ifname) {
		pr_info_ratelimited("%pI4: please specify an interface name (-i)\n",
				    &spec->addr.ip);
		return ERR_PTR(-EINVAL);
	}
	cluster = nfc_cluster_alloc(spec, first);
	if (!cluster)
		return ERR_PTR(-ENOMEM);

	if (!nn->count) {
		err = nfc_arp_register(net);
		if (err)
			goto err_free;
	}
	err = nfc_cluster_publish(net, nn, cluster);
	if (err) {
		pr_info_ratelimited("%pI4: interface \"%*pE\" (-i): %s\n",
				    &spec->addr.ip, (int)strlen(spec->ifname),
				    spec->ifname, err == -ENOENT ?
				    "there is none of that name" : "no memory");
		goto err_arp;
	}
	err = nfc_proc_create(nn, cluster);
	if (err)
		goto err_withdraw;
	return cluster;

err_withdraw:
	nfc_cluster_withdraw(net, nn, cluster);
err_arp:
	if (!nn->count)
		nfc_arp_unregister(net);
err_free:
	nfc_cluster_free(cluster);
	return ERR_PTR(err);
}

struct nfc_cluster *nfc_cluster_attach(struct net *net,
				       const struct nfc_cluster_spec *spec,
				       const struct nfc_slots *first,
				       bool create)
{
	struct nfc_net *nn = nfc_pernet(net);
	struct nfc_cluster *cluster;
	int err = 0;

	mutex_lock(&nn->rules_lock);
	cluster = nfc_cluster_find(nn, spec->family, &spec->addr);
	if (cluster) {
		if (create)
			err = nfc_cluster_compare(&cluster->spec, spec);
		if (!err && cluster->rules == UINT_MAX)
			err = -EOVERFLOW;
		if (err)
			cluster = ERR_PTR(err);
	} else if (create) {
		cluster = nfc_cluster_create(net, nn, spec, first);
	} else {
		pr_info_ratelimited("%pI4: no cluster has this address yet, the first rule needs --new\n",
				    &spec->addr.ip);
		cluster = ERR_PTR(-EINVAL);
	}
	if (!IS_ERR(cluster))
		cluster->rules++;
	mutex_unlock(&nn->rules_lock);
	return cluster;
}

void nfc_cluster_detach(struct net *net, struct nfc_cluster *cluster)
{
	struct nfc_net *nn = nfc_pernet(net);

	mutex_lock(&nn->rules_lock);
	if (!--cluster->rules) {
		nfc_proc_remove(cluster);
		nfc_cluster_withdraw(net, nn, cluster);
		if (!nn->count)
			nfc_arp_unregister(net);
		nfc_cluster_free(cluster);
	}
	mutex_unlock(&nn->rules_lock);
}
