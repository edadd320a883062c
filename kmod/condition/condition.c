// SPDX-License-Identifier: GPL-2.0
/*
 * Conditions, and where a namespace keeps them.
 */
#include <linux/jhash.h>
#include <linux/string.h>
#include "condition.h"
#include "name.h"

unsigned int nfc_condition_net_id __read_mostly;

bool nfc_condition_set(struct nfc_condition *condition, bool value)
{
	if (READ_ONCE(condition->value) == value)
		return false;
	WRITE_ONCE(condition->value, value);
	nfc_changed(&condition->changes);
	return true;
}

bool nfc_condition_name_valid(const char *name)
{
	return nfc_name_valid(name, NFC_CONDITION_NAME_LEN) &&
	       strcmp(name, ".set");
}

static u32 nfc_condition_key(const char *name)
{
	return jhash(name, strlen(name), 0);
}

struct nfc_condition *nfc_condition_find(struct nfc_condition_net *nn,
					 const char *name)
{
	struct nfc_condition *condition;

	lockdep_assert_held(&nn->lock);
	hash_for_each_possible(nn->conditions, condition, node,
			       nfc_condition_key(name))
		if (!strcmp(condition->name, name))
			return condition;
	return NULL;
}

void nfc_condition_insert(struct nfc_condition *condition)
{
	struct nfc_condition_net *nn = condition->nn;

	lockdep_assert_held(&nn->lock);
	nn->count++;
	hash_add(nn->conditions, &condition->node,
		 nfc_condition_key(condition->name));
	nfc_changed(&nn->folder.changes);
}

void nfc_condition_unlink(struct nfc_condition *condition)
{
	struct nfc_condition_net *nn = condition->nn;

	lockdep_assert_held(&nn->lock);
	nn->count--;
	hash_del(&condition->node);
	nfc_changed(&nn->folder.changes);
}
