/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The target SHAREDIP.
 */
#ifndef _NFC_CLUSTERIP_TARGET_SHAREDIP_H
#define _NFC_CLUSTERIP_TARGET_SHAREDIP_H

int nfc_target_sharedip_init(void);
void nfc_target_sharedip_exit(void);

#endif /* _NFC_CLUSTERIP_TARGET_SHAREDIP_H */
