/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file about all clusters of a namespace: /proc/net/nf_clusterip.
 */
#ifndef _NFC_CLUSTERIP_SUMMARY_H
#define _NFC_CLUSTERIP_SUMMARY_H

struct net;
struct nfc_net;

/* 0 or -ENOMEM. Its changes are told by nfc_changed(&nn->summary->changes). */
int nfc_summary_create(struct net *net, struct nfc_net *nn);

/* Nobody is in it: he would hold the namespace. */
void nfc_summary_remove(struct nfc_net *nn);

#endif /* _NFC_CLUSTERIP_SUMMARY_H */
