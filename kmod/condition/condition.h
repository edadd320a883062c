/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A condition: a switch with a name, one a network namespace, that rules ask
 * and people flip.
 */
#ifndef _NFC_CONDITION_H
#define _NFC_CONDITION_H

#include <linux/hashtable.h>
#include <linux/mutex.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include "export.h"
#include "folder.h"
#include "uapi/nf_condition.h"

struct proc_dir_entry;

/**
 * struct nfc_condition - a switch
 * @value: what packets ask
 * @changes: of @value, for poll()
 * @net: whose it is; not touched once it is unhashed
 * @nn: what we keep for @net; there until its last exit handler is through
 * @users: rules and pools that ask it; under nfc_condition_net.lock
 * @dying: it is on its way out: its name is taken, but it cannot be had;
 *	under nfc_condition_net.lock
 * @node: in nfc_condition_net.conditions; unhashed when the namespace has gone
 *	and only @users keep it
 * @bury: while it is @dying, or was just made
 * @proc: its file
 * @name: terminated
 */
struct nfc_condition {
	bool value;
	struct nfc_changes changes;
	struct net *net;
	struct nfc_condition_net *nn;
	unsigned int users;
	bool dying;
	struct hlist_node node;
	struct list_head bury;
	struct proc_dir_entry *proc;
	char name[NFC_CONDITION_NAME_LEN];
};

/* A namespace may have so many, lest it fill the kernel's memory with files. */
#define NFC_CONDITIONS_MAX	4096

/**
 * struct nfc_condition_net - what we keep for a network namespace
 * @lock: which conditions there are. Taken by rule checks under nftables'
 *	commit mutex: no file is removed and no user memory touched under it,
 *	because those can take as long as user space likes
 * @conditions: by name
 * @count: number of @conditions
 * @folder: /proc/net/nf_condition, and in it .set, which changes with any value
 *	and with which conditions there are
 */
struct nfc_condition_net {
	struct mutex lock;	/* which conditions there are */
	DECLARE_HASHTABLE(conditions, 6);
	unsigned int count;
	struct nfc_folder folder;
};

extern unsigned int nfc_condition_net_id;

static inline struct nfc_condition_net *nfc_condition_pernet(const struct net *net)
{
	return net_generic(net, nfc_condition_net_id);
}

/* For packets, and for whoever holds a reference. */
static inline bool nfc_condition_value(const struct nfc_condition *condition)
{
	return READ_ONCE(condition->value);
}

/*
 * From a handler of its file, or under nfc_condition_net.lock. Whether it has
 * changed, and with it nfc_condition_net.folder.changes, which the caller counts. Then
 * comes nfc_condition_tell().
 */
bool nfc_condition_set(struct nfc_condition *condition, bool value);

/**
 * nfc_condition_name_valid - may a condition be called so?
 * @name: any NFC_CONDITION_NAME_LEN bytes
 *
 * It has to be terminated and to serve as a file name, must not be ".set", and
 * is free of what a file of saved rules could not carry: double quotes,
 * backslashes and control characters.
 */
bool nfc_condition_name_valid(const char *name);

/* All three under nfc_condition_net.lock. */
struct nfc_condition *nfc_condition_find(struct nfc_condition_net *nn,
					 const char *name);
void nfc_condition_insert(struct nfc_condition *condition);
void nfc_condition_unlink(struct nfc_condition *condition);

#endif /* _NFC_CONDITION_H */
