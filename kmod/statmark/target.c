// SPDX-License-Identifier: GPL-2.0
/*
 * The target: a connection keeps its backend's mark, and a new one gets one.
 */
#include <linux/module.h>
#include <linux/netfilter/x_tables.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_ecache.h>
#include "lifetime.h"
#include "pick.h"
#include "rule.h"
#include "target.h"

#if !IS_ENABLED(CONFIG_NF_CONNTRACK_MARK)
#error "connections have no marks in this kernel (CONFIG_NF_CONNTRACK_MARK)"
#endif

static void nfc_statmark_send(struct sk_buff *skb, const struct nfc_table *table,
			      const struct nfc_table_entry *entry)
{
	skb->mark = (skb->mark & ~table->mask) | entry->mark;
	this_cpu_inc(entry->backend->counts->packets);
}

/*
 * Saves the choice on the connection; only the pool's bits are ours. Another
 * processor may have chosen for another packet of it: then its choice stands.
 */
static const struct nfc_table_entry *
nfc_statmark_save(struct nf_conn *ct, const struct nfc_table *table,
		  const struct nfc_table_entry *entry)
{
	const struct nfc_table_entry *other;
	u32 was = READ_ONCE(ct->mark), now;

	for (;;) {
		other = nfc_table_find(table, was & table->mask);
		if (other)
			return other;
		now = cmpxchg(&ct->mark, was,
			      (was & ~table->mask) | entry->mark);
		if (now == was)
			break;
		was = now;
	}
	nf_conntrack_event_cache(IPCT_MARK, ct);
	this_cpu_inc(entry->backend->counts->flows);
	return entry;
}

static unsigned int nfc_statmark_tg(struct sk_buff *skb,
				    const struct xt_action_param *par)
{
	const struct nfc_statmark_info *info = par->targinfo;
	struct nfc_pool *pool = info->rule->pool;
	const struct nfc_table *table = nfc_pool_table(pool);
	const struct nfc_table_entry *entry;
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct;

	ct = nf_ct_get(skb, &ctinfo);
	if (ct && unlikely(nf_ct_is_template(ct)))
		ct = NULL;
	if (ct) {
		entry = nfc_table_find(table, READ_ONCE(ct->mark) & table->mask);
		if (likely(entry)) {
			nfc_statmark_send(skb, table, entry);
			return XT_CONTINUE;
		}
		/* An answer to a flow that was not ours is not ours either. */
		if (CTINFO2DIR(ctinfo) != IP_CT_DIR_ORIGINAL)
			return XT_CONTINUE;
	}

	entry = nfc_pick(table, &pool->position, skb, xt_family(par));
	if (!entry) {
		/* Nobody is live: a rule behind this one can tell, and reject. */
		skb->mark &= ~table->mask;
		return XT_CONTINUE;
	}
	if (ct)
		entry = nfc_statmark_save(ct, table, entry);
	nfc_statmark_send(skb, table, entry);
	return XT_CONTINUE;
}

static int nfc_statmark_tg_check(const struct xt_tgchk_param *par)
{
	struct nfc_statmark_info *info = par->targinfo;
	struct nfc_pool_rule *rule;
	int err;

	err = nfc_rule_check(info);
	if (err)
		return err;
	err = nf_ct_netns_get(par->net, par->family);
	if (err)
		return err;
	rule = nfc_pool_attach(par->net, info);
	if (IS_ERR(rule)) {
		nf_ct_netns_put(par->net, par->family);
		return PTR_ERR(rule);
	}
	info->rule = rule;
	return 0;
}

static void nfc_statmark_tg_destroy(const struct xt_tgdtor_param *par)
{
	const struct nfc_statmark_info *info = par->targinfo;

	nfc_pool_detach(par->net, info->rule);
	nf_ct_netns_put(par->net, par->family);
}

#define NFC_STATMARK_TARGET(of_family)					\
	{								\
		.name		= NFC_STATMARK_NAME,			\
		.revision	= NFC_STATMARK_REVISION,		\
		.family		= (of_family),				\
		.table		= "mangle",				\
		.hooks		= BIT(NF_INET_PRE_ROUTING) |		\
				  BIT(NF_INET_LOCAL_OUT),		\
		.target		= nfc_statmark_tg,			\
		.checkentry	= nfc_statmark_tg_check,		\
		.destroy	= nfc_statmark_tg_destroy,		\
		.targetsize	= sizeof(struct nfc_statmark_info),	\
		.usersize	= NFC_STATMARK_USERSIZE,		\
		.me		= THIS_MODULE,				\
	}

static struct xt_target nfc_statmark_tg_reg[] __read_mostly = {
	NFC_STATMARK_TARGET(NFPROTO_IPV4),
	NFC_STATMARK_TARGET(NFPROTO_IPV6),
};

int nfc_statmark_tg_init(void)
{
	return xt_register_targets(nfc_statmark_tg_reg,
				   ARRAY_SIZE(nfc_statmark_tg_reg));
}

void nfc_statmark_tg_exit(void)
{
	xt_unregister_targets(nfc_statmark_tg_reg,
			      ARRAY_SIZE(nfc_statmark_tg_reg));
}
