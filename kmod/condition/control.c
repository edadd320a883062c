// SPDX-License-Identifier: GPL-2.0
/*
 * Many switches in one write, and all of them in one read that can be written
 * back.
 */
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/string_helpers.h>
#include <linux/uaccess.h>
#include "compat.h"
#include "condition.h"
#include "control.h"
#include "file.h"
#include "lifetime.h"
#include "words.h"

static int nfc_condition_set_show(struct seq_file *m, void *v)
{
	struct nfc_condition_net *nn = nfc_condition_pernet(m->private);
	struct nfc_condition *condition;
	unsigned int bucket;

	nfc_changes_seen(m, &nn->changes);
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
	struct nfc_condition_net *nn = nfc_condition_pernet(net);
	int err;

	if (nn->unowned && !ns_capable(net->user_ns, CAP_NET_ADMIN))
		return -EACCES;
	err = single_open(file, nfc_condition_set_show, net);
	if (!err)
		nfc_changes_seen(file->private_data, &nn->changes);
	return err;
}

static ssize_t nfc_condition_set_write(struct file *file,
				       const char __user *from, size_t len,
				       loff_t *pos)
{
	const size_t room = nfc_condition_words_room(len);
	struct nfc_condition_word *words;
	char *text;
	int ret;

	if (len > NFC_CONDITION_SET_MAX)
		return -E2BIG;
	text = memdup_user_nul(from, len);
	if (IS_ERR(text))
		return PTR_ERR(text);
	words = kvmalloc_array(room, sizeof(*words), GFP_KERNEL_ACCOUNT);
	ret = words ? nfc_condition_words(text, len, words, room) : -ENOMEM;
	if (ret > 0)
		ret = nfc_condition_apply(pde_data(file_inode(file)), words,
					  ret);
	kvfree(words);
	kfree(text);
	return ret ?: len;
}

static __poll_t nfc_condition_set_poll(struct file *file, poll_table *wait)
{
	const struct net *net = pde_data(file_inode(file));

	return nfc_proc_poll(file, wait, &nfc_condition_pernet(net)->changes);
}

static const struct proc_ops nfc_condition_set_ops = {
	.proc_open	= nfc_condition_set_open,
	.proc_read	= seq_read,
	.proc_write	= nfc_condition_set_write,
	.proc_lseek	= seq_lseek,
	.proc_poll	= nfc_condition_set_poll,
	.proc_release	= single_release,
};

int nfc_condition_control_init(struct net *net)
{
	struct nfc_condition_net *nn = nfc_condition_pernet(net);

	/*
	 * A namespace that is made along with its user namespace (unshare -Un)
	 * has an owner only when somebody maps its users, later. Its .set lets
	 * everybody in and then asks for CAP_NET_ADMIN.
	 */
	nn->unowned = !uid_valid(make_kuid(net->user_ns, 0)) ||
		      !gid_valid(make_kgid(net->user_ns, 0));

	nn->proc_dir = proc_mkdir("nf_condition", net->proc_net);
	if (!nn->proc_dir)
		return -ENOMEM;
	nn->proc_set = proc_create_data(".set", nn->unowned ? 0666 :
					nfc_condition_file_mode(),
					nn->proc_dir, &nfc_condition_set_ops,
					net);
	if (!nn->proc_set) {
		proc_remove(nn->proc_dir);
		return -ENOMEM;
	}
	nfc_condition_file_own(nn->proc_set, net);
	return 0;
}

void nfc_condition_control_close(struct net *net)
{
	struct nfc_condition_net *nn = nfc_condition_pernet(net);

	nfc_changes_end(&nn->changes);
	nfc_changes_drain(&nn->changes);
	proc_remove(nn->proc_set);
	nfc_changes_drain(&nn->changes);
}

void nfc_condition_control_exit(struct net *net)
{
	proc_remove(nfc_condition_pernet(net)->proc_dir);
}
