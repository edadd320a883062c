// SPDX-License-Identifier: GPL-2.0
/*
 * Rules, taken and refused.
 */
#include "rule.c"	/* before all: it defines pr_fmt */
#include <kunit/test.h>

/* Debian's manual page, word for word. */
struct rule {
	struct ipt_ip ip;
	struct nfc_clusterip_info info;
};

static struct rule good(void)
{
	struct rule r = {
		.ip = {
			.dst.s_addr = htonl(0xc0a8000a),
			.dmsk.s_addr = htonl(INADDR_BROADCAST),
			.iniface = "eth0",
			.iniface_mask = { 0xff, 0xff, 0xff, 0xff, 0xff },
		},
		.info = {
			.flags = NFC_CLUSTERIP_F_NEW,
			.clustermac = { 1, 2, 3, 4, 5, 6 },
			.num_total_nodes = 2,
			.num_local_nodes = 1,
			.local_nodes = { 1 },
			.hash_mode = NFC_HASH_SIP_SPT,
			.hash_initval = 7,
		},
	};

	return r;
}

static void rule_good(struct kunit *test)
{
	struct rule r = good();
	struct nfc_cluster_spec spec;
	struct nfc_slots *slots;

	KUNIT_ASSERT_EQ(test, nfc_rule_spec(&r.ip, &r.info, &spec), 0);
	KUNIT_EXPECT_EQ(test, spec.family, NFPROTO_IPV4);
	KUNIT_EXPECT_EQ(test, ntohl(spec.addr.ip), 0xc0a8000a);
	KUNIT_EXPECT_EQ(test, spec.addr.all[3], 0);
	KUNIT_EXPECT_STREQ(test, spec.ifname, "eth0");
	KUNIT_EXPECT_MEMEQ(test, spec.mac, r.info.clustermac, ETH_ALEN);
	KUNIT_EXPECT_EQ(test, spec.hash.mode, NFC_HASH_SIP_SPT);
	KUNIT_EXPECT_EQ(test, spec.hash.seed, 7);
	KUNIT_EXPECT_EQ(test, spec.total, 2);

	slots = nfc_rule_slots(&r.info);
	KUNIT_ASSERT_NOT_NULL(test, slots);
	KUNIT_EXPECT_EQ(test, slots->total, 2);
	KUNIT_EXPECT_EQ(test, nfc_slots_get(slots, 1), NFC_SLOT_ON);
	KUNIT_EXPECT_EQ(test, nfc_slots_get(slots, 2), NFC_SLOT_OFF);
	kfree(slots);
}

/* A rule that attaches says nothing but the address. */
static void rule_attach(struct kunit *test)
{
	struct rule r = good();
	struct nfc_cluster_spec spec;

	memset(&r.info, 0, sizeof(r.info));
	memset(r.ip.iniface, 0, sizeof(r.ip.iniface));
	KUNIT_EXPECT_EQ(test, nfc_rule_spec(&r.ip, &r.info, &spec), 0);
	KUNIT_EXPECT_EQ(test, ntohl(spec.addr.ip), 0xc0a8000a);
	KUNIT_EXPECT_EQ(test, spec.total, 0);
}

static void rule_most_nodes(struct kunit *test)
{
	struct rule r = good();
	struct nfc_cluster_spec spec;
	struct nfc_slots *slots;
	int i;

	r.info.num_total_nodes = NFC_TOTAL_NODES_MAX;
	r.info.num_local_nodes = NFC_LOCAL_NODES_MAX;
	for (i = 0; i < NFC_LOCAL_NODES_MAX; i++)
		r.info.local_nodes[i] = NFC_TOTAL_NODES_MAX - i;
	KUNIT_ASSERT_EQ(test, nfc_rule_spec(&r.ip, &r.info, &spec), 0);
	slots = nfc_rule_slots(&r.info);
	KUNIT_ASSERT_NOT_NULL(test, slots);
	KUNIT_EXPECT_EQ(test, bitmap_weight(slots->bits, slots->total), 16);
	KUNIT_EXPECT_EQ(test, nfc_slots_state(slots, 63), NFC_SLOT_ON);
	KUNIT_EXPECT_EQ(test, nfc_slots_state(slots, 47), NFC_SLOT_OFF);
	kfree(slots);
}

#define BREAK(name, statement)						\
	static void break_##name(struct rule *r) { statement; }
BREAK(flags, r->info.flags |= 2)
BREAK(mode, r->info.hash_mode = 3)
BREAK(mode_huge, r->info.hash_mode = U32_MAX)
BREAK(no_dst, r->ip.dst.s_addr = 0)
BREAK(dst_net, r->ip.dmsk.s_addr = htonl(0xffffff00))
BREAK(dst_inverted, r->ip.invflags |= IPT_INV_DSTIP)
BREAK(total_0, r->info.num_total_nodes = 0)
BREAK(total_65, r->info.num_total_nodes = 65)
BREAK(total_huge, r->info.num_total_nodes = U16_MAX)
BREAK(local_many, r->info.num_local_nodes = 17)
BREAK(local_huge, r->info.num_local_nodes = U16_MAX)
BREAK(node_0, r->info.local_nodes[0] = 0)
BREAK(node_above_total, r->info.local_nodes[0] = 3)
BREAK(second_node_0, r->info.num_local_nodes = 2)
BREAK(mac_unicast, r->info.clustermac[0] = 2)
BREAK(iface_inverted, r->ip.invflags |= IPT_INV_VIA_IN)
BREAK(iface_prefix, r->ip.iniface_mask[4] = 0)
BREAK(iface_any, memset(r->ip.iniface_mask, 0, IFNAMSIZ))
BREAK(iface_unterminated, memset(r->ip.iniface, 'e', IFNAMSIZ))

static const struct refusal {
	const char *name;
	void (*break_it)(struct rule *r);
} refusals[] = {
#define REFUSAL(n) { #n, break_##n }
	REFUSAL(flags), REFUSAL(mode), REFUSAL(mode_huge), REFUSAL(no_dst),
	REFUSAL(dst_net), REFUSAL(dst_inverted), REFUSAL(total_0),
	REFUSAL(total_65), REFUSAL(total_huge), REFUSAL(local_many),
	REFUSAL(local_huge), REFUSAL(node_0), REFUSAL(node_above_total),
	REFUSAL(second_node_0), REFUSAL(mac_unicast), REFUSAL(iface_inverted),
	REFUSAL(iface_prefix), REFUSAL(iface_any), REFUSAL(iface_unterminated),
};

static void refusal_desc(const struct refusal *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refusal, refusals, refusal_desc);

static void rule_refused(struct kunit *test)
{
	const struct refusal *c = test->param_value;
	struct nfc_cluster_spec spec;
	struct rule r = good();

	c->break_it(&r);
	KUNIT_EXPECT_EQ(test, nfc_rule_spec(&r.ip, &r.info, &spec), -EINVAL);
}

static struct kunit_case rule_cases[] = {
	KUNIT_CASE(rule_good),
	KUNIT_CASE(rule_attach),
	KUNIT_CASE(rule_most_nodes),
	KUNIT_CASE_PARAM(rule_refused, refusal_gen_params),
	{}
};

static struct kunit_suite rule_suite = {
	.name = "clusterip_rule",
	.test_cases = rule_cases,
};

kunit_test_suite(rule_suite);
