/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets have to be whole where ports are read from them: only a first
 * fragment has any. Connection tracking sees to that as well, if it is used.
 */
#ifndef _NFC_CLUSTERIP_DEFRAG_H
#define _NFC_CLUSTERIP_DEFRAG_H

#include <linux/netfilter.h>
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>
#include "compat.h"

/* One for each rule. 0 or an error. */
static inline int nfc_defrag_get(struct net *net, u8 family)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (family == NFPROTO_IPV6)
		return nf_defrag_ipv6_enable(net);
#endif
	return nf_defrag_ipv4_enable(net);
}

static inline void nfc_defrag_put(struct net *net, u8 family)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (family == NFPROTO_IPV6) {
		NFC_DEFRAG_DISABLE(6, net);
		return;
	}
#endif
	NFC_DEFRAG_DISABLE(4, net);
}

#endif /* _NFC_CLUSTERIP_DEFRAG_H */
