/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The target CLUSTERIP.
 */
#ifndef _NFC_CLUSTERIP_TARGET_CLUSTERIP_H
#define _NFC_CLUSTERIP_TARGET_CLUSTERIP_H

/* 0, or -EBUSY and a line in the log: another target has the name. */
int nfc_target_clusterip_taken(void);

int nfc_target_clusterip_init(void);
void nfc_target_clusterip_exit(void);

#endif /* _NFC_CLUSTERIP_TARGET_CLUSTERIP_H */
