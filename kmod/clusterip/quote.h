/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The packet that an ICMP error quotes. It is one that was sent from a shared
 * address; the same flow's packets to that address are what a slot is found for.
 */
#ifndef _NFC_CLUSTERIP_QUOTE_H
#define _NFC_CLUSTERIP_QUOTE_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include "hash.h"

/**
 * struct nfc_quote - what a flow's packets to us say
 * @protocol: of transport
 * @client: where they come from, one word in host byte order, or IPv6's four
 * @ports: as struct nfc_ports says; 0 where the hash has none
 */
struct nfc_quote {
	u8 protocol;
	u32 client[4];
	struct nfc_ports ports;
};

/**
 * nfc_quote_read - what an error quotes, turned round
 * @skb: the packet with the error
 * @family: its family, and that of what it quotes
 * @offset: where the quoted packet begins, from skb->data on
 * @shared: the address that it has to come from
 * @mode: what of it will be hashed
 * @quote: the result
 *
 * Return: false if nobody can tell which packets of ours it belongs to: it is
 * from elsewhere, too short, a later fragment; or IPsec, whose SPI tells the
 * direction, in modes with ports.
 */
bool nfc_quote_read(const struct sk_buff *skb, u8 family, unsigned int offset,
		    const union nf_inet_addr *shared, enum nfc_hash_mode mode,
		    struct nfc_quote *quote);

/* What the hash of those packets is. */
u32 nfc_quote_hash(const struct nfc_hash *hash, u8 family,
		   const struct nfc_quote *quote);

#endif /* _NFC_CLUSTERIP_QUOTE_H */
