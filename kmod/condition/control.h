/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /proc/net/nf_condition, and in it .set: all switches at once.
 */
#ifndef _NFC_CONDITION_CONTROL_H
#define _NFC_CONDITION_CONTROL_H

struct net;

int nfc_condition_control_init(struct net *net);

#endif /* _NFC_CONDITION_CONTROL_H */
