// SPDX-License-Identifier: GPL-2.0
/*
 * The lives of clusters.
 *
 * Making one and taking one away are each one step under nfc_net.rules_lock,
 * file, membership and hooks included: two rules for one address can never
 * see each other half-way.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/etherdevice.h>
#include <linux/slab.h>
#include "arp.h"
#include "device.h"
#include "lifetime.h"
#include "neigh.h"
#include "procfs.h"

/* A second rule that describes its cluster has to describe the one there is. */
static int nfc_cluster_compare(const struct nfc_cluster_spec *is,
			       const struct nfc_cluster_spec *wanted)
{
	char name[NFC_ADDRESS_LEN];

	if (!ether_addr_equal(is->mac, wanted->mac))
		pr_info_ratelimited("%s has clustermac %pM, a rule says %pM\n",
				    nfc_cluster_name(is, name), is->mac,
				    wanted->mac);
	else if (is->hash.mode != wanted->hash.mode)
		pr_info_ratelimited("%s has hashmode %u, a rule says %u\n",
				    nfc_cluster_name(is, name), is->hash.mode,
				    wanted->hash.mode);
	else if (is->hash.seed != wanted->hash.seed)
		pr_info_ratelimited("%s has hash-init %u, a rule says %u\n",
				    nfc_cluster_name(is, name), is->hash.seed,
				    wanted->hash.seed);
	else if (is->total != wanted->total)
		pr_info_ratelimited("%s has total-nodes %u, a rule says %u\n",
				    nfc_cluster_name(is, name), is->total,
				    wanted->total);
	else
		return 0;
	return -EINVAL;
}

static struct nfc_cluster *nfc_cluster_alloc(const struct nfc_cluster_spec *spec,
					     const struct nfc_slots *first)
{
	struct nfc_cluster *cluster;
	struct nfc_slots *slots;

	cluster = kzalloc(sizeof(*cluster), GFP_KERNEL_ACCOUNT);
	if (!cluster)
		return NULL;
	cluster->counters = alloc_percpu_gfp(struct nfc_counters,
					     GFP_KERNEL_ACCOUNT);
	if (!cluster->counters)
		goto err_cluster;
	slots = nfc_slots_dup(first);
	if (!slots)
		goto err_counters;
	RCU_INIT_POINTER(cluster->slots, slots);
	cluster->spec = *spec;
	cluster->ifindex = NFC_NO_DEVICE;
	return cluster;

err_counters:
	free_percpu(cluster->counters);
err_cluster:
	kfree(cluster);
	return NULL;
}

static void nfc_cluster_free_rcu(struct rcu_head *rcu)
{
	struct nfc_cluster *cluster = container_of(rcu, struct nfc_cluster, rcu);

	kfree(rcu_dereference_protected(cluster->slots, 1));
	free_percpu(cluster->counters);
	kfree(cluster);
}

/* Packets and ARP may still be looking. */
static void nfc_cluster_free(struct nfc_cluster *cluster)
{
	call_rcu(&cluster->rcu, nfc_cluster_free_rcu);
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

/* While a family has clusters, what this node says about them is looked at. */
static int nfc_voice_get(struct net *net, struct nfc_net *nn, u8 family)
{
	if (*nfc_cluster_number(nn, family))
		return 0;
	return family == NFPROTO_IPV6 ? nfc_neigh_register(net) :
	       nfc_arp_register(net);
}

static void nfc_voice_put(struct net *net, struct nfc_net *nn, u8 family)
{
	if (*nfc_cluster_number(nn, family))
		return;
	if (family == NFPROTO_IPV6)
		nfc_neigh_unregister(net);
	else
		nfc_arp_unregister(net);
}

static const char *nfc_cluster_trouble(int err)
{
	switch (err) {
	case -ENOENT:
		return "there is none of that name";
	case -EOPNOTSUPP:
		return "this kernel has no ingress hook, the MAC has to be a multicast one";
	case -E2BIG:
		return "it has too many hooks already";
	default:
		return "no memory";
	}
}

static struct nfc_cluster *nfc_cluster_create(struct net *net,
					      struct nfc_net *nn,
					      const struct nfc_cluster_spec *spec,
					      const struct nfc_slots *first)
{
	struct nfc_cluster *cluster;
	char name[NFC_ADDRESS_LEN];
	int err;

	if (!*spec->ifname) {
		pr_info_ratelimited("%s: please specify an interface name (-i)\n",
				    nfc_cluster_name(spec, name));
		return ERR_PTR(-EINVAL);
	}
	cluster = nfc_cluster_alloc(spec, first);
	if (!cluster)
		return ERR_PTR(-ENOMEM);

	err = nfc_voice_get(net, nn, spec->family);
	if (err)
		goto err_free;
	err = nfc_cluster_publish(net, nn, cluster);
	if (err) {
		pr_info_ratelimited("%s: interface \"%*pE\" (-i): %s\n",
				    nfc_cluster_name(spec, name),
				    (int)strlen(spec->ifname),
				    spec->ifname, nfc_cluster_trouble(err));
		goto err_voice;
	}
	err = nfc_proc_create(net, nn, cluster);
	if (err)
		goto err_withdraw;
	return cluster;

err_withdraw:
	nfc_cluster_withdraw(net, nn, cluster);
err_voice:
	nfc_voice_put(net, nn, spec->family);
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
	char name[NFC_ADDRESS_LEN];
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
		pr_info_ratelimited("%s: no cluster has this address yet, the first rule needs --new\n",
				    nfc_cluster_name(spec, name));
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
		nfc_proc_remove(nn, cluster);
		nfc_cluster_withdraw(net, nn, cluster);
		nfc_voice_put(net, nn, cluster->spec.family);
		nfc_cluster_free(cluster);
	}
	mutex_unlock(&nn->rules_lock);
}
