/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words that /proc/net/ipt_CLUSTERIP/<address> takes: "+2", "-2", "drain 2",
 * "fill 2", each with lists as "3-7,12", several of them with blanks or newlines
 * between.
 */
#ifndef _NFC_CLUSTERIP_COMMAND_H
#define _NFC_CLUSTERIP_COMMAND_H

#include <linux/types.h>

struct nfc_slots;

/* The longest write. */
#define NFC_COMMANDS_MAX	65536

/**
 * nfc_commands_run - carry one write out on a set that is not published
 * @text: what was written; need not be terminated
 * @len: its length
 * @slots: to be thrown away on error
 *
 * Commands count one after the other. A single one fails as it did in the
 * original, by odd errors that scripts know.
 *
 * Return: 0; -EIO: it does not begin with a command; -EINVAL: what follows is
 * not a list of decimal numbers below 65536, or not a command, or there are
 * blanks at the end other than one newline; -ENOMEM: a slot to add or fill is
 * not one of the cluster's, or is so already; -ENOENT: likewise one to take
 * away or drain.
 */
int nfc_commands_run(const char *text, size_t len, struct nfc_slots *slots);

#endif /* _NFC_CLUSTERIP_COMMAND_H */
