/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Neighbour discovery tells the cluster's MAC, and nodes of one cluster do not
 * take each other for duplicates.
 */
#ifndef _NFC_CLUSTERIP_NEIGH_H
#define _NFC_CLUSTERIP_NEIGH_H

struct net;

/* While a namespace has IPv6 clusters, it has the hooks; under nfc_net.rules_lock. */
int nfc_neigh_register(struct net *net);
void nfc_neigh_unregister(struct net *net);

#endif /* _NFC_CLUSTERIP_NEIGH_H */
