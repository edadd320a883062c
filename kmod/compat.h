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

/* Looking for a TCP socket of @net: the table is named where it has to be. */
#ifdef HAVE_TCP_LOOKUP_TABLE
#define nfc_tcp_lookup(family, net, ...)				\
	__inet##family##_lookup_established(net,			\
		(net)->ipv4.tcp_death_row.hashinfo, __VA_ARGS__)
#else
#define nfc_tcp_lookup(family, net, ...)				\
	__inet##family##_lookup_established(net, __VA_ARGS__)
#endif

/* Checking a SYN cookie: what @th acknowledges is said where it has to be. */
#ifdef HAVE_COOKIE_CHECK_TWO
#define nfc_tcp_cookie(version, iph, th)	\
	__cookie_v##version##_check(iph, th)
#else
#define nfc_tcp_cookie(version, iph, th)	\
	__cookie_v##version##_check(iph, th, ntohl((th)->ack_seq) - 1)
#endif

/* Where it cannot be undone, a namespace goes on putting fragments together. */
#ifdef HAVE_DEFRAG_DISABLE
#define NFC_DEFRAG_DISABLE(version, net)	nf_defrag_ipv##version##_disable(net)
#else
#define NFC_DEFRAG_DISABLE(version, net)
#endif

#endif /* _NFC_COMPAT_H */
