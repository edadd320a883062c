/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A cluster whose MAC is a unicast one, for routers that refuse a multicast MAC
 * for a unicast address (RFC 1812, 3.3.2).
 */
#ifndef _NFC_CLUSTERIP_UNICAST_H
#define _NFC_CLUSTERIP_UNICAST_H

#include <linux/types.h>

struct net;
struct net_device;
struct nfc_net;
struct nfc_unicast;

/**
 * nfc_unicast_listen - have an interface take frames to another unicast MAC
 *
 * Under nfc_net.lock; the interface may have the address a little later.
 *
 * Return: what nfc_unicast_deafen() wants, before the interface is gone; or
 * ERR_PTR: -ENOMEM, or what registering the hook said, -EOPNOTSUPP where the
 * kernel has none.
 */
struct nfc_unicast *nfc_unicast_listen(struct net *net, struct net_device *dev,
				       const u8 *mac);
void nfc_unicast_deafen(struct net *net, struct nfc_unicast *unicast);

/**
 * nfc_unicast_catch_up - do what these two left to do
 *
 * Under RTNL and nfc_net.lock.
 *
 * Return: false if some of it found no memory, and has to be tried again.
 */
bool nfc_unicast_catch_up(struct nfc_net *nn);

#endif /* _NFC_CLUSTERIP_UNICAST_H */
