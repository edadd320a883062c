// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/nf_clusterip: everything about all clusters, a line each.
 *
 * There may be thousands, with lines of 20 KB. So a reader gets them piece by
 * piece, and between two pieces, in which he holds nothing, clusters come and
 * go. Those that are there all the time are seen once: he remembers the address
 * he had last, and goes on with the one that follows it in a fixed order.
 */
#include <linux/seq_file.h>
#include <linux/slab.h>
#include "cluster.h"
#include "file.h"
#include "summary.h"

/**
 * struct nfc_summary_walk - how far a reader has come
 * @walk: a reader
 * @begun: he has seen @last and what comes before it
 * @last: an address
 */
struct nfc_summary_walk {
	struct nfc_walk walk;
	bool begun;
	struct nfc_place last;
};

static void *nfc_summary_find(const struct nfc_summary_walk *own)
{
	return nfc_cluster_next(nfc_pernet(own->walk.file->net),
				own->begun ? &own->last : NULL);
}

/* A piece is one line, or as many as fit into the page that was there. */
static void *nfc_summary_start(struct seq_file *m, loff_t *pos)
	__acquires(RCU)
{
	struct nfc_summary_walk *own = m->private;

	if (!*pos) {
		own->begun = false;
		nfc_changes_seen(m, &own->walk.file->changes);
	}
	rcu_read_lock();
	return nfc_summary_find(own);
}

static void *nfc_summary_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct nfc_summary_walk *own = m->private;
	const struct nfc_cluster *cluster = v;

	own->begun = true;
	own->last.family = cluster->spec.family;
	own->last.addr = cluster->spec.addr;
	++*pos;
	return nfc_summary_find(own);
}

static void nfc_summary_stop(struct seq_file *m, void *v)
	__releases(RCU)
{
	rcu_read_unlock();
}

static int nfc_summary_show(struct seq_file *m, void *v)
{
	static const char * const modes[NFC_HASH_MODES] = NFC_HASH_MODE_NAMES;
	static const struct {
		const char *word;
		enum nfc_slot_state state;
	} states[] = {
		{ "on", NFC_SLOT_ON },
		{ "drain", NFC_SLOT_DRAIN },
		{ "fill", NFC_SLOT_FILL },
		{ "off", NFC_SLOT_OFF },
	};
	const struct nfc_cluster *cluster = v;
	const struct nfc_counters counters = nfc_cluster_count(cluster);
	const struct nfc_cluster_spec *spec = &cluster->spec;
	const struct nfc_slots *slots = rcu_dereference(cluster->slots);
	char name[NFC_ADDRESS_LEN];
	int i;

	seq_printf(m, "%s interface %s clustermac %pM hashmode %s hash-init %u total %u",
		   nfc_cluster_name(spec, name), spec->ifname, spec->mac,
		   modes[spec->hash.mode], spec->hash.seed, spec->total);
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		seq_printf(m, " %s ", states[i].word);
		nfc_slots_show_state(m, slots, states[i].state);
	}
	seq_printf(m, " accepted %llu foreign %llu kept %llu silenced %llu\n",
		   counters.packets[NFC_ACCEPTED],
		   counters.packets[NFC_FOREIGN], counters.packets[NFC_KEPT],
		   counters.packets[NFC_SILENCED]);
	return 0;
}

static const struct seq_operations nfc_summary_ops = {
	.start	= nfc_summary_start,
	.next	= nfc_summary_next,
	.stop	= nfc_summary_stop,
	.show	= nfc_summary_show,
};

static void nfc_summary_free(struct nfc_file *file)
{
	kfree(file);
}

static const struct nfc_file_kind nfc_summary_kind = {
	.mode		= 0444,
	.walk		= &nfc_summary_ops,
	.walk_size	= sizeof(struct nfc_summary_walk),
	.free		= nfc_summary_free,
};

int nfc_summary_create(struct net *net, struct nfc_net *nn)
{
	nn->summary = kzalloc(sizeof(*nn->summary), GFP_KERNEL);
	if (!nn->summary)
		return -ENOMEM;
	if (!nfc_file_create(nn->summary, &nfc_summary_kind, "nf_clusterip",
			     net->proc_net, net, &nn->bury))
		return 0;
	kfree(nn->summary);
	return -ENOMEM;
}

void nfc_summary_remove(struct nfc_net *nn)
{
	nfc_file_shut(nn->summary);
	nfc_file_remove(nn->summary);
}
