// SPDX-License-Identifier: GPL-2.0
/*
 * The file of a pool: what it is, what it has done, and changing it.
 *
 * A handler needs no reference to its pool: proc_remove() waits for those that
 * run, and lets none begin after it.
 */
#include <linux/proc_fs.h>
#include <linux/string.h>
#include "change.h"
#include "command.h"
#include "file.h"
#include "gate.h"
#include "proc_file.h"

static const char *nfc_backend_state(const struct nfc_backend_spec *spec,
				     const struct nfc_backend *backend)
{
	if (spec->drain)
		return "drain";
	if (!backend->open)
		return "down";
	return spec->weight ? "up" : "idle";
}

static void nfc_backend_show(struct seq_file *m,
			     const struct nfc_backend_spec *spec,
			     const struct nfc_backend *backend)
{
	struct nfc_backend_counts sum = {};
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		const struct nfc_backend_counts *counts =
			per_cpu_ptr(backend->counts, cpu);

		sum.flows += READ_ONCE(counts->flows);
		sum.packets += READ_ONCE(counts->packets);
	}
	seq_printf(m, "0x%-8x %-6u %-5s ", spec->mark, spec->weight,
		   nfc_backend_state(spec, backend));
	seq_setwidth(m, 16);
	if (!*spec->gate)
		seq_putc(m, '-');
	else if (spec->invert)
		seq_putc(m, '!');
	/* One column, and one that is not the sign for none. */
	if (!strcmp(spec->gate, "-") && !spec->invert)
		seq_puts(m, "\\055");
	else
		seq_escape(m, spec->gate, " ");
	seq_pad(m, ' ');
	seq_printf(m, "%-10llu %llu\n", sum.flows, sum.packets);
}

static int nfc_pool_show(struct seq_file *m, void *v)
{
	struct nfc_pool *pool = m->private;
	const struct nfc_table *table;
	unsigned int i;

	nfc_changes_seen(m, &pool->changes);
	mutex_lock(&pool->nn->lock);
	table = nfc_pool_table_locked(pool);
	seq_puts(m, "pool ");
	seq_escape(m, pool->name, " ");
	seq_printf(m, " mode %s mask 0x%x rules %u\n",
		   nfc_pool_mode_name(pool->spec->mode), pool->spec->mask,
		   pool->rules);
	seq_printf(m, "%-10s %-6s %-5s %-16s %-10s %s\n", "mark", "weight",
		   "state", "gate", "flows", "packets");
	for (i = 0; i < pool->spec->count; i++)
		nfc_backend_show(m, &pool->spec->backends[i],
				 table->entries[i].backend);
	mutex_unlock(&pool->nn->lock);
	return 0;
}

static int nfc_pool_open(struct inode *inode, struct file *file)
{
	struct nfc_pool *pool = pde_data(inode);

	return nfc_proc_open(file, nfc_pool_show, pool, &pool->changes);
}

static ssize_t nfc_pool_read(struct file *file, char __user *to, size_t len,
			     loff_t *pos)
{
	const struct nfc_pool *pool = pde_data(file_inode(file));

	return nfc_proc_read(pool->net, file, to, len, pos);
}

static int nfc_pool_carry_out(struct nfc_pool *pool, char *text, size_t len)
{
	struct nfc_pool_spec *draft, *unused = NULL;
	int err;

	mutex_lock(&pool->nn->lock);
	draft = nfc_spec_dup(pool->spec, NFC_POOL_BACKENDS_MAX);
	err = draft ? nfc_commands_run(text, len, draft) : -ENOMEM;
	if (!err)
		err = nfc_pool_change(pool, draft, &unused);
	mutex_unlock(&pool->nn->lock);
	nfc_spec_free(draft);
	nfc_pool_change_done(unused);
	return err;
}

static int nfc_pool_run(void *pool, char *text, size_t len)
{
	bool held = strstr(text, "gate") && nfc_gates_hold();
	int err = nfc_pool_carry_out(pool, text, len);

	if (held)
		nfc_gates_drop();
	return err;
}

static ssize_t nfc_pool_write(struct file *file, const char __user *from,
			      size_t len, loff_t *pos)
{
	struct nfc_pool *pool = pde_data(file_inode(file));

	return nfc_proc_write(pool->net, from, len, NFC_COMMANDS_MAX,
			      nfc_pool_run, pool);
}

static __poll_t nfc_pool_poll(struct file *file, poll_table *wait)
{
	struct nfc_pool *pool = pde_data(file_inode(file));

	return nfc_proc_poll(file, wait, &pool->changes);
}

static const struct proc_ops nfc_pool_ops = {
	.proc_open	= nfc_pool_open,
	.proc_read	= nfc_pool_read,
	.proc_write	= nfc_pool_write,
	.proc_lseek	= seq_lseek,
	.proc_poll	= nfc_pool_poll,
	.proc_release	= single_release,
};

void nfc_pool_file_own(struct proc_dir_entry *file, const struct net *net)
{
	nfc_proc_own(file, net, 0, 0);
}

int nfc_pool_file_create(struct nfc_pool *pool)
{
	pool->proc = proc_create_data(pool->name, 0644, pool->nn->folder.dir,
				      &nfc_pool_ops, pool);
	if (!pool->proc)
		return -ENOMEM;
	nfc_pool_file_own(pool->proc, pool->net);
	return 0;
}

void nfc_pool_file_remove(struct nfc_pool *pool, unsigned long until)
{
	nfc_proc_remove(pool->proc, &pool->changes, until);
}
