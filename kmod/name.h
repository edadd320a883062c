/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names that rules carry and /proc shows.
 */
#ifndef _NFC_NAME_H
#define _NFC_NAME_H

#include <linux/ctype.h>
#include <linux/netfilter/x_tables.h>

/**
 * nfc_name_valid - can it be a file's name, and be written into saved rules?
 * @name: any @size bytes
 *
 * Terminated, not empty, not "." or "..", no slash; and none of what
 * iptables-save could not carry: double quotes, backslashes, control
 * characters.
 */
static inline bool nfc_name_valid(const char *name, unsigned int size)
{
	if (xt_check_proc_name(name, size))
		return false;
	for (; *name; name++)
		if (iscntrl(*name) || *name == '"' || *name == '\\')
			return false;
	return true;
}

#endif /* _NFC_NAME_H */
