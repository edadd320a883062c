/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The files of clusters: /proc/net/ipt_CLUSTERIP/<address>, of IPv6
 * /proc/net/ip6t_CLUSTERIP/<address>, and /proc/net/nf_clusterip.
 */
#ifndef _NFC_CLUSTERIP_PROCFS_H
#define _NFC_CLUSTERIP_PROCFS_H

struct net;
struct nfc_cluster;
struct nfc_net;

int nfc_proc_net_init(struct net *net);
void nfc_proc_net_exit(struct net *net);

/* Both under nfc_net.rules_lock; neither waits. Creating: 0 or -ENOMEM. */
int nfc_proc_create(struct net *net, struct nfc_net *nn,
		    struct nfc_cluster *cluster);
void nfc_proc_remove(struct nfc_net *nn, struct nfc_cluster *cluster);

#endif /* _NFC_CLUSTERIP_PROCFS_H */
