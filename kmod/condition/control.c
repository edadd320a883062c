// SPDX-License-Identifier: GPL-2.0
/*
 * Many switches in one write, and all of them in one read that can be written
 * back.
 */
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/string_helpers.h>
#include "condition.h"
#include "control.h"
#include "file.h"
#include "lifetime.h"
#include "proc_file.h"
#include "words.h"

static int nfc_condition_set_show(struct seq_file *m, void *v)
{
	struct nfc_condition_net *nn = nfc_condition_pernet(m->private);
	struct nfc_condition *condition;
	unsigned int bucket;

	nfc_changes_seen(m, &nn->folder.changes);
	mutex_lock(&nn->lock);
	hash_for_each(nn->conditions, bucket, condition, node) {
		seq_escape(m, condition->name, " ");
		seq_printf(m, "=%d\n", nfc_condition_value(condition));
	}
	mutex_unlock(&nn->lock);
	return 0;
}

static int nfc_condition_set_open(struct inode *inode, struct file *file)
{
	struct net *net = pde_data(inode);

	return nfc_folder_open(&nfc_condition_pernet(net)->folder, file,
			       nfc_condition_set_show, net);
}

static ssize_t nfc_condition_set_read(struct file *file, char __user *to,
				      size_t len, loff_t *pos)
{
	return nfc_proc_read(pde_data(file_inode(file)), file, to, len, pos);
}

static int nfc_condition_set_run(void *net, char *text, size_t len)
{
	const size_t room = nfc_condition_words_room(len);
	struct nfc_condition_word *words;
	int ret;

	words = kvmalloc_array(room, sizeof(*words), GFP_KERNEL_ACCOUNT);
	ret = words ? nfc_condition_words(text, len, words, room) : -ENOMEM;
	if (ret > 0)
		ret = nfc_condition_apply(net, words, ret);
	kvfree(words);
	return ret;
}

static ssize_t nfc_condition_set_write(struct file *file,
				       const char __user *from, size_t len,
				       loff_t *pos)
{
	struct net *net = pde_data(file_inode(file));

	return nfc_proc_write(net, from, len, NFC_CONDITION_SET_MAX,
			      nfc_condition_set_run, net);
}

static __poll_t nfc_condition_set_poll(struct file *file, poll_table *wait)
{
	const struct net *net = pde_data(file_inode(file));

	return nfc_proc_poll(file, wait,
			     &nfc_condition_pernet(net)->folder.changes);
}

static const struct proc_ops nfc_condition_set_ops = {
	.proc_open	= nfc_condition_set_open,
	.proc_read	= nfc_condition_set_read,
	.proc_write	= nfc_condition_set_write,
	.proc_lseek	= seq_lseek,
	.proc_poll	= nfc_condition_set_poll,
	.proc_release	= single_release,
};

int nfc_condition_control_init(struct net *net)
{
	return nfc_folder_init(&nfc_condition_pernet(net)->folder, net,
			       "nf_condition", ".set",
			       nfc_condition_file_mode(),
			       &nfc_condition_set_ops, nfc_condition_file_own);
}
