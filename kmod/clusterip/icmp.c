// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP to a shared address.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/ndisc.h>
#include "flow.h"
#include "handover.h"
#include "icmp.h"
#include "quote.h"
#include "transport.h"

/* Before the packet that an error quotes. */
#define NFC_ICMP_HEADER	8

/* One that quotes another packet. */
static bool nfc_icmp_is_error(u8 family, u8 type)
{
	if (family == NFPROTO_IPV6)
		return !(type & ICMPV6_INFOMSG_MASK);
	return type == ICMP_DEST_UNREACH || type == ICMP_SOURCE_QUENCH ||
	       type == ICMP_REDIRECT || type == ICMP_TIME_EXCEEDED ||
	       type == ICMP_PARAMETERPROB;
}

/* Said to a machine, not to the service: each node has neighbours of its own. */
static bool nfc_icmp_is_neighbour(u8 family, u8 type)
{
	return family == NFPROTO_IPV6 && type >= NDISC_ROUTER_SOLICITATION &&
	       type <= NDISC_REDIRECT;
}

static enum nfc_icmp_owner nfc_icmp_error(const struct nfc_cluster *cluster,
					  const struct sk_buff *skb,
					  unsigned int offset)
{
	const struct nfc_cluster_spec *spec = &cluster->spec;
	struct nfc_quote quote;
	u32 hash;

	if (!nfc_quote_read(skb, spec->family, offset, &spec->addr,
			    spec->hash.mode, &quote))
		return nfc_flow_of_error_lives(skb, spec->family, offset) ?
		       NFC_ICMP_OURS : NFC_ICMP_OF_ITS_SLOT;
	hash = nfc_quote_hash(&spec->hash, spec->family, &quote);
	return nfc_cluster_takes_error(cluster, skb, hash, quote.protocol,
				       offset) ?
	       NFC_ICMP_OURS : NFC_ICMP_OTHERS;
}

enum nfc_icmp_owner nfc_icmp_owner(const struct nfc_cluster *cluster,
				   const struct sk_buff *skb)
{
	const u8 family = cluster->spec.family;
	const u8 icmp = family == NFPROTO_IPV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	struct nfc_transport transport;
	u8 buf[NFC_ICMP_HEADER];
	const u8 *type;

	transport = nfc_transport(skb, family);
	if (transport.protocol != icmp || transport.offset < 0)
		return NFC_ICMP_OF_ITS_SLOT;
	type = skb_header_pointer(skb, transport.offset, sizeof(buf), buf);
	if (!type)
		return NFC_ICMP_OF_ITS_SLOT;
	if (nfc_icmp_is_neighbour(family, *type))
		return NFC_ICMP_OURS;
	if (!nfc_icmp_is_error(family, *type))
		return NFC_ICMP_OF_ITS_SLOT;
	return nfc_icmp_error(cluster, skb, transport.offset + sizeof(buf));
}
