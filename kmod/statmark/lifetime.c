// SPDX-License-Identifier: GPL-2.0
/*
 * The lives of pools.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/string_helpers.h>
#include "change.h"
#include "declare.h"
#include "file.h"
#include "gate.h"
#include "lifetime.h"

static struct nfc_pool *nfc_pool_alloc(struct net *net, const char *name)
{
	struct nfc_pool *pool = kzalloc(sizeof(*pool), GFP_KERNEL_ACCOUNT);

	if (!pool)
		return NULL;
	pool->net = net;
	pool->nn = nfc_pool_pernet(net);
	pool->spec = nfc_spec_alloc(0);
	pool->declared = nfc_spec_alloc(0);
	INIT_LIST_HEAD(&pool->declarations);
	strscpy(pool->name, name, sizeof(pool->name));
	if (pool->spec && pool->declared && !nfc_changes_init(&pool->changes))
		return pool;
	nfc_spec_free(pool->spec);
	nfc_spec_free(pool->declared);
	kfree(pool);
	return NULL;
}

/* No rule has it and no list; outside of nfc_pool_net.lock. */
static void nfc_pool_free(struct nfc_pool *pool)
{
	nfc_pool_table_free(pool);
	nfc_pool_change_done(pool->spec);
	nfc_spec_free(pool->declared);
	nfc_changes_free(&pool->changes);
	kfree_rcu(pool, rcu);
}

/* Have the pool follow what its living rules say. */
static int nfc_pool_follow(struct nfc_pool *pool, struct nfc_pool_spec **unused)
{
	struct nfc_pool_spec *draft, *after, *declared = NULL;
	int err = -ENOMEM;

	draft = nfc_spec_dup(pool->spec, NFC_POOL_BACKENDS_MAX);
	after = nfc_spec_alloc(NFC_POOL_BACKENDS_MAX);
	if (!draft || !after)
		goto out;
	err = nfc_declared(&pool->declarations, after);
	if (!err)
		err = nfc_declare_merge(draft, pool->declared, after);
	if (err)
		goto out;
	declared = nfc_spec_dup(after, 0);
	err = declared ? nfc_pool_change(pool, draft, unused) : -ENOMEM;
	if (!err)
		swap(declared, pool->declared);
out:
	nfc_spec_free(declared);
	nfc_spec_free(after);
	nfc_spec_free(draft);
	return err;
}

static struct nfc_declaration *nfc_declaration_alloc(const struct nfc_statmark_info *info)
{
	struct nfc_declaration *declaration;

	declaration = kzalloc(sizeof(*declaration), GFP_KERNEL_ACCOUNT);
	if (declaration)
		memcpy(&declaration->info, info, NFC_STATMARK_USERSIZE);
	return declaration;
}

static struct nfc_declaration *nfc_declaration_find(const struct nfc_pool *pool,
						    const struct nfc_statmark_info *info)
{
	struct nfc_declaration *declaration;

	list_for_each_entry(declaration, &pool->declarations, list)
		if (!memcmp(&declaration->info, info, NFC_STATMARK_USERSIZE))
			return declaration;
	return NULL;
}

/* Return: was that the last rule that says it? Then it is the caller's to free. */
static bool nfc_declaration_drop(struct nfc_pool *pool,
				 struct nfc_declaration *declaration)
{
	if (--declaration->rules)
		return false;
	list_del(&declaration->list);
	pool->declaration_count--;
	return true;
}

/* *@fresh: becomes NULL if it is used. */
static int nfc_pool_declare(struct nfc_pool *pool, struct nfc_pool_rule *rule,
			    struct nfc_declaration **fresh,
			    struct nfc_pool_spec **unused)
{
	struct nfc_declaration *declaration;
	int err;

	declaration = nfc_declaration_find(pool, &(*fresh)->info);
	if (!declaration) {
		if (pool->declaration_count == NFC_DECLARATIONS_MAX) {
			pr_info_ratelimited("pool \"%s\": rules say %u different things of it already; --pool alone uses it\n",
					    pool->name, NFC_DECLARATIONS_MAX);
			return -ENOSPC;
		}
		declaration = *fresh;
		list_add_tail(&declaration->list, &pool->declarations);
		pool->declaration_count++;
	}
	declaration->rules++;
	err = nfc_pool_follow(pool, unused);
	if (err) {
		nfc_declaration_drop(pool, declaration);
		return err;
	}
	rule->declaration = declaration;
	if (declaration == *fresh)
		*fresh = NULL;
	return 0;
}

static struct nfc_pool *nfc_pool_create(struct net *net, const char *name)
{
	struct nfc_pool_net *nn = nfc_pool_pernet(net);
	struct nfc_pool *pool;

	if (nn->count >= NFC_POOLS_MAX) {
		pr_info_ratelimited("\"%s\" would be one more than %u pools\n",
				    name, NFC_POOLS_MAX);
		return ERR_PTR(-ENOSPC);
	}
	pool = nfc_pool_alloc(net, name);
	return pool ?: ERR_PTR(-ENOMEM);
}

/* A pool that is there, or one that nobody knows yet. */
static struct nfc_pool *nfc_pool_obtain(struct net *net,
					const struct nfc_statmark_info *info)
{
	struct nfc_pool *pool = nfc_pool_find(nfc_pool_pernet(net), info->pool);

	if (!pool && info->flags & NFC_STATMARK_F_DECLARE)
		return nfc_pool_create(net, info->pool);
	if (!pool) {
		pr_info_ratelimited("pool \"%s\": there is none, a rule with --backend makes it\n",
				    info->pool);
		return ERR_PTR(-ENOENT);
	}
	if (pool->dying) {
		pr_info_ratelimited("pool \"%s\" is being taken away\n",
				    pool->name);
		return ERR_PTR(-EBUSY);
	}
	return pool->rules < UINT_MAX ? pool : ERR_PTR(-EOVERFLOW);
}

/* *@failed: a pool that was made for nothing. */
static int nfc_pool_attach_locked(struct net *net, struct nfc_pool_rule *rule,
				  const struct nfc_statmark_info *info,
				  struct nfc_declaration **fresh,
				  struct nfc_pool_spec **unused,
				  struct nfc_pool **failed)
{
	struct nfc_pool *pool = nfc_pool_obtain(net, info);
	int err = 0;

	if (IS_ERR(pool))
		return PTR_ERR(pool);
	if (*fresh)
		err = nfc_pool_declare(pool, rule, fresh, unused);
	if (hlist_unhashed(&pool->node)) {
		if (!err)
			err = nfc_pool_file_create(pool);
		if (err) {
			*failed = pool;
			return err;
		}
		nfc_pool_insert(pool);
	}
	if (err)
		return err;
	pool->rules++;
	rule->pool = pool;
	nfc_pool_changed(pool);
	return 0;
}

struct nfc_pool_rule *nfc_pool_attach(struct net *net,
				      const struct nfc_statmark_info *info)
{
	struct nfc_pool_net *nn = nfc_pool_pernet(net);
	struct nfc_declaration *fresh = NULL;
	struct nfc_pool_spec *unused = NULL;
	struct nfc_pool *failed = NULL;
	struct nfc_pool_rule *rule;
	int err;

	rule = kzalloc(sizeof(*rule), GFP_KERNEL_ACCOUNT);
	if (!rule)
		return ERR_PTR(-ENOMEM);
	if (info->flags & NFC_STATMARK_F_DECLARE) {
		fresh = nfc_declaration_alloc(info);
		if (!fresh) {
			err = -ENOMEM;
			goto err_rule;
		}
	}
	/* For its life: it may be that we come back to its gates. */
	rule->gated = info->gate_count && nfc_gates_hold();
	if (info->gate_count && !rule->gated) {
		err = nfc_gates_missing();
		goto err_fresh;
	}

	mutex_lock(&nn->lock);
	err = nfc_pool_attach_locked(net, rule, info, &fresh, &unused, &failed);
	mutex_unlock(&nn->lock);

	nfc_pool_change_done(unused);
	if (!err) {
		kfree(fresh);
		return rule;
	}
	if (failed) {
		/* With its file it would have had this declaration. */
		kfree(rule->declaration);
		nfc_pool_free(failed);
	}
	if (rule->gated)
		nfc_gates_drop();
err_fresh:
	kfree(fresh);
err_rule:
	kfree(rule);
	return ERR_PTR(err);
}

void nfc_pool_detach(struct net *net, struct nfc_pool_rule *rule)
{
	struct nfc_pool_net *nn = nfc_pool_pernet(net);
	struct nfc_pool *pool = rule->pool, *orphan = NULL;
	struct nfc_declaration *unsaid = NULL;
	struct nfc_pool_spec *unused = NULL;

	mutex_lock(&nn->lock);
	if (rule->declaration &&
	    nfc_declaration_drop(pool, rule->declaration))
		unsaid = rule->declaration;
	/*
	 * The last one's word stays. When memory is short, the next rule that
	 * comes or goes makes up for it. A namespace that ends has no
	 * conditions any more that could be a gate again.
	 */
	if (unsaid && pool->declaration_count && check_net(net) &&
	    nfc_pool_follow(pool, &unused))
		pr_warn_ratelimited("pool \"%s\": no memory to follow its rules; the next rule will\n",
				    pool->name);
	pool->rules--;
	if (!hlist_unhashed(&pool->node))
		nfc_pool_changed(pool);
	else if (!pool->rules)
		orphan = pool;
	mutex_unlock(&nn->lock);

	nfc_pool_change_done(unused);
	if (orphan)
		nfc_pool_free(orphan);
	if (rule->gated)
		nfc_gates_drop();
	kfree(unsaid);
	kfree_rcu(rule, rcu);
}

/* From here on the name is taken, but nobody can have the pool. */
static void nfc_pool_doom(struct nfc_pool *pool, struct list_head *doomed)
{
	pool->dying = true;
	list_add_tail(&pool->bury, doomed);
}

/* Outside the lock: a file goes only when the last who is in it has left. */
static void nfc_pools_bury(struct nfc_pool_net *nn, struct list_head *doomed)
{
	struct nfc_pool *pool, *next;
	unsigned long until;

	list_for_each_entry(pool, doomed, bury)
		nfc_changes_end(&pool->changes);
	until = nfc_changes_patience();
	list_for_each_entry(pool, doomed, bury)
		nfc_pool_file_remove(pool, until);

	mutex_lock(&nn->lock);
	list_for_each_entry_safe(pool, next, doomed, bury) {
		nfc_pool_unlink(pool);
		/* Then it goes with its last rule. */
		if (pool->rules)
			list_del(&pool->bury);
	}
	mutex_unlock(&nn->lock);

	list_for_each_entry_safe(pool, next, doomed, bury)
		nfc_pool_free(pool);
}

static int nfc_pool_doom_named(struct nfc_pool_net *nn, char *word,
			       struct list_head *doomed)
{
	char *name = word + 1;
	struct nfc_pool *pool;

	if (*word != '-' || !*name) {
		pr_info_ratelimited("\"%*pE\" in .pools, expected -NAME\n",
				    (int)strnlen(word, 64), word);
		return -EINVAL;
	}
	string_unescape_inplace(name, UNESCAPE_OCTAL);
	pool = nfc_pool_find(nn, name);
	if (!pool) {
		pr_info_ratelimited("pool \"%*pE\": there is none to take away\n",
				    (int)strnlen(name, 64), name);
		return -ENOENT;
	}
	if (pool->rules || pool->dying) {
		pr_info_ratelimited("pool \"%s\" cannot be taken away: %s\n",
				    pool->name, pool->rules ?
				    "a rule uses it" : "it is going already");
		return -EBUSY;
	}
	nfc_pool_doom(pool, doomed);
	return 0;
}

static int nfc_pools_doom(struct nfc_pool_net *nn, char *text,
			  struct list_head *doomed)
{
	struct nfc_pool *pool, *next;
	int err = -EINVAL;
	char *word;

	while ((word = strsep(&text, " \t\n"))) {
		if (!*word)
			continue;
		err = nfc_pool_doom_named(nn, word, doomed);
		if (err)
			break;
	}
	if (err)
		list_for_each_entry_safe(pool, next, doomed, bury) {
			pool->dying = false;
			list_del(&pool->bury);
		}
	return err;
}

int nfc_pools_remove(struct net *net, char *text, size_t len)
{
	struct nfc_pool_net *nn = nfc_pool_pernet(net);
	LIST_HEAD(doomed);
	int err;

	if (strlen(text) != len)
		return -EINVAL;
	mutex_lock(&nn->lock);
	err = nfc_pools_doom(nn, text, &doomed);
	mutex_unlock(&nn->lock);
	if (!err)
		nfc_pools_bury(nn, &doomed);
	return err;
}

void nfc_pools_forget(struct nfc_pool_net *nn)
{
	struct nfc_pool *pool;
	unsigned int bucket;
	LIST_HEAD(doomed);

	mutex_lock(&nn->lock);
	hash_for_each(nn->pools, bucket, pool, node)
		nfc_pool_doom(pool, &doomed);
	mutex_unlock(&nn->lock);

	nfc_pools_bury(nn, &doomed);
}
