// SPDX-License-Identifier: GPL-2.0
/*
 * What ICMP errors quote: the hash has to be that of the packets that the quoted
 * one answered, whatever else the quote is.
 */
#include <kunit/skbuff.h>
#include <kunit/test.h>
#include "quote.c"

/* Where a quote begins: IP, ICMP, and what stands before in the buffer. */
#define QUOTE_AT	28

static const union nf_inet_addr shared4 = { .ip = htonl(0xc0a8000a) };
static const struct nfc_hash full = { .mode = NFC_HASH_SIP_SPT_DPT, .seed = 7 };

/* From 192.168.0.10 to 10.0.0.1, port 80 to 1024. */
static const u8 sent4[] = {
	0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, IPPROTO_TCP, 0, 0,
	192, 168, 0, 10, 10, 0, 0, 1,
	0, 80, 4, 0, 0, 0, 0, 1,
};

/* From 2001:db8::a to 2001:db8::1 */
static const u8 sent6[] = {
	0x60, 0, 0, 0, 0, 20, IPPROTO_TCP, 64,
	0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10,
	0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	0, 80, 4, 0, 0, 0, 0, 1,
};

static const struct nfc_ports came = {
	.source = (__force u16)htons(1024),
	.dest = (__force u16)htons(80),
};

struct quote_change {
	int at;		/* -1: none */
	u8 value;
};

static struct sk_buff *error(struct kunit *test, const u8 *quoted, size_t len,
			     struct quote_change change)
{
	struct sk_buff *skb = kunit_zalloc_skb(test, QUOTE_AT + len, GFP_KERNEL);
	u8 *at;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_network_header(skb);
	skb_put_zero(skb, QUOTE_AT);
	at = skb_put_data(skb, quoted, len);
	if (change.at >= 0)
		at[change.at] = change.value;
	return skb;
}

/* The hash of what an error quotes; 0 if nobody can tell. */
static u32 quoted4(struct kunit *test, size_t len, struct quote_change change,
		   enum nfc_hash_mode mode)
{
	const struct nfc_hash hash = { .mode = mode, .seed = full.seed };
	struct nfc_quote quote;

	if (!nfc_quote_read(error(test, sent4, len, change), NFPROTO_IPV4,
			    QUOTE_AT, &shared4, mode, &quote))
		return 0;
	return nfc_quote_hash(&hash, NFPROTO_IPV4, &quote);
}

static void quote_is_the_flow(struct kunit *test)
{
	static const u8 protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP,
					IPPROTO_DCCP, IPPROTO_UDPLITE };
	const u32 wanted = nfc_hash_words(&full, 0x0a000001, came);
	int i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		KUNIT_EXPECT_EQ(test, wanted,
				quoted4(test, sizeof(sent4),
					(struct quote_change){ 9, protocols[i] },
					full.mode));
}

static void quote_without_ports(struct kunit *test)
{
	const struct nfc_ports none = {};
	const u32 wanted = nfc_hash_words(&full, 0x0a000001, none);

	KUNIT_EXPECT_EQ(test, wanted,
			quoted4(test, sizeof(sent4),
				(struct quote_change){ 9, IPPROTO_ICMP },
				full.mode));
	/* Nothing of its transport header has to be there. */
	KUNIT_EXPECT_EQ(test, wanted,
			quoted4(test, 20, (struct quote_change){ 9, IPPROTO_ICMP },
				full.mode));
}

/* What makes a quote useless to modes with ports. */
static void quote_that_tells_nothing(struct kunit *test)
{
	static const struct quote_change changes[] = {
		{ 0, 0x44 },		/* a header too short */
		{ 0, 0x4f },		/* one that ends beyond */
		{ 0, 0x65 },		/* of another version */
		{ 7, 1 },		/* a later fragment */
		{ 9, IPPROTO_ESP },	/* SPIs are of one direction */
		{ 9, IPPROTO_AH },
		{ 15, 11 },		/* sent by somebody else */
	};
	const struct quote_change none = { .at = -1 };
	size_t len;
	int i;

	for (i = 0; i < ARRAY_SIZE(changes); i++)
		KUNIT_EXPECT_EQ_MSG(test, 0,
				    quoted4(test, sizeof(sent4), changes[i],
					    full.mode), "change %d", i);
	for (len = 0; len < 24; len++)
		KUNIT_EXPECT_EQ_MSG(test, 0, quoted4(test, len, none, full.mode),
				    "%zu bytes", len);
	KUNIT_EXPECT_NE(test, 0, quoted4(test, 24, none, full.mode));
}

/* Where the address alone counts, it is enough. */
static void quote_of_an_address(struct kunit *test)
{
	const struct nfc_hash hash = { .mode = NFC_HASH_SIP, .seed = full.seed };
	const struct nfc_ports none = {};
	const u32 wanted = nfc_hash_words(&hash, 0x0a000001, none);

	KUNIT_EXPECT_EQ(test, wanted,
			quoted4(test, 20, (struct quote_change){ 7, 1 },
				NFC_HASH_SIP));
	KUNIT_EXPECT_EQ(test, wanted,
			quoted4(test, 20, (struct quote_change){ 9, IPPROTO_ESP },
				NFC_HASH_SIP));
}

static void quote_of_ipv6(struct kunit *test)
{
	static const u32 client[] = { 0x20010db8, 0, 0, 1 };
	union nf_inet_addr shared = {};
	const struct quote_change none = { .at = -1 };
	struct nfc_quote quote;
	struct sk_buff *skb;
	size_t len;

	memcpy(&shared.in6, sent6 + 8, sizeof(shared.in6));
	for (len = 0; len <= sizeof(sent6); len++) {
		skb = error(test, sent6, len, none);
		KUNIT_EXPECT_EQ_MSG(test, len >= 44,
				    nfc_quote_read(skb, NFPROTO_IPV6, QUOTE_AT,
						   &shared, full.mode, &quote),
				    "%zu bytes", len);
	}
	KUNIT_EXPECT_EQ(test, nfc_hash_words6(&full, client, came),
			nfc_quote_hash(&full, NFPROTO_IPV6, &quote));

	/* Extension headers that claim more than there is. */
	skb = error(test, sent6, sizeof(sent6),
		    (struct quote_change){ 6, IPPROTO_HOPOPTS });
	KUNIT_EXPECT_FALSE(test, nfc_quote_read(skb, NFPROTO_IPV6, QUOTE_AT,
						&shared, full.mode, &quote));
	skb = error(test, sent6, sizeof(sent6), (struct quote_change){ 23, 11 });
	KUNIT_EXPECT_FALSE(test, nfc_quote_read(skb, NFPROTO_IPV6, QUOTE_AT,
						&shared, full.mode, &quote));
}

static struct kunit_case quote_cases[] = {
	KUNIT_CASE(quote_is_the_flow),
	KUNIT_CASE(quote_without_ports),
	KUNIT_CASE(quote_that_tells_nothing),
	KUNIT_CASE(quote_of_an_address),
	KUNIT_CASE(quote_of_ipv6),
	{}
};

static struct kunit_suite quote_suite = {
	.name = "clusterip_quote",
	.test_cases = quote_cases,
};

kunit_test_suite(quote_suite);
