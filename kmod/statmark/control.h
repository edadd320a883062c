/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /proc/net/nf_statmark, and in it .pools: all pools, and their end.
 */
#ifndef _NFC_STATMARK_CONTROL_H
#define _NFC_STATMARK_CONTROL_H

struct net;

int nfc_pools_files_init(struct net *net);

#endif /* _NFC_STATMARK_CONTROL_H */
