/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How conditions come and go. A rule that names one makes it; it outlives the
 * rule, so that reloading rules flips no switch back. It goes when it is taken
 * away by name, or with its namespace.
 */
#ifndef _NFC_CONDITION_LIFETIME_H
#define _NFC_CONDITION_LIFETIME_H

#include "condition.h"

struct nfc_condition_word;

/**
 * nfc_condition_apply - carry out what was written to .set: all of it or nothing
 *
 * Return: 0; -ENOENT: one to take away is not there; -EBUSY: it is asked by a
 * rule, or set by another word, or being taken away by somebody else; -ENOSPC;
 * -ENOMEM.
 */
int nfc_condition_apply(struct net *net, struct nfc_condition_word *words,
			size_t count);

/* The namespace ends; what rules still hold goes when they do, after us. */
void nfc_condition_forget_all(struct nfc_condition_net *nn);

#endif /* _NFC_CONDITION_LIFETIME_H */
