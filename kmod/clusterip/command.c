// SPDX-License-Identifier: GPL-2.0
/*
 * Commands to a cluster's file.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "command.h"
#include "slots.h"

int nfc_command_parse(const char *text, size_t len, struct nfc_command *cmd)
{
	char number[NFC_COMMAND_MAX + 1];
	u16 slot;

	if (len < 1 || len > NFC_COMMAND_MAX)
		return -EIO;
	if (text[0] != '+' && text[0] != '-')
		return -EIO;

	memcpy(number, text + 1, len - 1);
	number[len - 1] = '\0';
	/* kstrtou16() takes a sign of its own, and stops at a NUL. */
	if (strlen(number) != len - 1 || !isdigit(number[0]) ||
	    kstrtou16(number, 10, &slot))
		return -EINVAL;

	cmd->add = text[0] == '+';
	cmd->slot = slot;
	return 0;
}

int nfc_command_apply(const struct nfc_command *cmd, struct nfc_slots *slots)
{
	if (cmd->add)
		return nfc_slots_add(slots, cmd->slot) ? 0 : -ENOMEM;
	return nfc_slots_del(slots, cmd->slot) ? 0 : -ENOENT;
}
