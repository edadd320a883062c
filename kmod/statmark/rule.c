// SPDX-License-Identifier: GPL-2.0
/*
 * Checking STATMARK rules: whoever may write rules may send any bytes.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include "name.h"
#include "rule.h"
#include "spec.h"

bool nfc_pool_name_valid(const char *name)
{
	return nfc_name_valid(name, NFC_POOL_NAME_LEN) &&
	       strcmp(name, NFC_POOLS_FILE);
}

/* Rules that mean the same have the same bytes. */
static bool nfc_rule_tail_clear(const char *name, size_t size)
{
	const size_t len = strnlen(name, size);

	return !memchr_inv(name + len, 0, size - len);
}

static int nfc_rule_check_pool(const struct nfc_statmark_info *info)
{
	if (!nfc_pool_name_valid(info->pool)) {
		pr_info_ratelimited("no pool can be called \"%*pE\"\n",
				    (int)strnlen(info->pool,
						 sizeof(info->pool)),
				    info->pool);
		return -EINVAL;
	}
	if (!nfc_rule_tail_clear(info->pool, sizeof(info->pool))) {
		pr_info_ratelimited("pool \"%s\": bytes behind the name, expected 0\n",
				    info->pool);
		return -EINVAL;
	}
	return 0;
}

/* A rule that only uses a pool says nothing more. */
static int nfc_rule_check_plain(const struct nfc_statmark_info *info)
{
	const size_t from = offsetofend(struct nfc_statmark_info, flags);

	if (!memchr_inv((const char *)info + from, 0,
			NFC_STATMARK_USERSIZE - from))
		return 0;
	pr_info_ratelimited("pool \"%s\": a rule that declares nothing has mask, mode, backends or gates, expected 0\n",
			    info->pool);
	return -EINVAL;
}

static int nfc_rule_check_head(const struct nfc_statmark_info *info)
{
	if (!info->mask) {
		pr_info_ratelimited("pool \"%s\": mask 0, expected a bit at least\n",
				    info->pool);
		return -EINVAL;
	}
	if (info->mode >= NFC_POOL_MODES) {
		pr_info_ratelimited("pool \"%s\": mode %u, expected 0 to %u\n",
				    info->pool, info->mode, NFC_POOL_MODES - 1);
		return -EINVAL;
	}
	if (!info->backend_count ||
	    info->backend_count > NFC_POOL_BACKENDS_MAX) {
		pr_info_ratelimited("pool \"%s\": %u backends, expected 1 to %u\n",
				    info->pool, info->backend_count,
				    NFC_POOL_BACKENDS_MAX);
		return -EINVAL;
	}
	if (info->gate_count > NFC_POOL_GATES_MAX) {
		pr_info_ratelimited("pool \"%s\": %u gates, expected 0 to %u\n",
				    info->pool, info->gate_count,
				    NFC_POOL_GATES_MAX);
		return -EINVAL;
	}
	if (info->reserved) {
		pr_info_ratelimited("pool \"%s\": reserved 0x%x, expected 0\n",
				    info->pool, info->reserved);
		return -EINVAL;
	}
	return 0;
}

static int nfc_rule_check_backend(const struct nfc_statmark_info *info,
				  unsigned int i)
{
	const struct nfc_statmark_backend *backend = &info->backends[i];
	unsigned int j;

	if (!nfc_mark_fits(backend->mark, info->mask)) {
		pr_info_ratelimited("pool \"%s\": mark 0x%x, expected one that is not 0 and within 0x%x, the mask\n",
				    info->pool, backend->mark, info->mask);
		return -EINVAL;
	}
	for (j = 0; j < i; j++) {
		if (info->backends[j].mark != backend->mark)
			continue;
		pr_info_ratelimited("pool \"%s\": mark 0x%x twice, expected a backend each\n",
				    info->pool, backend->mark);
		return -EINVAL;
	}
	if (backend->weight > NFC_POOL_WEIGHT_MAX) {
		pr_info_ratelimited("pool \"%s\": mark 0x%x: weight %u, expected 0 to %u\n",
				    info->pool, backend->mark, backend->weight,
				    NFC_POOL_WEIGHT_MAX);
		return -EINVAL;
	}
	if (backend->gate > info->gate_count) {
		pr_info_ratelimited("pool \"%s\": mark 0x%x: gate %u, expected 0 to %u\n",
				    info->pool, backend->mark, backend->gate,
				    info->gate_count);
		return -EINVAL;
	}
	if (backend->flags & ~NFC_BACKEND_F_ALL ||
	    (backend->flags & NFC_BACKEND_F_NOT && !backend->gate)) {
		pr_info_ratelimited("pool \"%s\": mark 0x%x: flags 0x%x, expected 0%s\n",
				    info->pool, backend->mark, backend->flags,
				    backend->gate ? " or 1" : "");
		return -EINVAL;
	}
	return 0;
}

static bool nfc_rule_uses_gate(const struct nfc_statmark_info *info,
			       unsigned int i)
{
	unsigned int j;

	for (j = 0; j < info->backend_count; j++)
		if (info->backends[j].gate == i + 1)
			return true;
	return false;
}

static int nfc_rule_check_gate(const struct nfc_statmark_info *info,
			       unsigned int i)
{
	const char *gate = info->gates[i];
	const int len = strnlen(gate, sizeof(info->gates[i]));
	unsigned int j;

	if (!nfc_gate_name_valid(gate)) {
		pr_info_ratelimited("pool \"%s\": gate \"%*pE\", expected the name of a condition, without a comma or a leading !\n",
				    info->pool, len, gate);
		return -EINVAL;
	}
	if (!nfc_rule_tail_clear(gate, sizeof(info->gates[i]))) {
		pr_info_ratelimited("pool \"%s\": gate \"%s\": bytes behind the name, expected 0\n",
				    info->pool, gate);
		return -EINVAL;
	}
	for (j = 0; j < i; j++) {
		if (strcmp(info->gates[j], gate))
			continue;
		pr_info_ratelimited("pool \"%s\": gate \"%s\" twice, expected once\n",
				    info->pool, gate);
		return -EINVAL;
	}
	if (!nfc_rule_uses_gate(info, i)) {
		pr_info_ratelimited("pool \"%s\": gate \"%s\", expected a backend that has it\n",
				    info->pool, gate);
		return -EINVAL;
	}
	return 0;
}

static int nfc_rule_check_unused(const struct nfc_statmark_info *info)
{
	const void *backends = &info->backends[info->backend_count];
	const void *gates = &info->gates[info->gate_count];
	const void *end = &info->backends[NFC_POOL_BACKENDS_MAX];

	if (!memchr_inv(backends, 0, end - backends) &&
	    !memchr_inv(gates, 0, info->gates[NFC_POOL_GATES_MAX] -
				  (const char *)gates))
		return 0;
	pr_info_ratelimited("pool \"%s\": bytes behind the last backend or gate, expected 0\n",
			    info->pool);
	return -EINVAL;
}

int nfc_rule_check(const struct nfc_statmark_info *info)
{
	unsigned int i;
	int err;

	err = nfc_rule_check_pool(info);
	if (err)
		return err;
	if (info->flags & ~NFC_STATMARK_F_ALL) {
		pr_info_ratelimited("pool \"%s\": unknown flags 0x%x\n",
				    info->pool, info->flags);
		return -EINVAL;
	}
	if (!(info->flags & NFC_STATMARK_F_DECLARE))
		return nfc_rule_check_plain(info);

	err = nfc_rule_check_head(info);
	for (i = 0; !err && i < info->backend_count; i++)
		err = nfc_rule_check_backend(info, i);
	for (i = 0; !err && i < info->gate_count; i++)
		err = nfc_rule_check_gate(info, i);
	return err ?: nfc_rule_check_unused(info);
}
