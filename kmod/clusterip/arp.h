/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Our ARP frames tell the cluster's MAC.
 */
#ifndef _NFC_CLUSTERIP_ARP_H
#define _NFC_CLUSTERIP_ARP_H

struct net;

/* While a namespace has clusters, it has the hook; under nfc_net.rules_lock. */
int nfc_arp_register(struct net *net);
void nfc_arp_unregister(struct net *net);

#endif /* _NFC_CLUSTERIP_ARP_H */
