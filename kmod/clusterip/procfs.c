// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/ipt_CLUSTERIP/<address>, of IPv6 /proc/net/ip6t_CLUSTERIP/<address>:
 * read what is answered here, write what shall be.
 */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include "cluster.h"
#include "command.h"
#include "file.h"
#include "procfs.h"
#include "summary.h"

/**
 * struct nfc_cluster_file - the file of an address
 * @file: the file
 * @family: of @addr
 * @addr: the address; a cluster that gets it again while a visitor of the one
 *	before keeps the file, gets the file
 * @lock: one writer at a time; never held while user memory is touched
 * @cluster: what it shows; NULL while the file is shut; changed under @lock
 * @shut: in nfc_net.shut_files
 */
struct nfc_cluster_file {
	struct nfc_file file;
	u8 family;
	union nf_inet_addr addr;
	struct mutex lock;	/* cluster and its slots */
	struct nfc_cluster __rcu *cluster;
	struct list_head shut;
};

static struct nfc_cluster_file *nfc_cluster_file(struct nfc_file *file)
{
	return container_of(file, struct nfc_cluster_file, file);
}

static int nfc_proc_show(struct seq_file *m, void *v)
{
	struct nfc_cluster_file *own = nfc_cluster_file(m->private);
	const struct nfc_cluster *cluster;

	nfc_changes_seen(m, &own->file.changes);
	rcu_read_lock();
	cluster = rcu_dereference(own->cluster);
	if (cluster)
		nfc_slots_show(m, rcu_dereference(cluster->slots));
	rcu_read_unlock();
	return cluster ? 0 : -EIO;
}

static int nfc_proc_change(struct nfc_cluster_file *own,
			   struct nfc_cluster *cluster,
			   const char *text, size_t len)
{
	struct nfc_slots *old, *new;
	int err;

	old = rcu_dereference_protected(cluster->slots,
					lockdep_is_held(&own->lock));
	new = nfc_slots_dup(old);
	err = new ? nfc_commands_run(text, len, new) : -ENOMEM;
	if (err) {
		kfree(new);
		return err;
	}
	rcu_assign_pointer(cluster->slots, new);
	kfree_rcu(old, rcu);
	nfc_changed(&own->file.changes);
	nfc_changed(&nfc_pernet(own->file.net)->summary->changes);
	return 0;
}

static int nfc_proc_write(struct nfc_file *file, const char *text, size_t len)
{
	struct nfc_cluster_file *own = nfc_cluster_file(file);
	struct nfc_cluster *cluster;
	int err = -EIO;

	mutex_lock(&own->lock);
	cluster = rcu_dereference_protected(own->cluster,
					    lockdep_is_held(&own->lock));
	if (cluster)
		err = nfc_proc_change(own, cluster, text, len);
	mutex_unlock(&own->lock);
	return err;
}

static void nfc_proc_free(struct nfc_file *file)
{
	struct nfc_cluster_file *own = nfc_cluster_file(file);

	mutex_destroy(&own->lock);
	kfree(own);
}

static const struct nfc_file_kind nfc_proc_kind = {
	.mode		= 0600,
	.longest	= NFC_COMMANDS_MAX,
	.show		= nfc_proc_show,
	.write		= nfc_proc_write,
	.free		= nfc_proc_free,
};

static void nfc_proc_point(struct nfc_cluster_file *own,
			   struct nfc_cluster *cluster)
{
	mutex_lock(&own->lock);
	rcu_assign_pointer(own->cluster, cluster);
	mutex_unlock(&own->lock);
}

static struct nfc_cluster_file *nfc_proc_find_shut(struct nfc_net *nn,
						   const struct nfc_cluster *cluster)
{
	struct nfc_cluster_file *own;

	list_for_each_entry(own, &nn->shut_files, shut)
		if (own->family == cluster->spec.family &&
		    nf_inet_addr_cmp(&own->addr, &cluster->spec.addr))
			return own;
	return NULL;
}

static struct nfc_cluster_file *nfc_proc_make(struct net *net,
					      struct nfc_net *nn,
					      struct nfc_cluster *cluster)
{
	const bool ipv4 = cluster->spec.family == NFPROTO_IPV4;
	struct nfc_cluster_file *own;
	char name[NFC_ADDRESS_LEN];

	own = kzalloc(sizeof(*own), GFP_KERNEL_ACCOUNT);
	if (!own)
		return NULL;
	own->family = cluster->spec.family;
	own->addr = cluster->spec.addr;
	mutex_init(&own->lock);
	RCU_INIT_POINTER(own->cluster, cluster);
	if (!nfc_file_create(&own->file, &nfc_proc_kind,
			     nfc_cluster_name(&cluster->spec, name),
			     ipv4 ? nn->proc_dir : nn->proc_dir6, net,
			     &nn->bury))
		return own;
	kfree(own);
	return NULL;
}

int nfc_proc_create(struct net *net, struct nfc_net *nn,
		    struct nfc_cluster *cluster)
{
	struct nfc_cluster_file *own;

	if (!nn->proc_dir)	/* the namespace is going */
		return -ENOMEM;
	own = nfc_proc_find_shut(nn, cluster);
	if (own) {
		list_del(&own->shut);
		nfc_proc_point(own, cluster);
		nfc_file_reopen(&own->file);
	} else {
		own = nfc_proc_make(net, nn, cluster);
		if (!own)
			return -ENOMEM;
	}
	cluster->file = own;
	nfc_changed(&nn->summary->changes);
	return 0;
}

void nfc_proc_remove(struct nfc_net *nn, struct nfc_cluster *cluster)
{
	struct nfc_cluster_file *own = cluster->file;

	if (!own)	/* gone with the namespace's folder */
		return;
	cluster->file = NULL;
	nfc_file_shut(&own->file);
	nfc_proc_point(own, NULL);
	if (!nfc_file_remove(&own->file))
		list_add(&own->shut, &nn->shut_files);
	nfc_changed(&nn->summary->changes);
}

/* The last visitor of a file that is shut has left. */
static void nfc_proc_bury(struct work_struct *work)
{
	struct nfc_net *nn = container_of(work, struct nfc_net, bury);
	struct nfc_cluster_file *own, *next;

	mutex_lock(&nn->rules_lock);
	list_for_each_entry_safe(own, next, &nn->shut_files, shut) {
		list_del(&own->shut);
		if (!nfc_file_remove(&own->file))
			list_add(&own->shut, &nn->shut_files);
	}
	mutex_unlock(&nn->rules_lock);
}

int nfc_proc_net_init(struct net *net)
{
	struct nfc_net *nn = nfc_pernet(net);

	INIT_LIST_HEAD(&nn->shut_files);
	INIT_WORK(&nn->bury, nfc_proc_bury);
	nn->proc_dir = proc_mkdir("ipt_CLUSTERIP", net->proc_net);
	if (!nn->proc_dir)
		return -ENOMEM;
	nn->proc_dir6 = proc_mkdir("ip6t_CLUSTERIP", net->proc_net);
	if (!nn->proc_dir6)
		goto err_dir;
	if (!nfc_summary_create(net, nn))
		return 0;
	proc_remove(nn->proc_dir6);
err_dir:
	proc_remove(nn->proc_dir);
	return -ENOMEM;
}

/*
 * The table modules may take their rules, and so clusters, away after us. There
 * is no visitor: he would hold the namespace, and the module.
 */
void nfc_proc_net_exit(struct net *net)
{
	struct nfc_net *nn = nfc_pernet(net);
	struct nfc_cluster *cluster;
	unsigned int bucket;

	/* What is left of those that were shut. */
	flush_work(&nn->bury);

	mutex_lock(&nn->rules_lock);
	hash_for_each(nn->clusters, bucket, cluster, node)
		nfc_proc_remove(nn, cluster);
	WARN_ON_ONCE(!list_empty(&nn->shut_files));
	proc_remove(nn->proc_dir);
	proc_remove(nn->proc_dir6);
	nn->proc_dir = NULL;
	mutex_unlock(&nn->rules_lock);

	nfc_summary_remove(nn);
}
