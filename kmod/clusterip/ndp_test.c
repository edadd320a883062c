// SPDX-License-Identifier: GPL-2.0
/*
 * Neighbour discovery messages: read, changed, and broken.
 */
#include <kunit/skbuff.h>
#include <kunit/test.h>
#include <net/ip6_checksum.h>
#include "ndp.c"

static const u8 cluster_mac[] = { 0x33, 0x33, 0x0a, 0x0b, 0x0c, 0x0d };
static const u8 own_mac[] = { 0x02, 0, 0, 0, 0, 1 };

/* Messages in hex; OWN and CLUSTER are options but for their type. */
#define TARGET	"fd000000000000000000000000000010"
#define ADVERT	"8800000060000000" TARGET
#define SOLICIT	"8700000000000000" TARGET
#define OWN	"01020000000001"
#define CLUSTER	"0133330a0b0c0d"

static __sum16 checksum_of(struct sk_buff *skb, unsigned int start)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	unsigned int size = skb->len - start;

	return csum_ipv6_magic(&ip6->saddr, &ip6->daddr, size, IPPROTO_ICMPV6,
			       skb_checksum(skb, start, size, 0));
}

static u8 *bytes_of(struct kunit *test, const char *hex, size_t *size)
{
	u8 *bytes;

	*size = strlen(hex) / 2;
	bytes = kunit_kzalloc(test, *size + 1, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bytes);
	KUNIT_ASSERT_EQ(test, hex2bin(bytes, hex, *size), 0);
	return bytes;
}

/* @headers come between IPv6 header and message, the first of them @protocol. */
static struct sk_buff *packet_behind(struct kunit *test, u8 protocol,
				     const char *headers, const char *message)
{
	struct icmp6hdr *header;
	struct ipv6hdr *ip6;
	struct sk_buff *skb;
	size_t before, size;
	u8 *bytes;

	bytes = bytes_of(test, headers, &before);
	skb = kunit_zalloc_skb(test, sizeof(*ip6) + before + strlen(message) / 2,
			       GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	ip6 = skb_put_zero(skb, sizeof(*ip6));
	skb_reset_network_header(skb);
	skb_put_data(skb, bytes, before);
	bytes = bytes_of(test, message, &size);
	skb_put_data(skb, bytes, size);
	ip6->version = 6;
	ip6->nexthdr = protocol;
	ip6->hop_limit = 255;
	ip6->payload_len = htons(before + size);
	ip6->saddr.s6_addr[0] = 0xfe;
	ip6->daddr.s6_addr[0] = 0xff;
	if (size >= sizeof(*header)) {
		header = (struct icmp6hdr *)(skb_tail_pointer(skb) - size);
		header->icmp6_cksum = checksum_of(skb, skb->len - size);
	}
	return skb;
}

static struct sk_buff *packet(struct kunit *test, const char *message)
{
	return packet_behind(test, IPPROTO_ICMPV6, "", message);
}

/* The message as it is now, its checksum good and then left out. */
static void expect_message(struct kunit *test, struct sk_buff *skb,
			   const struct nfc_ndp *msg, const char *message)
{
	size_t size;
	u8 *wanted = bytes_of(test, message, &size);
	u8 *got = kunit_kzalloc(test, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, got);
	KUNIT_ASSERT_EQ(test, skb->len, msg->start + size);
	KUNIT_EXPECT_EQ(test, ntohs(ipv6_hdr(skb)->payload_len),
			skb->len - sizeof(struct ipv6hdr));
	KUNIT_EXPECT_EQ(test, checksum_of(skb, msg->start), 0);
	KUNIT_ASSERT_EQ(test, skb_copy_bits(skb, msg->start, got, size), 0);
	memset(got + 2, 0, sizeof(__sum16));
	KUNIT_EXPECT_MEMEQ(test, got, wanted, size);
}

static bool is_read(struct kunit *test, const char *message)
{
	struct nfc_ndp msg;

	return nfc_ndp_read(packet(test, message), &msg);
}

static bool is_read_behind(struct kunit *test, u8 protocol, const char *headers)
{
	struct nfc_ndp msg;

	return nfc_ndp_read(packet_behind(test, protocol, headers,
					  ADVERT "02" OWN), &msg);
}

static void read_fields(struct kunit *test)
{
	struct sk_buff *skb = packet(test, ADVERT "02" OWN);
	struct nfc_ndp msg;
	u8 mac[ETH_ALEN];

	KUNIT_ASSERT_TRUE(test, nfc_ndp_read(skb, &msg));
	KUNIT_EXPECT_EQ(test, msg.type, NFC_NDP_ADVERT);
	KUNIT_EXPECT_TRUE(test, msg.solicited);
	KUNIT_EXPECT_EQ(test, msg.source.s6_addr[0], 0xfe);
	KUNIT_EXPECT_EQ(test, msg.target.s6_addr[15], 0x10);
	KUNIT_EXPECT_EQ(test, msg.options, 40 + 24);
	KUNIT_EXPECT_EQ(test, msg.end, 40 + 24 + 8);
	KUNIT_EXPECT_EQ(test, nfc_ndp_get(skb, &msg, 2, mac), 0);
	KUNIT_EXPECT_MEMEQ(test, mac, own_mac, ETH_ALEN);
	KUNIT_EXPECT_EQ(test, nfc_ndp_get(skb, &msg, 1, mac), -ENOENT);

	skb = packet(test, "850000000000000001" OWN);
	KUNIT_ASSERT_TRUE(test, nfc_ndp_read(skb, &msg));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_any(&msg.target));
	KUNIT_EXPECT_EQ(test, nfc_ndp_get(skb, &msg, 1, mac), 0);

	skb = packet(test, "8600000000000000000000000000000001" OWN);
	KUNIT_ASSERT_TRUE(test, nfc_ndp_read(skb, &msg));
	KUNIT_EXPECT_EQ(test, nfc_ndp_get(skb, &msg, 1, mac), 0);
}

static void read_others(struct kunit *test)
{
	char whole[] = ADVERT;
	struct nfc_ndp msg;
	struct sk_buff *skb;

	KUNIT_EXPECT_TRUE(test, is_read(test, ADVERT));
	while (*whole) {
		whole[strlen(whole) - 2] = '\0';
		KUNIT_EXPECT_FALSE(test, is_read(test, whole));
	}
	/* Another type, another code, another protocol. */
	KUNIT_EXPECT_FALSE(test, is_read(test, "8900000000000000" TARGET TARGET));
	KUNIT_EXPECT_FALSE(test, is_read(test, "8000000000000000"));
	KUNIT_EXPECT_FALSE(test, is_read(test, "8801000060000000" TARGET));
	KUNIT_EXPECT_FALSE(test, is_read_behind(test, IPPROTO_UDP, ""));
	KUNIT_EXPECT_FALSE(test, is_read_behind(test, NEXTHDR_NONE, ""));
	/* Its header says that it ends earlier. */
	skb = packet(test, ADVERT "02" OWN);
	ipv6_hdr(skb)->payload_len = htons(23);
	KUNIT_EXPECT_FALSE(test, nfc_ndp_read(skb, &msg));
	ipv6_hdr(skb)->payload_len = htons(24);
	KUNIT_EXPECT_TRUE(test, nfc_ndp_read(skb, &msg));
	KUNIT_EXPECT_EQ(test, msg.end, 40 + 24);
	/* ... or later. */
	ipv6_hdr(skb)->payload_len = htons(1000);
	KUNIT_EXPECT_TRUE(test, nfc_ndp_read(skb, &msg));
	KUNIT_EXPECT_EQ(test, msg.end, 40 + 24 + 8);
}

static void read_behind_headers(struct kunit *test)
{
	struct sk_buff *skb = packet_behind(test, NEXTHDR_HOP, "3a00010400000000",
					    ADVERT "02" OWN);
	struct nfc_ndp msg;

	KUNIT_ASSERT_TRUE(test, nfc_ndp_read(skb, &msg));
	KUNIT_EXPECT_EQ(test, msg.start, 48);
	KUNIT_EXPECT_EQ(test, nfc_ndp_set(skb, &msg, 2, cluster_mac), 0);
	expect_message(test, skb, &msg, ADVERT "02" CLUSTER);
	/* A later fragment has no header of its own, and this one no end. */
	KUNIT_EXPECT_FALSE(test, is_read_behind(test, NEXTHDR_FRAGMENT, "3a00000800000001"));
	KUNIT_EXPECT_FALSE(test, is_read_behind(test, NEXTHDR_DEST, "3cff010400000000"));
}

static void set_one(struct kunit *test)
{
	struct sk_buff *skb = packet(test, SOLICIT "01" OWN);
	struct nfc_ndp msg;

	KUNIT_ASSERT_TRUE(test, nfc_ndp_read(skb, &msg));
	KUNIT_EXPECT_EQ(test, nfc_ndp_set(skb, &msg, 2, cluster_mac), -ENOENT);
	expect_message(test, skb, &msg, SOLICIT "01" OWN);
	KUNIT_EXPECT_EQ(test, nfc_ndp_set(skb, &msg, 1, cluster_mac), 0);
	expect_message(test, skb, &msg, SOLICIT "01" CLUSTER);
}

/* Several, a long one, and others in between that stay. */
static void set_many(struct kunit *test)
{
	struct sk_buff *skb = packet(test, ADVERT "01" OWN "02" OWN "09" OWN "02" OWN
				     "02020102030405060708090909090909");
	struct nfc_ndp msg;

	KUNIT_ASSERT_TRUE(test, nfc_ndp_read(skb, &msg));
	KUNIT_EXPECT_EQ(test, nfc_ndp_set(skb, &msg, 2, cluster_mac), 0);
	expect_message(test, skb, &msg, ADVERT "01" OWN "02" CLUSTER "09" OWN "02" CLUSTER
		       "020233330a0b0c0d0708090909090909");
}

/* Broken options: said so, and not one byte changed. */
static void set_broken(struct kunit *test)
{
	static const char * const messages[] = {
		ADVERT "02" OWN "0200000000000000",
		ADVERT "02" OWN "0202000000000000",
		ADVERT "02" OWN "09ff000000000000",
		ADVERT "02" OWN "02010000000000",
		ADVERT "02" OWN "02",
	};
	struct nfc_ndp msg;
	struct sk_buff *skb;
	u8 mac[ETH_ALEN];
	int i;

	for (i = 0; i < ARRAY_SIZE(messages); i++) {
		skb = packet(test, messages[i]);
		KUNIT_ASSERT_TRUE(test, nfc_ndp_read(skb, &msg));
		KUNIT_EXPECT_EQ(test, nfc_ndp_get(skb, &msg, 2, mac), -EINVAL);
		KUNIT_EXPECT_EQ(test, nfc_ndp_set(skb, &msg, 2, cluster_mac), -EINVAL);
		expect_message(test, skb, &msg, messages[i]);
	}
	/* Of another length it is no MAC to those who read it. */
	skb = packet(test, ADVERT "0202010203040506070809090909090902" OWN);
	KUNIT_ASSERT_TRUE(test, nfc_ndp_read(skb, &msg));
	KUNIT_EXPECT_EQ(test, nfc_ndp_get(skb, &msg, 2, mac), -ENOENT);
}

static void add_one(struct kunit *test)
{
	struct sk_buff *skb = packet(test, SOLICIT "09" OWN);
	struct nfc_ndp msg;
	int i;

	KUNIT_ASSERT_TRUE(test, nfc_ndp_read(skb, &msg));
	KUNIT_EXPECT_EQ(test, nfc_ndp_add(skb, &msg, 14, cluster_mac), 0);
	expect_message(test, skb, &msg, SOLICIT "09" OWN "0e" CLUSTER);
	/* Until there is no room left in the buffer, and on. */
	for (i = 0; i < 100; i++)
		KUNIT_ASSERT_EQ(test, nfc_ndp_add(skb, &msg, 14, cluster_mac), 0);
	KUNIT_EXPECT_EQ(test, skb->len, 40 + 24 + 8 + 8 * 101);
	KUNIT_EXPECT_EQ(test, checksum_of(skb, msg.start), 0);
	/* Not where something follows. */
	ipv6_hdr(skb)->payload_len = htons(24 + 8);
	KUNIT_ASSERT_TRUE(test, nfc_ndp_read(skb, &msg));
	KUNIT_EXPECT_EQ(test, nfc_ndp_add(skb, &msg, 14, cluster_mac), -EINVAL);
	ipv6_hdr(skb)->payload_len = htons(0xfffe);
	KUNIT_ASSERT_TRUE(test, nfc_ndp_read(skb, &msg));
	KUNIT_EXPECT_EQ(test, nfc_ndp_add(skb, &msg, 14, cluster_mac), -EINVAL);
}

static void override(struct kunit *test)
{
	struct sk_buff *skb = packet(test, "8800000040000000" TARGET);
	struct nfc_ndp msg;

	KUNIT_ASSERT_TRUE(test, nfc_ndp_read(skb, &msg));
	KUNIT_EXPECT_EQ(test, nfc_ndp_override(skb, &msg), 0);
	expect_message(test, skb, &msg, "8800000060000000" TARGET);
	KUNIT_EXPECT_EQ(test, nfc_ndp_override(skb, &msg), 0);
	expect_message(test, skb, &msg, "8800000060000000" TARGET);
}

/* Another holder of the same bytes keeps what it has. */
static void copy_of_another(struct kunit *test)
{
	struct sk_buff *skb = packet(test, ADVERT "02" OWN);
	struct sk_buff *other = skb_clone(skb, GFP_KERNEL);
	struct nfc_ndp msg;

	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_ASSERT_TRUE(test, nfc_ndp_read(skb, &msg));
	KUNIT_EXPECT_EQ(test, nfc_ndp_set(skb, &msg, 2, cluster_mac), 0);
	expect_message(test, skb, &msg, ADVERT "02" CLUSTER);
	expect_message(test, other, &msg, ADVERT "02" OWN);
	kfree_skb(other);

	other = skb_clone(skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_EXPECT_EQ(test, nfc_ndp_add(skb, &msg, 14, own_mac), 0);
	expect_message(test, skb, &msg, ADVERT "02" CLUSTER "0e" OWN);
	expect_message(test, other, &msg, ADVERT "02" CLUSTER);
	kfree_skb(other);
}

/* The device is to fill in the checksum: what is there is of addresses and size. */
static void checksum_not_yet(struct kunit *test)
{
	struct sk_buff *skb = packet(test, ADVERT "02" OWN);
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	struct icmp6hdr *header = (struct icmp6hdr *)(skb->data + 40);
	struct nfc_ndp msg;

	KUNIT_ASSERT_TRUE(test, nfc_ndp_read(skb, &msg));
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) + 40;
	skb->csum_offset = offsetof(struct icmp6hdr, icmp6_cksum);
	header->icmp6_cksum = ~csum_ipv6_magic(&ip6->saddr, &ip6->daddr, 32, IPPROTO_ICMPV6, 0);
	KUNIT_EXPECT_EQ(test, nfc_ndp_set(skb, &msg, 2, cluster_mac), 0);
	KUNIT_EXPECT_EQ(test, nfc_ndp_add(skb, &msg, 14, cluster_mac), 0);
	KUNIT_ASSERT_EQ(test, skb_checksum_help(skb), 0);
	expect_message(test, skb, &msg, ADVERT "02" CLUSTER "0e" CLUSTER);
}

static struct kunit_case ndp_cases[] = {
	KUNIT_CASE(read_fields),
	KUNIT_CASE(read_others),
	KUNIT_CASE(read_behind_headers),
	KUNIT_CASE(set_one),
	KUNIT_CASE(set_many),
	KUNIT_CASE(set_broken),
	KUNIT_CASE(add_one),
	KUNIT_CASE(override),
	KUNIT_CASE(copy_of_another),
	KUNIT_CASE(checksum_not_yet),
	{}
};

static struct kunit_suite ndp_suite = {
	.name = "clusterip_ndp",
	.test_cases = ndp_cases,
};

kunit_test_suite(ndp_suite);
