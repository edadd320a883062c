// SPDX-License-Identifier: GPL-2.0
/*
 * Reading and changing neighbour discovery messages.
 */
#include <linux/icmpv6.h>
#include <linux/ipv6.h>
#include <net/checksum.h>
#include <net/ipv6.h>
#include "ndp.h"

/* What solicitations and advertisements of neighbours begin with. */
struct nfc_ndp_fixed {
	struct icmp6hdr header;
	struct in6_addr target;
};

/* An option with a hardware address, whose length is counted in eight bytes. */
struct nfc_ndp_option {
	u8 type;
	u8 length;
	u8 mac[ETH_ALEN];
};

/* In the first word behind an advertisement's checksum. */
#define NFC_NDP_OVERRIDE	0x2000

#define NFC_NDP_UNIT	sizeof(struct nfc_ndp_option)
#define NFC_NDP_MAC	offsetof(struct nfc_ndp_option, mac)

/* How much of a message comes before its options; 0: none of ours. */
static unsigned int nfc_ndp_fixed_size(u8 type)
{
	switch (type) {
	case NFC_NDP_ROUTER_SOLICIT:
		return sizeof(struct icmp6hdr);
	case NFC_NDP_ROUTER_ADVERT:
		return sizeof(struct icmp6hdr) + 2 * sizeof(__be32);
	case NFC_NDP_SOLICIT:
	case NFC_NDP_ADVERT:
		return sizeof(struct nfc_ndp_fixed);
	default:
		return 0;
	}
}

bool nfc_ndp_read(const struct sk_buff *skb, struct nfc_ndp *msg)
{
	const unsigned int network = skb_network_offset(skb);
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	const struct nfc_ndp_fixed *fixed;
	struct nfc_ndp_fixed buf;
	u8 protocol = ip6->nexthdr;
	unsigned int size;
	__be16 fragment;
	int start;

	start = ipv6_skip_exthdr(skb, network + sizeof(*ip6), &protocol,
				 &fragment);
	if (start < 0 || protocol != IPPROTO_ICMPV6 ||
	    fragment & htons(IP6_OFFSET))
		return false;
	msg->start = start;
	msg->end = min_t(unsigned int, skb->len, network + sizeof(*ip6) +
			 ntohs(ip6->payload_len));

	fixed = skb_header_pointer(skb, start, sizeof(buf.header), &buf);
	if (!fixed || fixed->header.icmp6_code)
		return false;
	msg->type = fixed->header.icmp6_type;
	size = nfc_ndp_fixed_size(msg->type);
	if (!size || start + size > msg->end)
		return false;
	msg->options = start + size;
	msg->source = ip6->saddr;
	msg->solicited = false;
	memset(&msg->target, 0, sizeof(msg->target));
	if (size < sizeof(buf))
		return true;

	fixed = skb_header_pointer(skb, start, sizeof(buf), &buf);
	if (!fixed)
		return false;
	msg->solicited = msg->type == NFC_NDP_ADVERT &&
			 fixed->header.icmp6_solicited;
	msg->target = fixed->target;
	return true;
}

/* The size of the option at a place; 0 at the end; -EINVAL: it is broken. */
static int nfc_ndp_option(const struct sk_buff *skb, const struct nfc_ndp *msg,
			  unsigned int at, u8 *type)
{
	const u8 *option;
	unsigned int size;
	u8 buf[2];

	if (at == msg->end)
		return 0;
	if (msg->end - at < NFC_NDP_UNIT)
		return -EINVAL;
	option = skb_header_pointer(skb, at, sizeof(buf), buf);
	if (!option)
		return -EINVAL;
	*type = option[0];
	size = option[1] * NFC_NDP_UNIT;
	return size && size <= msg->end - at ? size : -EINVAL;
}

/*
 * The first option of a type: 0 and where it is, or -ENOENT; -EINVAL if any of
 * them is broken.
 */
static int nfc_ndp_find(const struct sk_buff *skb, const struct nfc_ndp *msg,
			u8 type, unsigned int *found, unsigned int *found_size)
{
	int size, err = -ENOENT;
	unsigned int at;
	u8 type_here;

	for (at = msg->options;
	     (size = nfc_ndp_option(skb, msg, at, &type_here)) > 0;
	     at += size) {
		if (type_here != type || !err)
			continue;
		err = 0;
		*found = at;
		*found_size = size;
	}
	return size ?: err;
}

int nfc_ndp_get(const struct sk_buff *skb, const struct nfc_ndp *msg, u8 type,
		u8 mac[ETH_ALEN])
{
	unsigned int at, size;
	int err;

	err = nfc_ndp_find(skb, msg, type, &at, &size);
	if (err)
		return err;
	if (size != NFC_NDP_UNIT)
		return -ENOENT;
	return skb_copy_bits(skb, at + NFC_NDP_MAC, mac, ETH_ALEN);
}

/* One word of the message, at an even place in its linear part. */
static void nfc_ndp_write(struct sk_buff *skb, const struct nfc_ndp *msg,
			  unsigned int at, __be16 value)
{
	struct icmp6hdr *header = (struct icmp6hdr *)(skb->data + msg->start);
	__be16 *word = (__be16 *)(skb->data + at);

	inet_proto_csum_replace2(&header->icmp6_cksum, skb, *word, value,
				 false);
	*word = value;
}

static void nfc_ndp_write_mac(struct sk_buff *skb, const struct nfc_ndp *msg,
			      unsigned int at, const u8 mac[ETH_ALEN])
{
	__be16 words[ETH_ALEN / sizeof(__be16)];
	unsigned int i;

	memcpy(words, mac, ETH_ALEN);
	for (i = 0; i < ARRAY_SIZE(words); i++)
		nfc_ndp_write(skb, msg, at + i * sizeof(*words), words[i]);
}

int nfc_ndp_set(struct sk_buff *skb, const struct nfc_ndp *msg, u8 type,
		const u8 mac[ETH_ALEN])
{
	unsigned int at, first_size;
	u8 type_here;
	int size;

	size = nfc_ndp_find(skb, msg, type, &at, &first_size);
	if (size)
		return size;
	if (skb_ensure_writable(skb, msg->end))
		return -ENOMEM;
	for (; (size = nfc_ndp_option(skb, msg, at, &type_here)) > 0; at += size)
		if (type_here == type)
			nfc_ndp_write_mac(skb, msg, at + NFC_NDP_MAC, mac);
	return 0;
}

int nfc_ndp_add(struct sk_buff *skb, struct nfc_ndp *msg, u8 type,
		const u8 mac[ETH_ALEN])
{
	const unsigned int size = msg->end - msg->start;
	const unsigned int at = msg->end;
	struct icmp6hdr *header;
	struct ipv6hdr *ip6;
	unsigned int payload;

	payload = ntohs(ipv6_hdr(skb)->payload_len) + NFC_NDP_UNIT;
	if (msg->end != skb->len || payload > U16_MAX)
		return -EINVAL;
	if (skb_linearize(skb))
		return -ENOMEM;
	if ((skb_cloned(skb) || skb_tailroom(skb) < NFC_NDP_UNIT) &&
	    pskb_expand_head(skb, 0, NFC_NDP_UNIT, GFP_ATOMIC))
		return -ENOMEM;

	skb_put_zero(skb, NFC_NDP_UNIT);
	msg->end += NFC_NDP_UNIT;
	ip6 = ipv6_hdr(skb);
	ip6->payload_len = htons(payload);
	header = (struct icmp6hdr *)(skb->data + msg->start);
	inet_proto_csum_replace2(&header->icmp6_cksum, skb, htons(size),
				 htons(size + NFC_NDP_UNIT), true);
	nfc_ndp_write(skb, msg, at, htons(type << 8 | 1));
	nfc_ndp_write_mac(skb, msg, at + NFC_NDP_MAC, mac);
	return 0;
}

int nfc_ndp_override(struct sk_buff *skb, const struct nfc_ndp *msg)
{
	const unsigned int at = msg->start + offsetof(struct icmp6hdr, icmp6_dataun);
	__be16 flags;

	if (skb_ensure_writable(skb, msg->options))
		return -ENOMEM;
	memcpy(&flags, skb->data + at, sizeof(flags));
	nfc_ndp_write(skb, msg, at, flags | htons(NFC_NDP_OVERRIDE));
	return 0;
}
