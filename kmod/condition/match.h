/* SPDX-License-Identifier: GPL-2.0 */
/*
 * -m condition
 */
#ifndef _NFC_CONDITION_MATCH_H
#define _NFC_CONDITION_MATCH_H

/* 0, or -EBUSY and a line in the log: another match has the name. */
int nfc_condition_match_taken(void);

int nfc_condition_match_init(void);
void nfc_condition_match_exit(void);

#endif /* _NFC_CONDITION_MATCH_H */
