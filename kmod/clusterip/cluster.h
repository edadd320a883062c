/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A cluster: one shared address in one network namespace. It knows nothing of
 * how rules are written, and holds its slots by a pointer.
 */
#ifndef _NFC_CLUSTERIP_CLUSTER_H
#define _NFC_CLUSTERIP_CLUSTER_H

#include <linux/hashtable.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include "hash.h"
#include "slots.h"

struct proc_dir_entry;

/**
 * struct nfc_cluster_spec - what a rule wants its cluster to be
 * @family: NFPROTO_IPV4
 * @addr: the shared address; unused words are 0
 * @ifname: the interface that carries it; empty: the rule names none, which
 *	will do for a cluster that is there
 * @mac: the hardware address that all nodes share
 * @hash: how packets are hashed
 * @total: number of slots, 1 to NFC_SLOTS_MAX
 */
struct nfc_cluster_spec {
	u8 family;
	union nf_inet_addr addr;
	char ifname[IFNAMSIZ];
	u8 mac[ETH_ALEN];
	struct nfc_hash hash;
	unsigned int total;
};

/**
 * struct nfc_cluster - one shared address
 * @slots: what is answered here; swapped whole under @slots_lock
 * @spec: never changes
 * @node: in nfc_net.clusters, RCU
 * @ifindex: the interface while it is there, else NFC_NO_DEVICE; written
 *	under nfc_net.lock
 * @rules: how many refer to us; under nfc_net.rules_lock
 * @slots_lock: one writer of @slots at a time. Taken by handlers of the proc
 *	file, so nobody may hold it, or take it in turn, while removing that file
 * @proc: our file, NULL once its folder has gone; under nfc_net.rules_lock
 * @rcu: for kfree_rcu()
 */
struct nfc_cluster {
	struct nfc_slots __rcu *slots;
	struct nfc_cluster_spec spec;
	struct hlist_node node;
	int ifindex;
	unsigned int rules;
	struct mutex slots_lock;	/* writers of slots */
	struct proc_dir_entry *proc;
	struct rcu_head rcu;
};

#define NFC_NO_DEVICE	(-1)

/**
 * struct nfc_net - what we keep for a network namespace
 * @rules_lock: a cluster's making and its end, its file included. Removing a
 *	file waits for whoever is in its handlers, and those wait for the
 *	memory of user space, for as long as user space likes. So it is never
 *	taken under RTNL; nor is RTNL taken under it, for a rule check may run
 *	under nftables' commit mutex
 * @lock: which clusters there are, and their interfaces; inside @rules_lock
 *	and, in the device notifier, inside RTNL. Never held for long
 * @clusters: by family and address; changed under both locks, read under
 *	either, or under RCU by packets and ARP
 * @count: number of @clusters; under @rules_lock
 * @proc_dir: /proc/net/ipt_CLUSTERIP, NULL when the namespace is going; under
 *	@rules_lock
 */
struct nfc_net {
	struct mutex rules_lock;	/* making and ending, files */
	struct mutex lock;		/* clusters, ifindex */
	DECLARE_HASHTABLE(clusters, 6);
	unsigned int count;
	struct proc_dir_entry *proc_dir;
};

extern unsigned int nfc_net_id;

static inline struct nfc_net *nfc_pernet(const struct net *net)
{
	return net_generic(net, nfc_net_id);
}

/* Under both locks; who looks under RCU finds it, or does not, from here on. */
void nfc_cluster_insert(struct nfc_net *nn, struct nfc_cluster *cluster);
void nfc_cluster_unlink(struct nfc_net *nn, struct nfc_cluster *cluster);

/* The cluster of an address, or NULL; in an RCU section or under nfc_net.rules_lock. */
struct nfc_cluster *nfc_cluster_find(const struct nfc_net *nn, u8 family,
				     const union nf_inet_addr *addr);

/**
 * nfc_cluster_answers - is a packet with this hash for this node?
 *
 * For packets: the caller is in an RCU section.
 */
static inline bool nfc_cluster_answers(const struct nfc_cluster *cluster,
				       u32 hash)
{
	const struct nfc_slots *slots = rcu_dereference(cluster->slots);

	return nfc_slots_test(slots, nfc_hash_slot(hash, slots->total));
}

#endif /* _NFC_CLUSTERIP_CLUSTER_H */
