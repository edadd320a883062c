// SPDX-License-Identifier: GPL-2.0
/*
 * Where a namespace keeps its clusters, by family and address.
 */
#include <linux/jhash.h>
#include <linux/rculist.h>
#include "cluster.h"

unsigned int nfc_net_id __read_mostly;

static u32 nfc_cluster_key(u8 family, const union nf_inet_addr *addr)
{
	return jhash2(addr->all, ARRAY_SIZE(addr->all), family);
}

struct nfc_cluster *nfc_cluster_find(const struct nfc_net *nn, u8 family,
				     const union nf_inet_addr *addr)
{
	struct nfc_cluster *cluster;

	hash_for_each_possible_rcu(nn->clusters, cluster, node,
				   nfc_cluster_key(family, addr),
				   lockdep_is_held(&nn->rules_lock))
		if (cluster->spec.family == family &&
		    nf_inet_addr_cmp(&cluster->spec.addr, addr))
			return cluster;
	return NULL;
}

void nfc_cluster_insert(struct nfc_net *nn, struct nfc_cluster *cluster)
{
	lockdep_assert_held(&nn->rules_lock);
	lockdep_assert_held(&nn->lock);
	nn->count++;
	hash_add_rcu(nn->clusters, &cluster->node,
		     nfc_cluster_key(cluster->spec.family,
				     &cluster->spec.addr));
}

void nfc_cluster_unlink(struct nfc_net *nn, struct nfc_cluster *cluster)
{
	lockdep_assert_held(&nn->rules_lock);
	lockdep_assert_held(&nn->lock);
	nn->count--;
	hash_del_rcu(&cluster->node);
}
