/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file in /proc with a gate of its own.
 *
 * Whoever reads or writes a file may stay in the middle of it for as long as
 * the memory of user space takes (FUSE, userfaultfd), and /proc removes no file
 * before its visitors have left. So visitors come through a gate. While they
 * are inside they hold the namespace and the module, and nothing else; a file
 * that has to go is shut, and its last visitor has it removed. Nobody waits.
 */
#ifndef _NFC_CLUSTERIP_FILE_H
#define _NFC_CLUSTERIP_FILE_H

#include <linux/spinlock.h>
#include <linux/types.h>
#include "proc_poll.h"

struct net;
struct nfc_file;
struct proc_dir_entry;
struct work_struct;

/**
 * struct nfc_file_kind - what a file is
 * @mode: its permissions
 * @longest: of a write; more is -E2BIG
 * @show: seq_file's; m->private is the file. Of a text that is made at once
 * @walk: seq_file's; m->private is a struct nfc_walk. Of one that is made piece
 *	by piece
 * @walk_size: of what the reader's struct nfc_walk is the beginning of
 * @write: one write: 0 or an error; NULL: it cannot be written
 * @free: gives back whatever the file is a part of
 */
struct nfc_file_kind {
	umode_t mode;
	size_t longest;
	int (*show)(struct seq_file *m, void *v);
	const struct seq_operations *walk;
	size_t walk_size;
	int (*write)(struct nfc_file *file, const char *text, size_t len);
	void (*free)(struct nfc_file *file);
};

/**
 * struct nfc_file - one file
 * @kind: what it is
 * @net: whose it is; @inside is what makes it safe to look at
 * @last: to be done when the last visitor has left a file that is shut
 * @changes: of its text
 * @gate: guards @inside and @shut; @last is scheduled under it
 * @inside: number of visitors
 * @shut: none is let in
 * @proc: what /proc knows of it
 */
struct nfc_file {
	const struct nfc_file_kind *kind;
	struct net *net;
	struct work_struct *last;
	struct nfc_changes changes;
	spinlock_t gate;	/* inside, shut */
	unsigned int inside;
	bool shut;
	struct proc_dir_entry *proc;
};

/**
 * struct nfc_walk - a reader of a text that is made piece by piece
 * @file: what he reads
 */
struct nfc_walk {
	struct nfc_file *file;
};

/* 0 or -ENOMEM. */
int nfc_file_create(struct nfc_file *file, const struct nfc_file_kind *kind,
		    const char *name, struct proc_dir_entry *dir,
		    struct net *net, struct work_struct *last);

/* Shut: who comes or polls gets an error. Opening it again undoes that. */
void nfc_file_shut(struct nfc_file *file);
void nfc_file_reopen(struct nfc_file *file);

/*
 * Of a file that is shut. True: nobody is inside, it has been removed and is
 * not ours any more. False: @last will be done. Who polls has a moment to learn
 * of the end, and no more.
 */
bool nfc_file_remove(struct nfc_file *file);

#endif /* _NFC_CLUSTERIP_FILE_H */
