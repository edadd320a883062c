/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who listens to the cluster's MAC, and interfaces that come and go.
 */
#ifndef _NFC_CLUSTERIP_DEVICE_H
#define _NFC_CLUSTERIP_DEVICE_H

#include <linux/types.h>

struct net;
struct nfc_cluster;

/*
 * Both under nfc_net.lock. Joining: 0; -ENOENT: no such interface; -ENOMEM;
 * or what the hook of a unicast MAC said.
 */
int nfc_device_join(struct net *net, struct nfc_cluster *cluster);
void nfc_device_leave(struct net *net, struct nfc_cluster *cluster);

/**
 * nfc_device_catch_up - join interfaces that clusters wait for
 *
 * Under RTNL and nfc_net.lock.
 *
 * Return: false if one found no memory, and has to be tried again.
 */
bool nfc_device_catch_up(struct net *net);

int nfc_device_init(void);
void nfc_device_exit(void);

#endif /* _NFC_CLUSTERIP_DEVICE_H */
