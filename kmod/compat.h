/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between the kernels that we build for, and nowhere else.
 * HAVE_* are the answers of probes/, which Kbuild compiles.
 */
#ifndef _NFC_COMPAT_H
#define _NFC_COMPAT_H

#include <linux/proc_fs.h>

#ifndef HAVE_PDE_DATA_LOWERCASE
static inline void *pde_data(const struct inode *inode)
{
	return PDE_DATA(inode);
}
#endif

/* The size of a rule's data as a 32-bit iptables sends it. */
#ifdef HAVE_XT_COMPATSIZE
#define NFC_XT_COMPATSIZE(size)	.compatsize = (size),
#else
#define NFC_XT_COMPATSIZE(size)
#endif

#endif /* _NFC_COMPAT_H */
