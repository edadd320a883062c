// SPDX-License-Identifier: GPL-2.0
/*
 * The file of a condition.
 */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/uaccess.h>
#include "condition.h"
#include "file.h"
#include "proc_file.h"
#include "watch.h"

static unsigned int condition_list_perms __read_mostly = 0644;
module_param(condition_list_perms, uint, 0600);
MODULE_PARM_DESC(condition_list_perms, "mode of the files in /proc/net/nf_condition (default 0644)");
static unsigned int condition_uid_perms __read_mostly;
module_param(condition_uid_perms, uint, 0600);
MODULE_PARM_DESC(condition_uid_perms, "owner of these files, counted in the namespace's own users (default 0)");
static unsigned int condition_gid_perms __read_mostly;
module_param(condition_gid_perms, uint, 0600);
MODULE_PARM_DESC(condition_gid_perms, "group of these files, counted in the namespace's own groups (default 0)");

unsigned int nfc_condition_file_mode(void)
{
	return READ_ONCE(condition_list_perms) & 0666;
}

void nfc_condition_file_own(struct proc_dir_entry *file, const struct net *net)
{
	nfc_proc_own(file, net, READ_ONCE(condition_uid_perms),
		     READ_ONCE(condition_gid_perms));
}

/* "0" or "1", and a newline */
#define NFC_CONDITION_TEXT_MAX	2

static int nfc_condition_show(struct seq_file *m, void *v)
{
	const struct nfc_condition *condition = m->private;

	nfc_changes_seen(m, &condition->changes);
	seq_printf(m, "%d\n", nfc_condition_value(condition));
	return 0;
}

static int nfc_condition_open(struct inode *inode, struct file *file)
{
	struct nfc_condition *condition = pde_data(inode);

	return nfc_proc_open(file, nfc_condition_show, condition,
			     &condition->changes);
}

static ssize_t nfc_condition_read(struct file *file, char __user *to,
				  size_t len, loff_t *pos)
{
	const struct nfc_condition *condition = pde_data(file_inode(file));

	return nfc_proc_read(condition->net, file, to, len, pos);
}

/* No allocation: a switch can be flipped whatever memory there is. */
static int nfc_condition_assign(struct nfc_condition *condition,
				const char __user *from, size_t len)
{
	char text[NFC_CONDITION_TEXT_MAX];

	if (copy_from_user(text, from, len))
		return -EFAULT;
	if ((text[0] != '0' && text[0] != '1') || (len == 2 && text[1] != '\n'))
		return -EINVAL;
	if (nfc_condition_set(condition, text[0] == '1'))
		nfc_changed(&condition->nn->folder.changes);
	nfc_condition_tell(condition->net);
	return 0;
}

static ssize_t nfc_condition_write(struct file *file, const char __user *from,
				   size_t len, loff_t *pos)
{
	struct nfc_condition *condition = pde_data(file_inode(file));
	struct net *net = condition->net;
	int err;

	if (len < 1 || len > NFC_CONDITION_TEXT_MAX)
		return -EINVAL;
	if (!nfc_proc_enter(net))
		return -EIO;
	err = nfc_condition_assign(condition, from, len);
	nfc_proc_leave(net);
	return err ?: len;
}

static __poll_t nfc_condition_poll(struct file *file, poll_table *wait)
{
	struct nfc_condition *condition = pde_data(file_inode(file));

	return nfc_proc_poll(file, wait, &condition->changes);
}

static const struct proc_ops nfc_condition_ops = {
	.proc_open	= nfc_condition_open,
	.proc_read	= nfc_condition_read,
	.proc_write	= nfc_condition_write,
	.proc_lseek	= seq_lseek,
	.proc_poll	= nfc_condition_poll,
	.proc_release	= single_release,
};

int nfc_condition_file_create(struct nfc_condition *condition)
{
	condition->proc = proc_create_data(condition->name,
					   nfc_condition_file_mode(),
					   condition->nn->folder.dir,
					   &nfc_condition_ops, condition);
	if (!condition->proc)
		return -ENOMEM;
	nfc_condition_file_own(condition->proc, condition->net);
	return 0;
}

void nfc_condition_file_remove(struct nfc_condition *condition, unsigned long until)
{
	nfc_proc_remove(condition->proc, &condition->changes, until);
}
