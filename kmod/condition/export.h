/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What xt_condition offers to other modules. They take it by symbol_get(), so
 * that neither needs the other; whoever holds a symbol keeps the module.
 */
#ifndef _NFC_CONDITION_EXPORT_H
#define _NFC_CONDITION_EXPORT_H

#include <linux/types.h>

struct net;
struct nfc_condition;
struct notifier_block;

/**
 * nfc_condition_get - the condition of that name, made if there is none
 * @net: the namespace
 * @name: any NFC_CONDITION_NAME_LEN bytes
 *
 * May sleep. It stays until nfc_condition_put(), which has to come before the
 * exit handlers of @net are through.
 *
 * Return: the condition; or ERR_PTR: -EINVAL: no name for a condition (the log
 * says so); -EBUSY: the one of that name is being taken away; -ENOSPC: the
 * namespace has all the conditions it may have; -EOVERFLOW; -ENOMEM.
 */
struct nfc_condition *nfc_condition_get(struct net *net, const char *name);

/**
 * nfc_condition_put - give a condition back
 * @condition: from nfc_condition_get()
 *
 * May sleep. The condition and its value stay, for whoever asks next.
 */
void nfc_condition_put(struct nfc_condition *condition);

/**
 * nfc_condition_is_on - does it stand at 1?
 * @condition: from nfc_condition_get()
 *
 * From any context.
 */
bool nfc_condition_is_on(const struct nfc_condition *condition);

/**
 * nfc_condition_watch - be told when conditions were set
 * @nb: its call gets action 0 and the struct net as data: some conditions of
 *	this namespace were written, and perhaps changed
 *
 * The call comes in process context, after the values are in place and before
 * the write() that brought them returns; from several writers at once. No lock
 * of xt_condition is held: it may get and put conditions. But it comes from
 * within a file of /proc/net/nf_condition, whose removal waits for it, and
 * nfc_condition_watch() and -unwatch() do so too. The namespace is held: it does
 * not end meanwhile.
 *
 * Return: 0; -EEXIST: @nb is there already (before 5.15 that only warns).
 */
int nfc_condition_watch(struct notifier_block *nb);

/**
 * nfc_condition_unwatch - be told no more
 * @nb: as it was given to nfc_condition_watch()
 *
 * Waits for calls that run: not under a lock that the call takes.
 */
void nfc_condition_unwatch(struct notifier_block *nb);

#endif /* _NFC_CONDITION_EXPORT_H */
