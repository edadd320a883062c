// SPDX-License-Identifier: GPL-2.0
/*
 * Merging declarations.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/string.h>
#include "declare.h"

static int nfc_declare_full(u32 mark)
{
	pr_info_ratelimited("mark 0x%x would be one more than %u backends: those of rules that are being replaced count until these are gone\n",
			    mark, NFC_POOL_BACKENDS_MAX);
	return -ENOSPC;
}

static void nfc_declare_set_gate(struct nfc_backend_spec *backend,
				 const struct nfc_backend_spec *wanted)
{
	memcpy(backend->gate, wanted->gate, sizeof(backend->gate));
	backend->invert = wanted->invert;
}

static int nfc_declared_by(const struct nfc_statmark_info *info,
			   struct nfc_pool_spec *spec)
{
	unsigned int i;

	for (i = 0; i < info->backend_count; i++) {
		const struct nfc_statmark_backend *from = &info->backends[i];
		struct nfc_backend_spec *backend;

		if (!nfc_mark_fits(from->mark, spec->mask))
			continue;
		backend = nfc_spec_find(spec, from->mark) ?:
			  nfc_spec_add(spec, from->mark);
		if (!backend)
			return nfc_declare_full(from->mark);
		backend->weight = from->weight;
		backend->invert = from->flags & NFC_BACKEND_F_NOT;
		if (from->gate)
			memcpy(backend->gate, info->gates[from->gate - 1],
			       sizeof(backend->gate));
		else
			memset(backend->gate, 0, sizeof(backend->gate));
	}
	return 0;
}

int nfc_declared(const struct list_head *declarations,
		 struct nfc_pool_spec *spec)
{
	const struct nfc_declaration *declaration;
	int err;

	declaration = list_last_entry(declarations, struct nfc_declaration,
				      list);
	spec->mode = declaration->info.mode;
	spec->mask = declaration->info.mask;
	list_for_each_entry(declaration, declarations, list) {
		err = nfc_declared_by(&declaration->info, spec);
		if (err)
			return err;
	}
	return 0;
}

/* The pool's backends that are declared no more, or do not fit its new mask. */
static void nfc_declare_prune(struct nfc_pool_spec *spec,
			      const struct nfc_pool_spec *before,
			      const struct nfc_pool_spec *after)
{
	unsigned int i = 0;

	while (i < spec->count) {
		const u32 mark = spec->backends[i].mark;

		if (!nfc_mark_fits(mark, spec->mask) ||
		    (nfc_spec_find(before, mark) && !nfc_spec_find(after, mark)))
			nfc_spec_del(spec, &spec->backends[i]);
		else
			i++;
	}
}

int nfc_declare_merge(struct nfc_pool_spec *spec,
		      const struct nfc_pool_spec *before,
		      const struct nfc_pool_spec *after)
{
	unsigned int i;

	if (after->mode != before->mode)
		spec->mode = after->mode;
	if (after->mask != before->mask)
		spec->mask = after->mask;
	nfc_declare_prune(spec, before, after);

	for (i = 0; i < after->count; i++) {
		const struct nfc_backend_spec *wanted = &after->backends[i];
		const struct nfc_backend_spec *was;
		struct nfc_backend_spec *backend;

		was = nfc_spec_find(before, wanted->mark);
		backend = nfc_spec_find(spec, wanted->mark);
		if (!was && !backend) {
			backend = nfc_spec_add(spec, wanted->mark);
			if (!backend)
				return nfc_declare_full(wanted->mark);
			backend->weight = wanted->weight;
			nfc_declare_set_gate(backend, wanted);
		} else if (was && backend) {
			if (wanted->weight != was->weight)
				backend->weight = wanted->weight;
			if (!nfc_spec_same_gate(wanted, was))
				nfc_declare_set_gate(backend, wanted);
		}
	}
	return 0;
}
