/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a packet to its slot. Every node of a cluster has to get the same
 * answer, nodes with the kernel's old module included: not one bit of this may
 * change.
 */
#ifndef _NFC_CLUSTERIP_HASH_H
#define _NFC_CLUSTERIP_HASH_H

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/jhash.h>
#include <linux/kernel.h>
#include <linux/skbuff.h>
#include "transport.h"
#include "uapi/nf_clusterip.h"

/**
 * struct nfc_hash - how a cluster hashes
 * @mode: one of enum nfc_hash_mode: what goes into the hash
 * @seed: start value
 */
struct nfc_hash {
	u32 mode;
	u32 seed;
};

/*
 * The four bytes at the start of the transport header as the original reads
 * them: two halves in this machine's byte order, never swapped. So nodes of
 * different byte order agree in mode sourceip only.
 */
struct nfc_ports {
	u16 source;
	u16 dest;
};

/**
 * nfc_ports_offset - where a protocol has its ports (or its SPI)
 * @protocol: IP protocol number
 *
 * A private copy of what proto_ports_offset() said when the hash was frozen:
 * the kernel's may learn protocols, and then nodes would disagree.
 *
 * Return: bytes from the start of the transport header, -1 if it has none.
 */
static __always_inline int nfc_ports_offset(u8 protocol)
{
	/* Nearly all there is. */
	if (likely(protocol == IPPROTO_TCP || protocol == IPPROTO_UDP))
		return 0;
	switch (protocol) {
	case IPPROTO_DCCP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
	case IPPROTO_ESP:
		return 0;
	case IPPROTO_AH:
		return 4;
	default:
		return -1;
	}
}

/**
 * nfc_hash_words - the hash itself
 * @hash: mode and seed
 * @saddr: source address, host byte order
 * @ports: as struct nfc_ports says
 */
static inline u32 nfc_hash_words(const struct nfc_hash *hash, u32 saddr,
				 struct nfc_ports ports)
{
	switch (hash->mode) {
	case NFC_HASH_SIP:
		return jhash_1word(saddr, hash->seed);
	case NFC_HASH_SIP_SPT:
		return jhash_2words(saddr, ports.source, hash->seed);
	default:
		return jhash_3words(saddr, ports.source, ports.dest,
				    hash->seed);
	}
}

/**
 * nfc_hash_slot - the slot that a hash falls into
 *
 * Return: 0 to total - 1; users count from 1.
 */
static inline unsigned int nfc_hash_slot(u32 hash, unsigned int total)
{
	return reciprocal_scale(hash, total);
}

/* Ports that are not in the packet's first piece; cut off they count as 0. */
struct nfc_ports nfc_ports_beyond(const struct sk_buff *skb,
				  unsigned int offset);

/* Those of IPv6 behind extension headers, or none. */
struct nfc_ports nfc_ports_behind(const struct sk_buff *skb);

static __always_inline struct nfc_ports
nfc_ports_at(const struct sk_buff *skb, const u8 *at)
{
	if (likely(at + sizeof(struct nfc_ports) <= skb_tail_pointer(skb)))
		return *(const struct nfc_ports *)at;
	return nfc_ports_beyond(skb, at - skb->data);
}

/**
 * nfc_hash_ipv4 - hash a packet whose IPv4 header is linear
 *
 * Ports that are cut off count as 0, like those of a protocol without ports.
 */
static __always_inline u32 nfc_hash_ipv4(const struct nfc_hash *hash,
					 const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct nfc_ports ports = {};

	if (hash->mode != NFC_HASH_SIP) {
		int offset = nfc_ports_offset(iph->protocol);

		if (offset >= 0)
			ports = nfc_ports_at(skb, (const u8 *)iph +
					     iph->ihl * 4 + offset);
	}
	return nfc_hash_words(hash, ntohl(iph->saddr), ports);
}

/**
 * nfc_hash_words6 - the hash of IPv6
 * @hash: mode and seed
 * @saddr: source address, its four words in host byte order
 * @ports: as struct nfc_ports says
 *
 * What goes into the hash is one row of 32-bit words: the address, then by the
 * mode the source port, then the destination port. jhash2() is taken of the four,
 * five or six. (Of IPv4's one, two or three words it is what nfc_hash_words()
 * computes.)
 */
static __always_inline u32 nfc_hash_words6(const struct nfc_hash *hash,
					   const u32 saddr[4],
					   struct nfc_ports ports)
{
	const u32 words[] = { saddr[0], saddr[1], saddr[2], saddr[3],
			      ports.source, ports.dest };

	/* Lengths that the compiler knows take it half the instructions. */
	switch (hash->mode) {
	case NFC_HASH_SIP:
		return jhash2(words, 4, hash->seed);
	case NFC_HASH_SIP_SPT:
		return jhash2(words, 5, hash->seed);
	default:
		return jhash2(words, 6, hash->seed);
	}
}

/**
 * nfc_hash_ipv6 - hash a packet whose IPv6 header is linear
 *
 * Ports are those behind all extension headers, of which AH is one. Of a later
 * fragment they count as 0, and where IPv4's would.
 */
static __always_inline u32 nfc_hash_ipv6(const struct nfc_hash *hash,
					 const struct sk_buff *skb)
{
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	const u32 saddr[] = {
		ntohl(iph->saddr.s6_addr32[0]), ntohl(iph->saddr.s6_addr32[1]),
		ntohl(iph->saddr.s6_addr32[2]), ntohl(iph->saddr.s6_addr32[3]),
	};
	struct nfc_ports ports = {};

	if (hash->mode != NFC_HASH_SIP) {
		if (likely(nfc_is_plain(skb, NFPROTO_IPV6)))
			ports = nfc_ports_at(skb, (const u8 *)(iph + 1));
		else
			ports = nfc_ports_behind(skb);
	}
	return nfc_hash_words6(hash, saddr, ports);
}

#endif /* _NFC_CLUSTERIP_HASH_H */
