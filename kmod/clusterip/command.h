/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words that /proc/net/ipt_CLUSTERIP/<address> takes: "+2" and "-2".
 */
#ifndef _NFC_CLUSTERIP_COMMAND_H
#define _NFC_CLUSTERIP_COMMAND_H

#include <linux/types.h>

struct nfc_slots;

/* The longest write: a sign, eight digits and a newline, as ever. */
#define NFC_COMMAND_MAX	10

/**
 * struct nfc_command - one change of one slot
 * @add: answer for the slot, else stop answering
 * @slot: 0 to 65535, not yet held against a cluster
 */
struct nfc_command {
	bool add;
	u16 slot;
};

/**
 * nfc_command_parse - read one write
 * @text: what was written; need not be terminated
 * @len: its length, any
 * @cmd: the result, untouched on error
 *
 * Return: 0; -EIO: empty, longer than NFC_COMMAND_MAX or no sign in front;
 * -EINVAL: what follows the sign is not a decimal number below 65536, with at
 * most one newline behind it.
 */
int nfc_command_parse(const char *text, size_t len, struct nfc_command *cmd);

/**
 * nfc_command_apply - carry a command out on a set that is not published
 *
 * Return: 0; -ENOMEM: the slot to add is not one of the cluster's, or is on
 * already; -ENOENT: the one to take away is not one of the cluster's, or is
 * off. The errors are odd but scripts know them.
 */
int nfc_command_apply(const struct nfc_command *cmd, struct nfc_slots *slots);

#endif /* _NFC_CLUSTERIP_COMMAND_H */
