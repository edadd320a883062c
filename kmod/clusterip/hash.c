// SPDX-License-Identifier: GPL-2.0
/*
 * Ports that are not where nearly all packets have them. Out of line, because
 * the others would pay for the room on the stack.
 */
#include "hash.h"

struct nfc_ports nfc_ports_beyond(const struct sk_buff *skb,
				  unsigned int offset)
{
	struct nfc_ports ports;

	if (skb_copy_bits(skb, offset, &ports, sizeof(ports)))
		return (struct nfc_ports){};
	return ports;
}

struct nfc_ports nfc_ports_behind(const struct sk_buff *skb)
{
	const struct nfc_transport transport =
		nfc_transport(skb, NFPROTO_IPV6);

	if (transport.offset < 0 || nfc_ports_offset(transport.protocol))
		return (struct nfc_ports){};
	return nfc_ports_at(skb, skb->data + transport.offset);
}
