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
#include <linux/percpu.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include "hash.h"
#include "slots.h"

struct net_device;
struct nfc_cluster_file;
struct nfc_file;
struct nfc_unicast;
struct proc_dir_entry;

/**
 * struct nfc_cluster_spec - what a rule wants its cluster to be
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @hash: how packets are hashed
 * @total: number of slots, 1 to NFC_SLOTS_MAX
 * @addr: the shared address; unused words are 0
 * @mac: the hardware address that all nodes share
 * @ifname: the interface that carries it; empty: the rule names none, which
 *	will do for a cluster that is there
 */
struct nfc_cluster_spec {
	u8 family;
	struct nfc_hash hash;
	unsigned int total;
	union nf_inet_addr addr;
	u8 mac[ETH_ALEN];
	char ifname[IFNAMSIZ];
};

/**
 * enum nfc_counter - what became of a cluster's packets
 * @NFC_ACCEPTED: taken, and their slot was on; or it is being filled, and there
 *	was no reason not to
 * @NFC_FOREIGN: dropped, another node's
 * @NFC_KEPT: taken for the sake of a flow that lives here, while its slot drains
 * @NFC_SILENCED: dropped without an answer while their slot is filled: of a flow
 *	that does not live here
 */
enum nfc_counter {
	NFC_ACCEPTED,
	NFC_FOREIGN,
	NFC_KEPT,
	NFC_SILENCED,
};

#define NFC_COUNTERS	4

/* Indexed by enum nfc_counter; on one processor, or all together. */
struct nfc_counters {
	u64 packets[NFC_COUNTERS];
};

/**
 * struct nfc_cluster - one shared address
 * @slots: what is answered here; swapped whole under the lock of @file
 * @counters: per processor
 * @ifindex: the interface while it is there, else NFC_NO_DEVICE; written
 *	under nfc_net.lock
 * @dev: the same, not held: the notifier hears of its end before it has ended;
 *	under nfc_net.lock
 * @unicast: what makes it listen to a unicast MAC; under nfc_net.lock
 * @spec: never changes
 * @node: in nfc_net.clusters, RCU
 * @rules: how many refer to us; under nfc_net.rules_lock
 * @file: ours, NULL once its folder has gone; under nfc_net.rules_lock
 * @rcu: for call_rcu()
 */
struct nfc_cluster {
	struct nfc_slots __rcu *slots;
	struct nfc_counters __percpu *counters;
	int ifindex;
	struct nfc_cluster_spec spec;
	struct hlist_node node;
	struct net_device *dev;
	struct nfc_unicast *unicast;
	unsigned int rules;
	struct nfc_cluster_file *file;
	struct rcu_head rcu;
};

#define NFC_NO_DEVICE	(-1)

/**
 * struct nfc_net - what we keep for a network namespace
 * @rules_lock: a cluster's making and its end, its file included. Never taken
 *	under RTNL; nor is RTNL taken under it, for a rule check may run under
 *	nftables' commit mutex
 * @lock: which clusters there are, and their interfaces; inside @rules_lock
 *	and, in the device notifier, inside RTNL
 * @net: whose this is
 * @clusters: by family and address; changed under both locks, read under
 *	either, or under RCU by packets and ARP
 * @count: number of @clusters, of IPv4 and of IPv6; under @rules_lock
 * @unicasts: unicast MACs on interfaces; under @lock
 * @listen_work: what is left to do about them, and about interfaces that found
 *	no memory for a MAC
 * @listen_delay: how long it waits, in jiffies, before it tries again what found
 *	no memory; under @lock
 * @proc_dir: /proc/net/ipt_CLUSTERIP, NULL when the namespace is going; under
 *	@rules_lock
 * @proc_dir6: /proc/net/ip6t_CLUSTERIP, likewise
 * @shut_files: those that a visitor keeps though their cluster has gone; under
 *	@rules_lock
 * @bury: removes them when he has left
 * @summary: /proc/net/nf_clusterip
 */
struct nfc_net {
	struct mutex rules_lock;	/* making and ending, files */
	struct mutex lock;		/* clusters, interfaces */
	struct net *net;
	DECLARE_HASHTABLE(clusters, 8);
	unsigned int count[2];
	struct list_head unicasts;
	struct delayed_work listen_work;
	unsigned long listen_delay;
	struct proc_dir_entry *proc_dir;
	struct proc_dir_entry *proc_dir6;
	struct list_head shut_files;
	struct work_struct bury;
	struct nfc_file *summary;
};

extern unsigned int nfc_net_id;

static inline struct nfc_net *nfc_pernet(const struct net *net)
{
	return net_generic(net, nfc_net_id);
}

/* How many clusters of a family there are; under nfc_net.rules_lock. */
static inline unsigned int *nfc_cluster_number(struct nfc_net *nn, u8 family)
{
	return &nn->count[family == NFPROTO_IPV6];
}

/* Under both locks; who looks under RCU finds it, or does not, from here on. */
void nfc_cluster_insert(struct nfc_net *nn, struct nfc_cluster *cluster);
void nfc_cluster_unlink(struct nfc_net *nn, struct nfc_cluster *cluster);

/* The cluster of an address, or NULL; in an RCU section or under nfc_net.rules_lock. */
struct nfc_cluster *nfc_cluster_find(const struct nfc_net *nn, u8 family,
				     const union nf_inet_addr *addr);

/**
 * struct nfc_place - a place among clusters; they have an order of their own
 * @family: of @addr
 * @addr: an address; it need not be a cluster's any more
 */
struct nfc_place {
	u8 family;
	union nf_inet_addr addr;
};

/* The first cluster behind @place, or (NULL) of all; in an RCU section. */
struct nfc_cluster *nfc_cluster_next(const struct nfc_net *nn,
				     const struct nfc_place *place);

/* The longest address in words, terminated. */
#define NFC_ADDRESS_LEN	sizeof("0000:0000:0000:0000:0000:0000:255.255.255.255")

/* As it is called in /proc and in the log; returns @name. */
const char *nfc_cluster_name(const struct nfc_cluster_spec *spec,
			     char name[NFC_ADDRESS_LEN]);

/* For packets: one more. */
static inline void nfc_count(const struct nfc_cluster *cluster,
			     enum nfc_counter counter)
{
	this_cpu_inc(cluster->counters->packets[counter]);
}

/* All processors together. */
struct nfc_counters nfc_cluster_count(const struct nfc_cluster *cluster);

#endif /* _NFC_CLUSTERIP_CLUSTER_H */
