/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A STATMARK rule, checked by itself.
 */
#ifndef _NFC_STATMARK_RULE_H
#define _NFC_STATMARK_RULE_H

#include "uapi/nf_statmark.h"

/* A pool's file stands beside this one, which shows and takes away pools. */
#define NFC_POOLS_FILE	".pools"

/**
 * nfc_rule_check - is this a rule?
 * @info: as user space sent it
 *
 * Nothing is looked up: all that can be said of the rule by itself. The log
 * names the field that is wrong.
 *
 * Return: 0 or -EINVAL.
 */
int nfc_rule_check(const struct nfc_statmark_info *info);

/* May a pool be called so? Any NFC_POOL_NAME_LEN bytes. */
bool nfc_pool_name_valid(const char *name);

#endif /* _NFC_STATMARK_RULE_H */
