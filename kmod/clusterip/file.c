// SPDX-License-Identifier: GPL-2.0
/*
 * Files with gates.
 */
#include <linux/mm.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>
#include "compat.h"
#include "file.h"
#include "proc_file.h"

/*
 * A namespace whose last holder has gone ends at once, and cannot be held: so
 * its own exit meets no visitor.
 */
static bool nfc_file_enter(struct nfc_file *file)
{
	bool shut;

	if (!nfc_proc_enter(file->net))
		return false;
	spin_lock(&file->gate);
	shut = file->shut;
	file->inside += !shut;
	spin_unlock(&file->gate);
	if (shut)
		nfc_proc_leave(file->net);
	return !shut;
}

static void nfc_file_leave(struct nfc_file *file)
{
	struct net *net = file->net;

	spin_lock(&file->gate);
	if (!--file->inside && file->shut)
		schedule_work(file->last);
	spin_unlock(&file->gate);
	/* Not the file from here on. */
	nfc_proc_leave(net);
}

static int nfc_file_begin(struct nfc_file *file, struct file *opened)
{
	const struct nfc_file_kind *kind = file->kind;
	struct nfc_walk *walk;

	if (kind->show)
		return nfc_proc_open(opened, kind->show, file, &file->changes);
	walk = __seq_open_private(opened, kind->walk, kind->walk_size);
	if (!walk)
		return -ENOMEM;
	walk->file = file;
	nfc_changes_seen(opened->private_data, &file->changes);
	return 0;
}

static int nfc_file_open(struct inode *inode, struct file *opened)
{
	struct nfc_file *file = pde_data(inode);
	int err;

	if (!nfc_file_enter(file))
		return -EIO;
	err = nfc_file_begin(file, opened);
	nfc_file_leave(file);
	return err;
}

static ssize_t nfc_file_read(struct file *opened, char __user *to, size_t len,
			     loff_t *pos)
{
	struct nfc_file *file = pde_data(file_inode(opened));
	ssize_t result;

	if (!nfc_file_enter(file))
		return -EIO;
	result = seq_read(opened, to, len, pos);
	nfc_file_leave(file);
	return result;
}

static loff_t nfc_file_seek(struct file *opened, loff_t offset, int whence)
{
	struct nfc_file *file = pde_data(file_inode(opened));
	loff_t result;

	if (!nfc_file_enter(file))
		return -EIO;
	result = seq_lseek(opened, offset, whence);
	nfc_file_leave(file);
	return result;
}

static int nfc_file_take(struct nfc_file *file, const char __user *from,
			 size_t len)
{
	char *text;
	int err;

	if (!file->kind->write)
		return -EINVAL;
	if (len > file->kind->longest)
		return -E2BIG;
	text = kvmalloc(len ?: 1, GFP_KERNEL_ACCOUNT);
	if (!text)
		return -ENOMEM;
	if (copy_from_user(text, from, len))
		err = -EFAULT;
	else
		err = file->kind->write(file, text, len);
	kvfree(text);
	return err;
}

/* One write is one change; where in the file it is written does not matter. */
static ssize_t nfc_file_write(struct file *opened, const char __user *from,
			      size_t len, loff_t *pos)
{
	struct nfc_file *file = pde_data(file_inode(opened));
	int err;

	if (!nfc_file_enter(file))
		return -EIO;
	err = nfc_file_take(file, from, len);
	nfc_file_leave(file);
	return err ?: len;
}

/* Touches no user memory: nobody gets stuck here. */
static __poll_t nfc_file_poll(struct file *opened, poll_table *wait)
{
	struct nfc_file *file = pde_data(file_inode(opened));

	return nfc_proc_poll(opened, wait, &file->changes);
}

/* Before the file goes, /proc has released it for all who have it open. */
static int nfc_file_release(struct inode *inode, struct file *opened)
{
	const struct nfc_file *file = pde_data(inode);

	return file->kind->show ? single_release(inode, opened) :
				  seq_release_private(inode, opened);
}

static const struct proc_ops nfc_file_ops = {
	.proc_open	= nfc_file_open,
	.proc_read	= nfc_file_read,
	.proc_write	= nfc_file_write,
	.proc_lseek	= nfc_file_seek,
	.proc_poll	= nfc_file_poll,
	.proc_release	= nfc_file_release,
};

int nfc_file_create(struct nfc_file *file, const struct nfc_file_kind *kind,
		    const char *name, struct proc_dir_entry *dir,
		    struct net *net, struct work_struct *last)
{
	if (nfc_changes_init(&file->changes))
		return -ENOMEM;
	file->kind = kind;
	file->net = net;
	file->last = last;
	spin_lock_init(&file->gate);
	file->inside = 0;
	file->shut = false;
	file->proc = proc_create_data(name, kind->mode, dir, &nfc_file_ops,
				      file);
	if (file->proc)
		return 0;
	nfc_changes_free(&file->changes);
	return -ENOMEM;
}

void nfc_file_shut(struct nfc_file *file)
{
	spin_lock(&file->gate);
	file->shut = true;
	spin_unlock(&file->gate);
	nfc_changes_end(&file->changes);
}

void nfc_file_reopen(struct nfc_file *file)
{
	spin_lock(&file->gate);
	file->shut = false;
	spin_unlock(&file->gate);
	nfc_changes_resume(&file->changes);
}

bool nfc_file_remove(struct nfc_file *file)
{
	bool empty;

	spin_lock(&file->gate);
	empty = !file->inside;
	spin_unlock(&file->gate);
	if (!empty)
		return false;

	/* Waits for those only who are at the gate, and are turned away. */
	nfc_proc_remove(file->proc, &file->changes, nfc_changes_patience());
	nfc_changes_free(&file->changes);
	file->kind->free(file);
	return true;
}
