// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/ipt_CLUSTERIP/<address>: read what is answered here, write what
 * shall be.
 *
 * A handler needs no reference to its cluster: proc_remove() waits for those
 * that run, and lets none begin after it.
 */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "cluster.h"
#include "command.h"
#include "compat.h"
#include "procfs.h"

static int nfc_proc_show(struct seq_file *m, void *v)
{
	const struct nfc_cluster *cluster = m->private;

	rcu_read_lock();
	nfc_slots_show(m, rcu_dereference(cluster->slots));
	rcu_read_unlock();
	return 0;
}

static int nfc_proc_open(struct inode *inode, struct file *file)
{
	return single_open(file, nfc_proc_show, pde_data(inode));
}

static int nfc_proc_change(struct nfc_cluster *cluster,
			   const struct nfc_command *cmd)
{
	struct nfc_slots *old, *new;
	int err;

	mutex_lock(&cluster->slots_lock);
	old = rcu_dereference_protected(cluster->slots,
					lockdep_is_held(&cluster->slots_lock));
	new = nfc_slots_dup(old);
	err = new ? nfc_command_apply(cmd, new) : -ENOMEM;
	if (!err) {
		rcu_assign_pointer(cluster->slots, new);
		kfree_rcu(old, rcu);
	} else {
		kfree(new);
	}
	mutex_unlock(&cluster->slots_lock);
	return err;
}

/* One write is one command; where in the file it is written does not matter. */
static ssize_t nfc_proc_write(struct file *file, const char __user *from,
			      size_t len, loff_t *pos)
{
	char text[NFC_COMMAND_MAX];
	struct nfc_command cmd;
	int err;

	if (len > sizeof(text))
		return -EIO;
	if (copy_from_user(text, from, len))
		return -EFAULT;
	err = nfc_command_parse(text, len, &cmd);
	if (!err)
		err = nfc_proc_change(pde_data(file_inode(file)), &cmd);
	return err ?: len;
}

static const struct proc_ops nfc_proc_ops = {
	.proc_open	= nfc_proc_open,
	.proc_read	= seq_read,
	.proc_write	= nfc_proc_write,
	.proc_lseek	= seq_lseek,
	.proc_release	= single_release,
};

int nfc_proc_create(struct nfc_net *nn, struct nfc_cluster *cluster)
{
	char name[sizeof("255.255.255.255")];

	if (!nn->proc_dir)	/* the namespace is going */
		return -ENOMEM;
	snprintf(name, sizeof(name), "%pI4", &cluster->spec.addr.ip);
	cluster->proc = proc_create_data(name, 0600, nn->proc_dir,
					 &nfc_proc_ops, cluster);
	return cluster->proc ? 0 : -ENOMEM;
}

void nfc_proc_remove(struct nfc_cluster *cluster)
{
	proc_remove(cluster->proc);
	cluster->proc = NULL;
}

int nfc_proc_net_init(struct net *net)
{
	struct nfc_net *nn = nfc_pernet(net);

	nn->proc_dir = proc_mkdir("ipt_CLUSTERIP", net->proc_net);
	return nn->proc_dir ? 0 : -ENOMEM;
}

/* The table modules may take their rules, and so clusters, away after us. */
void nfc_proc_net_exit(struct net *net)
{
	struct nfc_net *nn = nfc_pernet(net);
	struct nfc_cluster *cluster;
	unsigned int bucket;

	mutex_lock(&nn->rules_lock);
	hash_for_each(nn->clusters, bucket, cluster, node)
		cluster->proc = NULL;
	proc_remove(nn->proc_dir);
	nn->proc_dir = NULL;
	mutex_unlock(&nn->rules_lock);
}
