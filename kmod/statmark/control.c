// SPDX-License-Identifier: GPL-2.0
/*
 * All pools in one file: what there is, a line each, and taking pools away.
 */
#include <linux/proc_fs.h>
#include "command.h"
#include "control.h"
#include "file.h"
#include "lifetime.h"
#include "proc_file.h"
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

	nfc_changes_seen(m, &nn->folder.changes);
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

	return nfc_folder_open(&nfc_pool_pernet(net)->folder, file,
			       nfc_pools_show, net);
}

static ssize_t nfc_pools_read(struct file *file, char __user *to, size_t len,
			      loff_t *pos)
{
	return nfc_proc_read(pde_data(file_inode(file)), file, to, len, pos);
}

static int nfc_pools_run(void *net, char *text, size_t len)
{
	return nfc_pools_remove(net, text, len);
}

static ssize_t nfc_pools_write(struct file *file, const char __user *from,
			       size_t len, loff_t *pos)
{
	struct net *net = pde_data(file_inode(file));

	return nfc_proc_write(net, from, len, NFC_COMMANDS_MAX, nfc_pools_run,
			      net);
}

static __poll_t nfc_pools_poll(struct file *file, poll_table *wait)
{
	const struct net *net = pde_data(file_inode(file));

	return nfc_proc_poll(file, wait, &nfc_pool_pernet(net)->folder.changes);
}

static const struct proc_ops nfc_pools_ops = {
	.proc_open	= nfc_pools_open,
	.proc_read	= nfc_pools_read,
	.proc_write	= nfc_pools_write,
	.proc_lseek	= seq_lseek,
	.proc_poll	= nfc_pools_poll,
	.proc_release	= single_release,
};

int nfc_pools_files_init(struct net *net)
{
	return nfc_folder_init(&nfc_pool_pernet(net)->folder, net,
			       "nf_statmark", NFC_POOLS_FILE, 0644,
			       &nfc_pools_ops, nfc_pool_file_own);
}
