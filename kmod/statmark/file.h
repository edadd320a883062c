/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /proc/net/nf_statmark/<pool>
 */
#ifndef _NFC_STATMARK_FILE_H
#define _NFC_STATMARK_FILE_H

struct net;
struct nfc_pool;
struct proc_dir_entry;

/* 0 or -ENOMEM; under nfc_pool_net.lock. */
int nfc_pool_file_create(struct nfc_pool *pool);

/*
 * Waits for whoever is in the file, and until @until for who sleeps in poll(),
 * as nfc_changes_patience() says; after nfc_changes_end(), not under nfc_pool_net.lock.
 */
void nfc_pool_file_remove(struct nfc_pool *pool, unsigned long until);

/* Gives a file of this module to the root user of the namespace. */
void nfc_pool_file_own(struct proc_dir_entry *file, const struct net *net);

#endif /* _NFC_STATMARK_FILE_H */
