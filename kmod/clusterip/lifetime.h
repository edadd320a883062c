/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How clusters come and go: one lives as long as a rule refers to it.
 */
#ifndef _NFC_CLUSTERIP_LIFETIME_H
#define _NFC_CLUSTERIP_LIFETIME_H

#include "cluster.h"

/**
 * nfc_cluster_attach - find or make the cluster of an address, for one rule
 * @net: the rule's namespace
 * @spec: without @create only family and address count
 * @first: its slots if it is made now, of @spec->total; may be NULL without
 *	@create. Stays the caller's
 * @create: make it if there is none; if there is one, it has to be alike
 *
 * Return: the cluster, to be given to nfc_cluster_detach() once; or ERR_PTR:
 * -EINVAL: none there and not @create, or it is there and differs in MAC, hash
 * mode, seed or number of slots, or the rule names no interface (the log says
 * which); -ENOENT: no such interface; -ENOMEM; what registering the ARP hook
 * said.
 */
struct nfc_cluster *nfc_cluster_attach(struct net *net,
				       const struct nfc_cluster_spec *spec,
				       const struct nfc_slots *first,
				       bool create);
void nfc_cluster_detach(struct net *net, struct nfc_cluster *cluster);

#endif /* _NFC_CLUSTERIP_LIFETIME_H */
