// SPDX-License-Identifier: GPL-2.0
/*
 * What an ICMP error quotes.
 */
#include <net/ipv6.h>
#include "quote.h"

/* Its addresses; the transport header's offset is -1 if it is not quoted. */
static bool nfc_quote_ipv4(const struct sk_buff *skb, unsigned int offset,
			   const union nf_inet_addr *shared,
			   struct nfc_quote *quote, int *transport)
{
	const struct iphdr *iph;
	struct iphdr buf;

	iph = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (!iph || iph->version != 4 || iph->ihl < 5 ||
	    iph->saddr != shared->ip)
		return false;
	quote->protocol = iph->protocol;
	quote->client[0] = ntohl(iph->daddr);
	*transport = iph->frag_off & htons(IP_OFFSET) ? -1 :
		     (int)offset + iph->ihl * 4;
	return true;
}

static bool nfc_quote_ipv6(const struct sk_buff *skb, unsigned int offset,
			   const union nf_inet_addr *shared,
			   struct nfc_quote *quote, int *transport)
{
	struct nfc_transport found;
	const struct ipv6hdr *iph;
	struct ipv6hdr buf;
	int i;

	iph = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (!iph || iph->version != 6 ||
	    !ipv6_addr_equal(&iph->saddr, &shared->in6))
		return false;
	for (i = 0; i < ARRAY_SIZE(quote->client); i++)
		quote->client[i] = ntohl(iph->daddr.s6_addr32[i]);
	found = nfc_transport6(skb, offset, iph->nexthdr);
	quote->protocol = found.protocol;
	*transport = found.offset;
	return true;
}

/* The SPI of one direction says nothing of the other's. */
static bool nfc_quote_is_ipsec(u8 protocol)
{
	return protocol == IPPROTO_ESP || protocol == IPPROTO_AH;
}

bool nfc_quote_read(const struct sk_buff *skb, u8 family, unsigned int offset,
		    const union nf_inet_addr *shared, enum nfc_hash_mode mode,
		    struct nfc_quote *quote)
{
	const struct nfc_ports *sent;
	struct nfc_ports buf;
	int transport;

	*quote = (struct nfc_quote){};
	if (family == NFPROTO_IPV4 ?
	    !nfc_quote_ipv4(skb, offset, shared, quote, &transport) :
	    !nfc_quote_ipv6(skb, offset, shared, quote, &transport))
		return false;
	if (mode == NFC_HASH_SIP)
		return true;
	if (transport < 0 || nfc_quote_is_ipsec(quote->protocol))
		return false;
	if (nfc_ports_offset(quote->protocol) < 0)
		return true;
	sent = skb_header_pointer(skb, transport, sizeof(buf), &buf);
	if (!sent)
		return false;
	quote->ports.source = sent->dest;
	quote->ports.dest = sent->source;
	return true;
}

u32 nfc_quote_hash(const struct nfc_hash *hash, u8 family,
		   const struct nfc_quote *quote)
{
	if (family == NFPROTO_IPV4)
		return nfc_hash_words(hash, quote->client[0], quote->ports);
	return nfc_hash_words6(hash, quote->client, quote->ports);
}
