/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The folder that a module has in /proc/net, and the file in it that speaks of
 * all the others.
 */
#ifndef _NFC_FOLDER_H
#define _NFC_FOLDER_H

#include <linux/capability.h>
#include "proc_file.h"

/**
 * struct nfc_folder - a folder in /proc/net
 * @dir: itself
 * @control: its file for all others
 * @changes: of @control
 * @unowned: there was nobody who could own that when it was made
 */
struct nfc_folder {
	struct proc_dir_entry *dir;
	struct proc_dir_entry *control;
	struct nfc_changes changes;
	bool unowned;
};

/* @own: gives a file of the module its owner */
static inline int nfc_folder_init(struct nfc_folder *folder, struct net *net,
				  const char *name, const char *control,
				  umode_t mode, const struct proc_ops *ops,
				  void (*own)(struct proc_dir_entry *file,
					      const struct net *net))
{
	if (nfc_changes_init(&folder->changes))
		return -ENOMEM;
	/*
	 * A namespace that is made along with its user namespace (unshare -Un)
	 * has an owner only when somebody maps its users, later. This file then
	 * lets everybody in, and asks for CAP_NET_ADMIN.
	 */
	folder->unowned = !uid_valid(make_kuid(net->user_ns, 0)) ||
			  !gid_valid(make_kgid(net->user_ns, 0));
	folder->dir = proc_mkdir(name, net->proc_net);
	if (!folder->dir)
		goto err_changes;
	folder->control = proc_create_data(control,
					   folder->unowned ? 0666 : mode,
					   folder->dir, ops, net);
	if (!folder->control)
		goto err_dir;
	own(folder->control, net);
	return 0;

err_dir:
	proc_remove(folder->dir);
err_changes:
	nfc_changes_free(&folder->changes);
	return -ENOMEM;
}

static inline int nfc_folder_open(const struct nfc_folder *folder,
				  struct file *file,
				  int (*show)(struct seq_file *m, void *v),
				  struct net *net)
{
	if (folder->unowned && !ns_capable(net->user_ns, CAP_NET_ADMIN))
		return -EACCES;
	return nfc_proc_open(file, show, net, &folder->changes);
}

/* Takes the file for all others away; nobody is in it afterwards. */
static inline void nfc_folder_close(struct nfc_folder *folder)
{
	nfc_changes_end(&folder->changes);
	nfc_proc_remove(folder->control, &folder->changes,
			nfc_changes_patience());
}

/* When there is no other file any more. */
static inline void nfc_folder_exit(struct nfc_folder *folder)
{
	proc_remove(folder->dir);
	nfc_changes_free(&folder->changes);
}

#endif /* _NFC_FOLDER_H */
