// SPDX-License-Identifier: GPL-2.0
/*
 * SHAREDIP rules, taken and refused.
 */
#include "shared_rule.c"	/* before all: it defines pr_fmt */
#include <kunit/test.h>
#include <linux/slab.h>

static struct nfc_sharedip_info good(void)
{
	struct nfc_sharedip_info info = {
		.flags = NFC_SHAREDIP_F_NEW,
		.total_slots = 12,
		.hash_mode = NFC_HASH_SIP_SPT,
		.hash_initval = 7,
		.addr = { 192, 168, 0, 10 },
		.ifname = "eth0",
		.clustermac = { 1, 0, 0x5e, 0x28, 0, 10 },
		.local_slots = { 0x81, 0x08 },	/* 1, 8, 12 */
	};

	return info;
}

static void shared_rule_good(struct kunit *test)
{
	struct nfc_sharedip_info info = good();
	struct nfc_cluster_spec spec;
	struct nfc_slots *slots;
	unsigned int slot;

	KUNIT_ASSERT_EQ(test, nfc_shared_rule_spec(NFPROTO_IPV4, &info, &spec), 0);
	KUNIT_EXPECT_EQ(test, spec.family, NFPROTO_IPV4);
	KUNIT_EXPECT_EQ(test, ntohl(spec.addr.ip), 0xc0a8000a);
	KUNIT_EXPECT_EQ(test, spec.addr.all[3], 0);
	KUNIT_EXPECT_STREQ(test, spec.ifname, "eth0");
	KUNIT_EXPECT_MEMEQ(test, spec.mac, info.clustermac, ETH_ALEN);
	KUNIT_EXPECT_EQ(test, spec.hash.mode, NFC_HASH_SIP_SPT);
	KUNIT_EXPECT_EQ(test, spec.hash.seed, 7);
	KUNIT_EXPECT_EQ(test, spec.total, 12);

	slots = nfc_shared_rule_slots(&info);
	KUNIT_ASSERT_NOT_NULL(test, slots);
	KUNIT_EXPECT_EQ(test, slots->total, 12);
	for (slot = 1; slot <= 12; slot++)
		KUNIT_EXPECT_EQ(test, nfc_slots_get(slots, slot),
				slot == 1 || slot == 8 || slot == 12 ?
				NFC_SLOT_ON : NFC_SLOT_OFF);
	kfree(slots);
}

static void shared_rule_ipv6(struct kunit *test)
{
	struct nfc_sharedip_info info = good();
	struct nfc_cluster_spec spec;

	info.addr[15] = 1;
	KUNIT_ASSERT_EQ(test, nfc_shared_rule_spec(NFPROTO_IPV6, &info, &spec), 0);
	KUNIT_EXPECT_EQ(test, spec.family, NFPROTO_IPV6);
	KUNIT_EXPECT_EQ(test, ntohl(spec.addr.in6.s6_addr32[0]), 0xc0a8000a);
	KUNIT_EXPECT_EQ(test, ntohl(spec.addr.in6.s6_addr32[3]), 1);
}

/* A rule that attaches says nothing but the address. */
static void shared_rule_attach(struct kunit *test)
{
	struct nfc_sharedip_info info = { .addr = { 192, 168, 0, 10 } };
	struct nfc_cluster_spec spec;

	KUNIT_EXPECT_EQ(test, nfc_shared_rule_spec(NFPROTO_IPV4, &info, &spec), 0);
	KUNIT_EXPECT_EQ(test, ntohl(spec.addr.ip), 0xc0a8000a);
	KUNIT_EXPECT_EQ(test, spec.total, 0);
}

static void shared_rule_most(struct kunit *test)
{
	struct nfc_sharedip_info info = good();
	struct nfc_cluster_spec spec;
	struct nfc_slots *slots;

	info.total_slots = NFC_SHAREDIP_SLOTS_MAX;
	memset(info.local_slots, 0xff, sizeof(info.local_slots));
	KUNIT_ASSERT_EQ(test, nfc_shared_rule_spec(NFPROTO_IPV4, &info, &spec), 0);
	slots = nfc_shared_rule_slots(&info);
	KUNIT_ASSERT_NOT_NULL(test, slots);
	KUNIT_EXPECT_TRUE(test, bitmap_full(slots->bits, 4096));
	KUNIT_EXPECT_TRUE(test, bitmap_empty(slots->bits + slots->longs, 4096));
	kfree(slots);
}

#define BREAK(name, statement)						\
	static void break_##name(struct nfc_sharedip_info *i) { statement; }
BREAK(flags, i->flags |= 2)
BREAK(mode, i->hash_mode = 3)
BREAK(mode_huge, i->hash_mode = U32_MAX)
BREAK(no_address, memset(i->addr, 0, 16))
BREAK(address_multicast, memcpy(i->addr, "\xe0\0\0\1", 4))
BREAK(address_broadcast, memset(i->addr, 0xff, 4))
BREAK(address_long, i->addr[15] = 1)
BREAK(total_0, i->total_slots = 0)
BREAK(total_4097, i->total_slots = 4097)
BREAK(total_huge, i->total_slots = U32_MAX)
BREAK(local_above_total, i->local_slots[1] |= 0x10)
BREAK(local_last, i->local_slots[511] = 0x80)
BREAK(mac_none, memset(i->clustermac, 0, ETH_ALEN))
BREAK(iface_none, i->ifname[0] = 0)
BREAK(iface_unterminated, memset(i->ifname, 'e', IFNAMSIZ))
BREAK(iface_more, i->ifname[6] = 'x')
BREAK(reserved_0, i->reserved[0] = 1)
BREAK(reserved_1, i->reserved[1] = 0x80)
/* one that attaches, and says more */
BREAK(attach, i->flags = 0)
BREAK(attach_total, memset(i, 0, sizeof(*i)); i->addr[0] = 10; i->total_slots = 1)
BREAK(attach_local, memset(i, 0, sizeof(*i)); i->addr[0] = 10; i->local_slots[511] = 1)

static const struct refusal {
	const char *name;
	void (*break_it)(struct nfc_sharedip_info *info);
} refusals[] = {
#define REFUSAL(n) { #n, break_##n }
	REFUSAL(flags), REFUSAL(mode), REFUSAL(mode_huge), REFUSAL(no_address),
	REFUSAL(address_multicast), REFUSAL(address_broadcast),
	REFUSAL(address_long), REFUSAL(total_0), REFUSAL(total_4097),
	REFUSAL(total_huge), REFUSAL(local_above_total), REFUSAL(local_last),
	REFUSAL(mac_none), REFUSAL(iface_none),
	REFUSAL(iface_unterminated), REFUSAL(iface_more), REFUSAL(reserved_0),
	REFUSAL(reserved_1), REFUSAL(attach), REFUSAL(attach_total),
	REFUSAL(attach_local),
};

static void refusal_desc(const struct refusal *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refusal, refusals, refusal_desc);

static void shared_rule_refused(struct kunit *test)
{
	const struct refusal *c = test->param_value;
	struct nfc_sharedip_info info = good();
	struct nfc_cluster_spec spec;

	c->break_it(&info);
	KUNIT_EXPECT_EQ(test, nfc_shared_rule_spec(NFPROTO_IPV4, &info, &spec),
			-EINVAL);
}

static void shared_rule_refused_ipv6(struct kunit *test)
{
	struct nfc_sharedip_info info = good();
	struct nfc_cluster_spec spec;

	info.addr[0] = 0xff;
	KUNIT_EXPECT_EQ(test, nfc_shared_rule_spec(NFPROTO_IPV6, &info, &spec),
			-EINVAL);
	memset(info.addr, 0, sizeof(info.addr));
	KUNIT_EXPECT_EQ(test, nfc_shared_rule_spec(NFPROTO_IPV6, &info, &spec),
			-EINVAL);
}

static struct kunit_case shared_rule_cases[] = {
	KUNIT_CASE(shared_rule_good),
	KUNIT_CASE(shared_rule_ipv6),
	KUNIT_CASE(shared_rule_attach),
	KUNIT_CASE(shared_rule_most),
	KUNIT_CASE_PARAM(shared_rule_refused, refusal_gen_params),
	KUNIT_CASE(shared_rule_refused_ipv6),
	{}
};

static struct kunit_suite shared_rule_suite = {
	.name = "clusterip_shared_rule",
	.test_cases = shared_rule_cases,
};

kunit_test_suite(shared_rule_suite);
