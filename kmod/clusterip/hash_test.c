// SPDX-License-Identifier: GPL-2.0
/*
 * The hash against the original's: vectors taken from live packets through the
 * in-tree module of 6.1 on a little-endian machine.
 */
#include <kunit/skbuff.h>
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include "hash.c"

#define ADDR(a, b, c, d) ((a) << 24 | (b) << 16 | (c) << 8 | (d))

struct hash_result {
	u32 hash;
	u8 node2, node3, node16;	/* of 2, 3 and 16 in total */
};

static void expect_result(struct kunit *test, u32 hash,
			  const struct hash_result *wanted)
{
	KUNIT_EXPECT_EQ(test, hash, wanted->hash);
	KUNIT_EXPECT_EQ(test, nfc_hash_slot(hash, 2) + 1, wanted->node2);
	KUNIT_EXPECT_EQ(test, nfc_hash_slot(hash, 3) + 1, wanted->node3);
	KUNIT_EXPECT_EQ(test, nfc_hash_slot(hash, 16) + 1, wanted->node16);
}

/* As they lie in a packet. */
static struct nfc_ports ports_of(u16 source, u16 dest)
{
	return (struct nfc_ports){ .source = (__force u16)htons(source),
				   .dest = (__force u16)htons(dest) };
}

static const struct hash_vector {
	u32 seed, saddr;
	u16 sport, dport;
	struct hash_result mode[NFC_HASH_MODES];
} vectors[] = {
	{ 0, ADDR(10, 0, 0, 1), 1024, 80,
	  { { 0x3483bc84, 1, 1, 4 }, { 0xb3ff5f2a, 2, 3, 12 },
	    { 0x78d2a42e, 1, 2, 8 } } },
	{ 0, ADDR(192, 168, 1, 77), 40000, 443,
	  { { 0x0327316a, 1, 1, 1 }, { 0x1cd47d6c, 1, 1, 2 },
	    { 0x0972fbb2, 1, 1, 1 } } },
	{ 0, ADDR(203, 0, 113, 9), 53, 53,
	  { { 0x609cb391, 1, 2, 7 }, { 0x56b1d56a, 1, 2, 6 },
	    { 0xd7c21507, 2, 3, 14 } } },
	{ 0, ADDR(10, 0, 0, 2), 0, 0,
	  { { 0x6ec73995, 1, 2, 7 }, { 0xba6d23c0, 2, 3, 12 },
	    { 0xa693fced, 2, 2, 11 } } },
	{ 1, ADDR(10, 0, 0, 1), 1024, 80,
	  { { 0xd60f0ea3, 2, 3, 14 }, { 0x0c4ac4bb, 1, 1, 1 },
	    { 0x78507a22, 1, 2, 8 } } },
	{ 1, ADDR(192, 168, 1, 77), 40000, 443,
	  { { 0xb52123a9, 2, 3, 12 }, { 0x10051df6, 1, 1, 2 },
	    { 0x79c3e664, 1, 2, 8 } } },
	{ 1, ADDR(203, 0, 113, 9), 53, 53,
	  { { 0x7ba5ede4, 1, 2, 8 }, { 0x0bec5aca, 1, 1, 1 },
	    { 0x767b552c, 1, 2, 8 } } },
	{ 0xdeadbeef, ADDR(10, 0, 0, 1), 1024, 80,
	  { { 0x0c0dc576, 1, 1, 1 }, { 0x7c37ae5e, 1, 2, 8 },
	    { 0x730d0667, 1, 2, 8 } } },
	{ 0xdeadbeef, ADDR(192, 168, 1, 77), 40000, 443,
	  { { 0xce1eaca7, 2, 3, 13 }, { 0x32757732, 1, 1, 4 },
	    { 0x87fe737b, 2, 2, 9 } } },
	{ 0xdeadbeef, ADDR(203, 0, 113, 9), 53, 53,
	  { { 0x3d07b81d, 1, 1, 4 }, { 0xccd996ff, 2, 3, 13 },
	    { 0xab0fb8a1, 2, 3, 11 } } },
};

static void vector_desc(const struct hash_vector *v, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "seed %x %08x:%u:%u", v->seed,
		 v->saddr, v->sport, v->dport);
}

KUNIT_ARRAY_PARAM(vector, vectors, vector_desc);

static void hash_golden(struct kunit *test)
{
	const struct hash_vector *v = test->param_value;
	const struct nfc_ports ports = ports_of(v->sport, v->dport);
	u32 mode;

	for (mode = 0; mode < NFC_HASH_MODES; mode++) {
		const struct nfc_hash hash = { .mode = mode, .seed = v->seed };

		expect_result(test, nfc_hash_words(&hash, v->saddr, ports),
			      &v->mode[mode]);
	}
}

/* Computed apart, by nothing that is compiled here. */
static const struct hash_vector6 {
	u32 seed, saddr[4];
	u16 sport, dport;
	struct hash_result mode[NFC_HASH_MODES];
} vectors6[] = {
	{ 0, { 0x20010db8, 0x00000000, 0x00000000, 0x00000001 }, 1024, 80,
	  { { 0x66295424, 1, 2, 7 }, { 0xeab153d5, 2, 3, 15 },
	    { 0x9bbcc2b5, 2, 2, 10 } } },
	{ 0, { 0xfe800000, 0x00000000, 0x000200ff, 0xfe000001 }, 40000, 443,
	  { { 0xe5e4cba1, 2, 3, 15 }, { 0xa64a5280, 2, 2, 11 },
	    { 0x36597c84, 1, 1, 4 } } },
	{ 0, { 0x20010db8, 0x00010002, 0x00030004, 0x00050006 }, 53, 53,
	  { { 0x23512e14, 1, 1, 3 }, { 0xcc2c37da, 2, 3, 13 },
	    { 0x7e6af24f, 1, 2, 8 } } },
	{ 0, { 0x00000000, 0x00000000, 0x00000000, 0x00000001 }, 0, 0,
	  { { 0x594f7ec8, 1, 2, 6 }, { 0xfbbb847b, 2, 3, 16 },
	    { 0x13e70fc7, 1, 1, 2 } } },
	{ 1, { 0x20010db8, 0x00000000, 0x00000000, 0x00000001 }, 1024, 80,
	  { { 0xd58b1c0b, 2, 3, 14 }, { 0x6cc253e8, 1, 2, 7 },
	    { 0x0d49115c, 1, 1, 1 } } },
	{ 1, { 0xfe800000, 0x00000000, 0x000200ff, 0xfe000001 }, 40000, 443,
	  { { 0x3ee14c12, 1, 1, 4 }, { 0xb642b643, 2, 3, 12 },
	    { 0x9d4fe592, 2, 2, 10 } } },
	{ 0xdeadbeef, { 0x20010db8, 0x00000000, 0x00000000, 0x00000001 }, 1024, 80,
	  { { 0xd988fe53, 2, 3, 14 }, { 0xd6b1a599, 2, 3, 14 },
	    { 0x63b5f569, 1, 2, 7 } } },
	{ 0xdeadbeef, { 0x20010db8, 0x00010002, 0x00030004, 0x00050006 }, 53, 53,
	  { { 0xd8e188fe, 2, 3, 14 }, { 0xd15ab091, 2, 3, 14 },
	    { 0xe4caa2bf, 2, 3, 15 } } },
};

static void vector6_desc(const struct hash_vector6 *v, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "seed %x %08x%08x%08x%08x:%u:%u",
		 v->seed, v->saddr[0], v->saddr[1], v->saddr[2], v->saddr[3],
		 v->sport, v->dport);
}

KUNIT_ARRAY_PARAM(vector6, vectors6, vector6_desc);

static void hash_golden6(struct kunit *test)
{
	const struct hash_vector6 *v = test->param_value;
	const struct nfc_ports ports = ports_of(v->sport, v->dport);
	u32 mode;

	for (mode = 0; mode < NFC_HASH_MODES; mode++) {
		const struct nfc_hash hash = { .mode = mode, .seed = v->seed };

		expect_result(test, nfc_hash_words6(&hash, v->saddr, ports),
			      &v->mode[mode]);
	}
}

/* What hash.h says of the two: IPv4's is that of fewer words. */
static void hash_one_family(struct kunit *test)
{
	const u32 words[] = { ADDR(10, 0, 0, 1), 0x0004, 0x5000 };
	const struct nfc_ports ports = { .source = 0x0004, .dest = 0x5000 };
	u32 mode;

	for (mode = 0; mode < NFC_HASH_MODES; mode++) {
		const struct nfc_hash hash = { .mode = mode, .seed = 7 };

		KUNIT_EXPECT_EQ(test, nfc_hash_words(&hash, words[0], ports),
				jhash2(words, 1 + mode, 7));
	}
}

/* Each slot is within reach, and none beyond. */
static void hash_slot_range(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, nfc_hash_slot(0, 4096), 0);
	KUNIT_EXPECT_EQ(test, nfc_hash_slot(U32_MAX, 4096), 4095);
	KUNIT_EXPECT_EQ(test, nfc_hash_slot(U32_MAX, 1), 0);
	KUNIT_EXPECT_EQ(test, nfc_hash_slot(U32_MAX / 2, 2), 0);
	KUNIT_EXPECT_EQ(test, nfc_hash_slot(U32_MAX / 2 + 1, 2), 1);
}

/* A packet from 10.0.0.1 with @options words of IP options before @payload. */
static struct sk_buff *packet(struct kunit *test, u8 protocol,
			      unsigned int options, const void *payload,
			      size_t len)
{
	const unsigned int ihl = 5 + options;
	struct sk_buff *skb;
	struct iphdr *iph;

	skb = kunit_zalloc_skb(test, ihl * 4 + len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_network_header(skb);
	iph = skb_put_zero(skb, ihl * 4);
	iph->version = 4;
	iph->ihl = ihl;
	iph->protocol = protocol;
	iph->saddr = htonl(ADDR(10, 0, 0, 1));
	skb_put_data(skb, payload, len);
	return skb;
}

static const struct nfc_hash full = { .mode = NFC_HASH_SIP_SPT_DPT };
static const u8 wire_ports[] = { 0x04, 0x00, 0x00, 0x50 };	/* 1024, 80 */
static const u32 with_ports = 0x78d2a42e;

static u32 without_ports(void)
{
	return jhash_3words(ADDR(10, 0, 0, 1), 0, 0, 0);
}

static void hash_packet_ports(struct kunit *test)
{
	static const u8 protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_DCCP,
					IPPROTO_SCTP, IPPROTO_UDPLITE,
					IPPROTO_ESP };
	struct sk_buff *skb;
	int i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		skb = packet(test, protocols[i], 0, wire_ports,
			     sizeof(wire_ports));
		KUNIT_EXPECT_EQ(test, nfc_hash_ipv4(&full, skb), with_ports);
	}
	/* IP options move the ports. */
	skb = packet(test, IPPROTO_TCP, 10, wire_ports, sizeof(wire_ports));
	KUNIT_EXPECT_EQ(test, nfc_hash_ipv4(&full, skb), with_ports);
}

static void hash_packet_ah(struct kunit *test)
{
	static const u8 ah[] = { 6, 4, 0, 0, 0x04, 0x00, 0x00, 0x50 };
	struct sk_buff *skb = packet(test, IPPROTO_AH, 0, ah, sizeof(ah));

	KUNIT_EXPECT_EQ(test, nfc_hash_ipv4(&full, skb), with_ports);
	skb = packet(test, IPPROTO_AH, 0, ah, sizeof(ah) - 1);
	KUNIT_EXPECT_EQ(test, nfc_hash_ipv4(&full, skb), without_ports());
}

static void hash_packet_no_ports(struct kunit *test)
{
	static const u8 protocols[] = { IPPROTO_ICMP, IPPROTO_GRE,
					IPPROTO_IPIP, 255 };
	struct sk_buff *skb;
	int i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		skb = packet(test, protocols[i], 0, wire_ports,
			     sizeof(wire_ports));
		KUNIT_EXPECT_EQ(test, nfc_hash_ipv4(&full, skb),
				without_ports());
	}
	/* Cut off: three of the four bytes are as good as none. */
	for (i = 0; i < sizeof(wire_ports); i++) {
		skb = packet(test, IPPROTO_TCP, 0, wire_ports, i);
		KUNIT_EXPECT_EQ(test, nfc_hash_ipv4(&full, skb),
				without_ports());
	}
}

/* What the header precedes does not count: an Ethernet header, say. */
static void hash_packet_offset(struct kunit *test)
{
	struct sk_buff *skb = packet(test, IPPROTO_UDP, 0, wire_ports,
				     sizeof(wire_ports));

	skb_reserve(skb, 0);
	KUNIT_ASSERT_EQ(test, pskb_expand_head(skb, ETH_HLEN, 0, GFP_KERNEL), 0);
	skb_push(skb, ETH_HLEN);
	KUNIT_EXPECT_EQ(test, skb_network_offset(skb), ETH_HLEN);
	KUNIT_EXPECT_EQ(test, nfc_hash_ipv4(&full, skb), with_ports);
}

/* A packet from 2001:db8::1 whose first header after IPv6's is @nexthdr. */
static struct sk_buff *packet6(struct kunit *test, u8 nexthdr,
			       const void *payload, size_t len)
{
	struct sk_buff *skb = kunit_zalloc_skb(test, sizeof(struct ipv6hdr) + len,
					       GFP_KERNEL);
	struct ipv6hdr *iph;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_network_header(skb);
	iph = skb_put_zero(skb, sizeof(*iph));
	iph->version = 6;
	iph->nexthdr = nexthdr;
	iph->saddr.s6_addr32[0] = htonl(0x20010db8);
	iph->saddr.s6_addr32[3] = htonl(1);
	skb_put_data(skb, payload, len);
	return skb;
}

static const u32 with_ports6 = 0x9bbcc2b5;

static u32 without_ports6(void)
{
	const u32 words[] = { 0x20010db8, 0, 0, 1, 0, 0 };

	return jhash2(words, 6, 0);
}

static void hash_packet6(struct kunit *test)
{
	static const struct {
		u8 nexthdr;
		bool ports;
		u8 len;
		u8 payload[32];
	} cases[] = {
		{ IPPROTO_TCP, true, 4, { 4, 0, 0, 80 } },
		{ IPPROTO_UDP, true, 8, { 4, 0, 0, 80 } },
		{ IPPROTO_SCTP, true, 4, { 4, 0, 0, 80 } },
		{ IPPROTO_ESP, true, 4, { 4, 0, 0, 80 } },
		{ IPPROTO_TCP, false, 3, { 4, 0, 0, 80 } },
		{ IPPROTO_ICMPV6, false, 8, { 4, 0, 0, 80 } },
		{ IPPROTO_NONE, false, 8, { 4, 0, 0, 80 } },
		/* hop-by-hop; then destination options and routing */
		{ IPPROTO_HOPOPTS, true, 12,
		  { IPPROTO_TCP, 0, 1, 4, 0, 0, 0, 0, 4, 0, 0, 80 } },
		{ IPPROTO_DSTOPTS, true, 20,
		  { IPPROTO_ROUTING, 0, 1, 4, 0, 0, 0, 0,
		    IPPROTO_TCP, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 80 } },
		/* AH of 12 bytes is passed over */
		{ IPPROTO_AH, true, 16,
		  { IPPROTO_TCP, 1, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9,
		    4, 0, 0, 80 } },
		/* a first fragment, and a later one */
		{ IPPROTO_FRAGMENT, true, 12,
		  { IPPROTO_TCP, 0, 0, 1, 0, 0, 0, 7, 4, 0, 0, 80 } },
		{ IPPROTO_FRAGMENT, false, 12,
		  { IPPROTO_TCP, 0, 0, 8, 0, 0, 0, 7, 4, 0, 0, 80 } },
		/* an extension header that is cut off, or claims too much */
		{ IPPROTO_HOPOPTS, false, 1, { IPPROTO_TCP } },
		{ IPPROTO_HOPOPTS, false, 12,
		  { IPPROTO_TCP, 255, 1, 4, 0, 0, 0, 0, 4, 0, 0, 80 } },
	};
	struct sk_buff *skb;
	u32 wanted;
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		skb = packet6(test, cases[i].nexthdr, cases[i].payload,
			      cases[i].len);
		wanted = without_ports6();
		if (cases[i].ports)
			wanted = with_ports6;
		KUNIT_EXPECT_EQ_MSG(test, nfc_hash_ipv6(&full, skb), wanted,
				    "case %d", i);
	}
}

static struct kunit_case hash_cases[] = {
	KUNIT_CASE_PARAM(hash_golden, vector_gen_params),
	KUNIT_CASE_PARAM(hash_golden6, vector6_gen_params),
	KUNIT_CASE(hash_one_family),
	KUNIT_CASE(hash_packet6),
	KUNIT_CASE(hash_slot_range),
	KUNIT_CASE(hash_packet_ports),
	KUNIT_CASE(hash_packet_ah),
	KUNIT_CASE(hash_packet_no_ports),
	KUNIT_CASE(hash_packet_offset),
	{}
};

static struct kunit_suite hash_suite = {
	.name = "clusterip_hash",
	.test_cases = hash_cases,
};

kunit_test_suite(hash_suite);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit suites of ipt_CLUSTERIP");
