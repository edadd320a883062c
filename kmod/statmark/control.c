// SPDX-License-Identifier: GPL-2.0
/*
 * All pools in one file: what there is, a line each, and taking pools away.
 */
#include <linux/capability.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "change.h"
#include "command.h"
#include "compat.h"
#include "control.h"
#include "file.h"
#include "lifetime.h"
#include "rule.h"

static unsigned int nfc_pool_live(const struct nfc_pool *pool)
{
	const struct nfc_table *table = nfc_pool_table_locked(pool);
	unsigned int i, live = 0;

	for (i = 0; i < table->count; i++)
		live += nfc_table_entry_live(&table->entries[i]);
	return live;
}

static int nfc_pools_show(struct seq_file *m, void *v)
{
	struct nfc_pool_net *nn = nfc_pool_pernet(m->private);
	struct nfc_pool *pool;
	unsigned int bucket;

	nfc_changes_seen(m, &nn->changes);
	mutex_lock(&nn->lock);
	hash_for_each(nn->pools, bucket, pool, node) {
		seq_escape(m, pool->name, " ");
		seq_printf(m, " %s 0x%x backends %u up %u rules %u\n",
			   nfc_pool_mode_name(pool->spec->mode),
			   pool->spec->mask, pool->spec->count,
			   nfc_pool_live(pool), pool->rules);
	}
	mutex_unlock(&nn->lock);
	return 0;
}

static int nfc_pools_open(struct inode *inode, struct file *file)
{
	struct net *net = pde_data(inode);
	struct nfc_pool_net *nn = nfc_pool_pernet(net);
	int err;

	if (nn->unowned && !ns_capable(net->user_ns, CAP_NET_ADMIN))
		return -EACCES;
	err = single_open(file, nfc_pools_show, net);
	if (!err)
		nfc_changes_seen(file->private_data, &nn->changes);
	return err;
}

static ssize_t nfc_pools_write(struct file *file, const char __user *from,
			       size_t len, loff_t *pos)
{
	char *text;
	int err;

	if (len > NFC_COMMANDS_MAX)
		return -E2BIG;
	text = memdup_user_nul(from, len);
	if (IS_ERR(text))
		return PTR_ERR(text);
	err = nfc_pools_remove(pde_data(file_inode(file)), text, len);
	kfree(text);
	return err ?: len;
}

static __poll_t nfc_pools_poll(struct file *file, poll_table *wait)
{
	const struct net *net = pde_data(file_inode(file));

	return nfc_proc_poll(file, wait, &nfc_pool_pernet(net)->changes);
}

static const struct proc_ops nfc_pools_ops = {
	.proc_open	= nfc_pools_open,
	.proc_read	= seq_read,
	.proc_write	= nfc_pools_write,
	.proc_lseek	= seq_lseek,
	.proc_poll	= nfc_pools_poll,
	.proc_release	= single_release,
};

int nfc_pools_files_init(struct net *net)
{
	struct nfc_pool_net *nn = nfc_pool_pernet(net);

	/*
	 * A namespace that is made along with its user namespace (unshare -Un)
	 * has an owner only when somebody maps its users, later. Its .pools
	 * lets everybody in and then asks for CAP_NET_ADMIN.
	 */
	nn->unowned = !uid_valid(make_kuid(net->user_ns, 0)) ||
		      !gid_valid(make_kgid(net->user_ns, 0));

	nn->proc_dir = proc_mkdir("nf_statmark", net->proc_net);
	if (!nn->proc_dir)
		return -ENOMEM;
	nn->proc_pools = proc_create_data(NFC_POOLS_FILE,
					  nn->unowned ? 0666 : 0644,
					  nn->proc_dir, &nfc_pools_ops, net);
	if (!nn->proc_pools) {
		proc_remove(nn->proc_dir);
		return -ENOMEM;
	}
	nfc_pool_file_own(nn->proc_pools, net);
	return 0;
}

void nfc_pools_files_close(struct net *net)
{
	struct nfc_pool_net *nn = nfc_pool_pernet(net);

	nfc_changes_end(&nn->changes);
	nfc_changes_drain(&nn->changes);
	proc_remove(nn->proc_pools);
	nfc_changes_drain(&nn->changes);
}

void nfc_pools_files_exit(struct net *net)
{
	proc_remove(nfc_pool_pernet(net)->proc_dir);
}
