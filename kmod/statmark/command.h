/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words that /proc/net/nf_statmark/<pool> takes, separated by blanks or
 * newlines:
 *
 *	+M		add a backend, or end its drain
 *	-M		take it away
 *	drain M		no new flows for it
 *	weight M W	its share
 *	gate M [!]NAME	it serves while that condition is 1 (with '!': 0)
 *	gate M none	it always serves
 *
 * M is a mark, decimal or in hex; a blank in NAME is written \040.
 */
#ifndef _NFC_STATMARK_COMMAND_H
#define _NFC_STATMARK_COMMAND_H

#include <linux/types.h>

struct nfc_pool_spec;

/* A longer write is refused. */
#define NFC_COMMANDS_MAX	(64 * 1024)

/**
 * nfc_commands_run - carry out a whole write, in its order
 * @text: terminated; is overwritten
 * @len: its length; a NUL before that is an error
 * @spec: a copy that may be left half changed when there is an error
 *
 * Return: 0; -EINVAL: no command at all, or something that is none; -ENOENT: no
 * backend has this mark; -ENOSPC: no room for another. The log says what.
 */
int nfc_commands_run(char *text, size_t len, struct nfc_pool_spec *spec);

#endif /* _NFC_STATMARK_COMMAND_H */
