/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /proc/net/nf_condition/<name>: one switch.
 */
#ifndef _NFC_CONDITION_FILE_H
#define _NFC_CONDITION_FILE_H

struct net;
struct nfc_condition;
struct proc_dir_entry;

/* 0 or -ENOMEM; under nfc_condition_net.lock. */
int nfc_condition_file_create(struct nfc_condition *condition);

/*
 * Waits for whoever is in the file, and until @until for who sleeps in poll(),
 * as nfc_changes_patience() says; after nfc_changes_end(), not under nfc_condition_net.lock.
 */
void nfc_condition_file_remove(struct nfc_condition *condition, unsigned long until);

/* Mode and owner of this module's files, as its parameters say. */
unsigned int nfc_condition_file_mode(void);
void nfc_condition_file_own(struct proc_dir_entry *file, const struct net *net);

#endif /* _NFC_CONDITION_FILE_H */
