/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is to be done about interfaces a moment later: it needs RTNL, which no rule
 * check may take, or there was no memory for it.
 */
#ifndef _NFC_CLUSTERIP_LISTEN_H
#define _NFC_CLUSTERIP_LISTEN_H

#include <linux/types.h>

struct net;
struct net_device;
struct nfc_net;

/* Something is to be done. Under nfc_net.lock. */
void nfc_listen_soon(struct nfc_net *nn);

/**
 * nfc_listen_failed - there was no memory for a MAC
 * @nn: the namespace
 * @dev: the interface that does not listen to it
 * @mac: the MAC
 *
 * It says so, once until there is memory again. Under nfc_net.lock.
 */
void nfc_listen_failed(const struct nfc_net *nn, const struct net_device *dev,
		       const u8 *mac);

/* Does all of it that can be done. Under RTNL and nfc_net.lock. */
void nfc_listen_catch_up(struct net *net);

void nfc_listen_net_init(struct net *net);
void nfc_listen_net_exit(struct net *net);

#endif /* _NFC_CLUSTERIP_LISTEN_H */
