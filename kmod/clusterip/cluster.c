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
	++*nfc_cluster_number(nn, cluster->spec.family);
	hash_add_rcu(nn->clusters, &cluster->node,
		     nfc_cluster_key(cluster->spec.family,
				     &cluster->spec.addr));
}

void nfc_cluster_unlink(struct nfc_net *nn, struct nfc_cluster *cluster)
{
	lockdep_assert_held(&nn->rules_lock);
	lockdep_assert_held(&nn->lock);
	--*nfc_cluster_number(nn, cluster->spec.family);
	hash_del_rcu(&cluster->node);
}

static int nfc_cluster_cmp(const struct nfc_cluster *cluster, u8 family,
			   const union nf_inet_addr *addr)
{
	return (int)cluster->spec.family - family ?:
	       memcmp(&cluster->spec.addr, addr, sizeof(*addr));
}

/*
 * By bucket, and in it by address: a place stays where it is, whatever comes
 * and goes.
 */
struct nfc_cluster *nfc_cluster_next(const struct nfc_net *nn,
				     const struct nfc_place *place)
{
	struct nfc_cluster *cluster, *best = NULL;
	unsigned int bucket = 0;

	if (place)
		bucket = hash_min(nfc_cluster_key(place->family, &place->addr),
				  HASH_BITS(nn->clusters));
	for (; !best && bucket < HASH_SIZE(nn->clusters); bucket++) {
		hlist_for_each_entry_rcu(cluster, &nn->clusters[bucket], node) {
			if (place && nfc_cluster_cmp(cluster, place->family,
						     &place->addr) <= 0)
				continue;
			if (!best || nfc_cluster_cmp(cluster, best->spec.family,
						     &best->spec.addr) < 0)
				best = cluster;
		}
		place = NULL;
	}
	return best;
}

const char *nfc_cluster_name(const struct nfc_cluster_spec *spec,
			     char name[NFC_ADDRESS_LEN])
{
	if (spec->family == NFPROTO_IPV4)
		snprintf(name, NFC_ADDRESS_LEN, "%pI4", &spec->addr.ip);
	else
		snprintf(name, NFC_ADDRESS_LEN, "%pI6c", &spec->addr.in6);
	return name;
}

struct nfc_counters nfc_cluster_count(const struct nfc_cluster *cluster)
{
	struct nfc_counters sum = {};
	int cpu, i;

	for_each_possible_cpu(cpu) {
		const struct nfc_counters *one = per_cpu_ptr(cluster->counters,
							     cpu);

		for (i = 0; i < NFC_COUNTERS; i++)
			sum.packets[i] += READ_ONCE(one->packets[i]);
	}
	return sum;
}
