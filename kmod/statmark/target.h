/* SPDX-License-Identifier: GPL-2.0 */
/*
 * -j STATMARK
 */
#ifndef _NFC_STATMARK_TARGET_H
#define _NFC_STATMARK_TARGET_H

int nfc_statmark_tg_init(void);
void nfc_statmark_tg_exit(void);

#endif /* _NFC_STATMARK_TARGET_H */
