/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Declarations: what rules say a pool is. A pool outlives its rules and changes
 * at run time, so a rule that comes or goes changes only what it says
 * differently from the rules before.
 */
#ifndef _NFC_STATMARK_DECLARE_H
#define _NFC_STATMARK_DECLARE_H

#include <linux/list.h>
#include "spec.h"

/**
 * struct nfc_declaration - what one rule says, or several that say the same
 * @list: of the pool's, the newest last
 * @rules: how many say it
 * @info: their bytes up to NFC_STATMARK_USERSIZE, checked
 */
struct nfc_declaration {
	struct list_head list;
	unsigned int rules;
	struct nfc_statmark_info info;
};

/**
 * nfc_declared - what declarations say together
 * @declarations: a list with one at least
 * @spec: the result; empty, with room for NFC_POOL_BACKENDS_MAX
 *
 * The newest has the say in mode and mask, and about each backend the newest
 * that names it. A backend whose mark does not fit that mask is not declared:
 * while rules with another mask replace the old ones, the old ones' backends
 * cannot serve.
 *
 * Return: 0; -ENOSPC: they name too many backends (the log says so).
 */
int nfc_declared(const struct list_head *declarations,
		 struct nfc_pool_spec *spec);

/**
 * nfc_declare_merge - have a pool follow its declarations
 * @spec: the pool; may be left half changed when there is an error
 * @before: what was declared
 * @after: what is
 *
 * Where both say the same, the pool stays as it is: what was changed at run
 * time survives a reload of the rules.
 *
 * Return: 0; -ENOSPC: no room in @spec (the log says so).
 */
int nfc_declare_merge(struct nfc_pool_spec *spec,
		      const struct nfc_pool_spec *before,
		      const struct nfc_pool_spec *after);

#endif /* _NFC_STATMARK_DECLARE_H */
