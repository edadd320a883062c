/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files below /proc/net have in common that tell of changes.
 *
 * Removing a proc file waits for its handlers, and a handler that copies user
 * memory takes as long as user space likes (FUSE, userfaultfd). The exit of a
 * namespace must not wait so: it comes in one queue for all of them, and that
 * of a module stops all namespaces from coming. So who copies user memory holds
 * both, and is refused when one of them is going already.
 */
#ifndef _NFC_PROC_FILE_H
#define _NFC_PROC_FILE_H

#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <net/net_namespace.h>
#include "compat.h"
#include "proc_poll.h"

/*
 * From a handler, which keeps the memory of @net. False: @net or the module is
 * going; then the handler returns -EIO, as those that come later get it.
 */
static inline bool nfc_proc_enter(struct net *net)
{
	if (!try_module_get(THIS_MODULE))
		return false;
	if (maybe_get_net(net))
		return true;
	module_put(THIS_MODULE);
	return false;
}

/* Then the handler returns at once: their exit may wait for it already. */
static inline void nfc_proc_leave(struct net *net)
{
	put_net(net);
	module_put(THIS_MODULE);
}

static inline int nfc_proc_open(struct file *file,
				int (*show)(struct seq_file *m, void *v),
				void *data, const struct nfc_changes *changes)
{
	int err = single_open(file, show, data);

	if (!err)
		nfc_changes_seen(file->private_data, changes);
	return err;
}

static inline ssize_t nfc_proc_read(struct net *net, struct file *file,
				    char __user *to, size_t len, loff_t *pos)
{
	ssize_t ret;

	if (!nfc_proc_enter(net))
		return -EIO;
	ret = seq_read(file, to, len, pos);
	nfc_proc_leave(net);
	return ret;
}

/**
 * nfc_proc_write - one write is one text, wherever in the file it is written
 * @net: whose file it is
 * @from: the text
 * @len: its length
 * @max: the longest there may be
 * @run: carries it out; it is terminated, and may be changed
 * @data: for @run
 */
static inline ssize_t nfc_proc_write(struct net *net, const char __user *from,
				     size_t len, size_t max,
				     int (*run)(void *data, char *text,
						size_t len),
				     void *data)
{
	ssize_t ret;
	char *text;

	if (len > max)
		return -E2BIG;
	if (!nfc_proc_enter(net))
		return -EIO;
	text = memdup_user_nul(from, len);
	if (!IS_ERR(text)) {
		ret = run(data, text, len) ?: len;
		kfree(text);
	} else {
		ret = PTR_ERR(text);
	}
	nfc_proc_leave(net);
	return ret;
}

/*
 * @file goes to a user and a group as the namespace counts them; one that it
 * does not know is its root.
 */
static inline void nfc_proc_own(struct proc_dir_entry *file,
				const struct net *net, unsigned int user,
				unsigned int group)
{
	kuid_t uid = make_kuid(net->user_ns, user);
	kgid_t gid = make_kgid(net->user_ns, group);

	if (!uid_valid(uid))
		uid = make_kuid(net->user_ns, 0);
	if (!gid_valid(gid))
		gid = make_kgid(net->user_ns, 0);
	if (uid_valid(uid) && gid_valid(gid))
		proc_set_user(file, uid, gid);
}

/*
 * After nfc_changes_end(). Waits for handlers, and until @until for who sleeps in
 * poll(); nfc_changes_free() is still to come.
 */
static inline void nfc_proc_remove(struct proc_dir_entry *file,
				   struct nfc_changes *changes,
				   unsigned long until)
{
	nfc_changes_drain(changes, until);
	proc_remove(file);
}

#endif /* _NFC_PROC_FILE_H */
