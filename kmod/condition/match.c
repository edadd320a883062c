// SPDX-License-Identifier: GPL-2.0
/*
 * The match: does a switch stand at 1?
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/netfilter/x_tables.h>
#include "lifetime.h"
#include "match.h"

static bool nfc_condition_mt(const struct sk_buff *skb,
			     struct xt_action_param *par)
{
	const struct nfc_condition_info *info = par->matchinfo;

	return nfc_condition_value(info->condition) ^ info->invert;
}

static int nfc_condition_mt_check(const struct xt_mtchk_param *par)
{
	struct nfc_condition_info *info = par->matchinfo;
	struct nfc_condition *condition;

	if (info->invert > 1) {
		pr_info_ratelimited("invert %u, expected 0 or 1\n",
				    info->invert);
		return -EINVAL;
	}
	condition = nfc_condition_get(par->net, info->name);
	if (IS_ERR(condition))
		return PTR_ERR(condition);
	info->condition = condition;
	return 0;
}

static void nfc_condition_mt_destroy(const struct xt_mtdtor_param *par)
{
	const struct nfc_condition_info *info = par->matchinfo;

	nfc_condition_put(info->condition);
}

#define NFC_CONDITION_MT(of_family)					\
	{								\
		.name		= NFC_CONDITION_MATCH,			\
		.revision	= NFC_CONDITION_REVISION,		\
		.family		= (of_family),				\
		.match		= nfc_condition_mt,			\
		.checkentry	= nfc_condition_mt_check,		\
		.destroy	= nfc_condition_mt_destroy,		\
		.matchsize	= sizeof(struct nfc_condition_info),	\
		.usersize	= NFC_CONDITION_USERSIZE,		\
		.me		= THIS_MODULE,				\
	}

static struct xt_match nfc_condition_mt_reg[] __read_mostly = {
	NFC_CONDITION_MT(NFPROTO_IPV4),
	NFC_CONDITION_MT(NFPROTO_IPV6),
};

/* x_tables would take a second match of the name without a word. */
int nfc_condition_match_taken(void)
{
	int found;

	if (!xt_find_revision(NFPROTO_IPV4, NFC_CONDITION_MATCH,
			      NFC_CONDITION_REVISION, 0, &found))
		return 0;
	pr_err("there is a condition match already: remove its rules and its module, then load this one\n");
	/* Not EEXIST: modprobe takes that for success. */
	return -EBUSY;
}

int nfc_condition_match_init(void)
{
	return xt_register_matches(nfc_condition_mt_reg,
				   ARRAY_SIZE(nfc_condition_mt_reg));
}

void nfc_condition_match_exit(void)
{
	xt_unregister_matches(nfc_condition_mt_reg,
			      ARRAY_SIZE(nfc_condition_mt_reg));
}
