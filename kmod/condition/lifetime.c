// SPDX-License-Identifier: GPL-2.0
/*
 * The lives of conditions.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/slab.h>
#include "file.h"
#include "lifetime.h"
#include "watch.h"
#include "words.h"

static void nfc_condition_free(struct nfc_condition *condition)
{
	nfc_changes_free(&condition->changes);
	kfree(condition);
}

static struct nfc_condition *nfc_condition_create(struct net *net,
						  struct nfc_condition_net *nn,
						  const char *name)
{
	struct nfc_condition *condition;
	int err;

	if (nn->count >= NFC_CONDITIONS_MAX) {
		pr_info_ratelimited("\"%s\" would be one more than %u conditions\n",
				    name, NFC_CONDITIONS_MAX);
		return ERR_PTR(-ENOSPC);
	}
	condition = kzalloc(sizeof(*condition), GFP_KERNEL_ACCOUNT);
	if (!condition)
		return ERR_PTR(-ENOMEM);
	if (nfc_changes_init(&condition->changes)) {
		kfree(condition);
		return ERR_PTR(-ENOMEM);
	}
	condition->net = net;
	condition->nn = nn;
	strscpy(condition->name, name, sizeof(condition->name));
	err = nfc_condition_file_create(condition);
	if (err) {
		nfc_condition_free(condition);
		return ERR_PTR(err);
	}
	nfc_condition_insert(condition);
	return condition;
}

static struct nfc_condition *nfc_condition_obtain(struct net *net,
						  struct nfc_condition_net *nn,
						  const char *name)
{
	struct nfc_condition *condition = nfc_condition_find(nn, name);

	if (!condition)
		return nfc_condition_create(net, nn, name);
	return condition->dying ? ERR_PTR(-EBUSY) : condition;
}

struct nfc_condition *nfc_condition_get(struct net *net, const char *name)
{
	struct nfc_condition_net *nn = nfc_condition_pernet(net);
	struct nfc_condition *condition;

	if (!nfc_condition_name_valid(name)) {
		pr_info_ratelimited("no condition can be called \"%*pE\"\n",
				    (int)strnlen(name, NFC_CONDITION_NAME_LEN),
				    name);
		return ERR_PTR(-EINVAL);
	}
	mutex_lock(&nn->lock);
	condition = nfc_condition_obtain(net, nn, name);
	if (!IS_ERR(condition)) {
		if (condition->users < UINT_MAX)
			condition->users++;
		else
			condition = ERR_PTR(-EOVERFLOW);
	}
	mutex_unlock(&nn->lock);
	return condition;
}
EXPORT_SYMBOL_GPL(nfc_condition_get);

void nfc_condition_put(struct nfc_condition *condition)
{
	struct nfc_condition_net *nn = condition->nn;
	bool last;

	mutex_lock(&nn->lock);
	last = !--condition->users && hlist_unhashed(&condition->node);
	mutex_unlock(&nn->lock);
	if (last)
		nfc_condition_free(condition);
}
EXPORT_SYMBOL_GPL(nfc_condition_put);

bool nfc_condition_is_on(const struct nfc_condition *condition)
{
	return nfc_condition_value(condition);
}
EXPORT_SYMBOL_GPL(nfc_condition_is_on);

/* From here on the name is taken, but nobody can have the condition. */
static void nfc_condition_doom(struct nfc_condition *condition,
			       struct list_head *doomed)
{
	condition->dying = true;
	list_add_tail(&condition->bury, doomed);
}

/* Outside the lock: a file goes only when the last who is in it has left. */
static void nfc_condition_bury(struct nfc_condition_net *nn,
			       struct list_head *doomed)
{
	struct nfc_condition *condition, *next;
	unsigned long until;

	list_for_each_entry(condition, doomed, bury)
		nfc_changes_end(&condition->changes);
	until = nfc_changes_patience();
	list_for_each_entry(condition, doomed, bury)
		nfc_condition_file_remove(condition, until);

	mutex_lock(&nn->lock);
	list_for_each_entry_safe(condition, next, doomed, bury) {
		nfc_condition_unlink(condition);
		if (!condition->users)
			nfc_condition_free(condition);
	}
	mutex_unlock(&nn->lock);
}

static int nfc_condition_doom_named(struct nfc_condition_net *nn,
				    const struct nfc_condition_word *words,
				    size_t count, struct list_head *doomed)
{
	struct nfc_condition *condition;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!words[i].remove)
			continue;
		condition = nfc_condition_find(nn, words[i].name);
		if (!condition)
			return -ENOENT;
		if (condition->users || condition->dying)
			return -EBUSY;
		nfc_condition_doom(condition, doomed);
	}
	return 0;
}

static int nfc_condition_obtain_named(struct net *net,
				      struct nfc_condition_net *nn,
				      struct nfc_condition_word *words,
				      size_t count, struct list_head *fresh)
{
	struct nfc_condition *condition;
	unsigned int before;
	size_t i;

	for (i = 0; i < count; i++) {
		if (words[i].remove)
			continue;
		before = nn->count;
		condition = nfc_condition_obtain(net, nn, words[i].name);
		if (IS_ERR(condition))
			return PTR_ERR(condition);
		if (nn->count != before)
			list_add_tail(&condition->bury, fresh);
		words[i].condition = condition;
	}
	return 0;
}

int nfc_condition_apply(struct net *net, struct nfc_condition_word *words,
			size_t count)
{
	struct nfc_condition_net *nn = nfc_condition_pernet(net);
	struct nfc_condition *condition, *next;
	bool changed = false;
	LIST_HEAD(doomed);
	LIST_HEAD(fresh);
	size_t i;
	int err;

	mutex_lock(&nn->lock);
	err = nfc_condition_doom_named(nn, words, count, &doomed);
	if (!err)
		err = nfc_condition_obtain_named(net, nn, words, count, &fresh);
	if (!err) {
		for (i = 0; i < count; i++)
			if (!words[i].remove)
				changed |= nfc_condition_set(words[i].condition,
							     words[i].value);
		if (changed)
			nfc_changed(&nn->folder.changes);
	} else {
		/* Those that were to go stay, those that came go. */
		list_for_each_entry_safe(condition, next, &doomed, bury) {
			list_del(&condition->bury);
			condition->dying = false;
		}
		list_for_each_entry(condition, &fresh, bury)
			condition->dying = true;
		list_splice_init(&fresh, &doomed);
	}
	mutex_unlock(&nn->lock);

	if (!err)
		nfc_condition_tell(net);
	nfc_condition_bury(nn, &doomed);
	return err;
}

void nfc_condition_forget_all(struct nfc_condition_net *nn)
{
	struct nfc_condition *condition;
	unsigned int bucket;
	LIST_HEAD(doomed);

	mutex_lock(&nn->lock);
	hash_for_each(nn->conditions, bucket, condition, node)
		nfc_condition_doom(condition, &doomed);
	mutex_unlock(&nn->lock);

	nfc_condition_bury(nn, &doomed);
}
