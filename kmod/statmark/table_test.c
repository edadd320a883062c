// SPDX-License-Identifier: GPL-2.0
/*
 * Tables and who is picked from them: marks, modes, gates.
 */
#include <linux/bitmap.h>
#include "pick.h"
#include "table.c"
#include "test.h"

/* A table whose backends are all open, whatever their gates; goes with the test. */
struct fixture {
	struct nfc_table *table;
	struct nfc_backend backends[NFC_POOL_BACKENDS_MAX];
};

static void fixture_free(void *data)
{
	struct fixture *fixture = data;

	kvfree(fixture->table);
}

/* @closed: marks that a gate keeps from new flows, as the table is made */
static struct fixture *fixture_of(struct kunit *test, const char *text,
				  u32 closed)
{
	const struct nfc_pool_spec *spec = test_spec(test, text);
	struct fixture *fixture = kunit_kzalloc(test, sizeof(*fixture),
						GFP_KERNEL);
	DECLARE_BITMAP(open, NFC_POOL_BACKENDS_MAX);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, fixture);
	for (i = 0; i < spec->count; i++) {
		fixture->backends[i].open = spec->backends[i].mark != closed;
		__assign_bit(i, open, fixture->backends[i].open);
	}
	fixture->table = nfc_table_make(spec, open);
	KUNIT_ASSERT_NOT_NULL(test, fixture->table);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, fixture_free,
							   fixture));
	for (i = 0; i < spec->count; i++)
		fixture->table->entries[i].backend = &fixture->backends[i];
	return fixture;
}

static u32 mark_at(const struct nfc_table *table, u32 turn)
{
	const struct nfc_table_entry *entry = nfc_table_at(table, turn);

	return entry ? entry->mark : 0;
}

static void table_find(struct kunit *test)
{
	static const char text[] =
		"ffffffff nth 1*1 2*0 3*1,drain 100*1=g 200*7 80000000*1 ffffffff*1 deadbeef*1";
	static const u32 marks[] = {
		1, 2, 3, 0x100, 0x200, 0x80000000, 0xffffffff, 0xdeadbeef,
	};
	const struct nfc_table *table;
	int i;

	table = fixture_of(test, text, 0x100)->table;
	for (i = 0; i < ARRAY_SIZE(marks); i++) {
		const struct nfc_table_entry *entry =
			nfc_table_find(table, marks[i]);

		KUNIT_ASSERT_NOT_NULL(test, entry);
		KUNIT_EXPECT_EQ(test, entry->mark, marks[i]);
		KUNIT_EXPECT_PTR_EQ(test, entry, &table->entries[i]);
	}
	for (i = 4; i < 0x100; i++)
		KUNIT_EXPECT_NULL(test, nfc_table_find(table, i));
	KUNIT_EXPECT_NULL(test, nfc_table_find(table, 0));
}

/* As many as there can be, and an index that is full of collisions. */
static void table_find_many(struct kunit *test)
{
	struct nfc_pool_spec *spec = test_spec(test, "ffffffff random");
	DECLARE_BITMAP(open, NFC_POOL_BACKENDS_MAX);
	struct nfc_table *table;
	unsigned int i, missed = 0;

	for (i = 0; i < NFC_POOL_BACKENDS_MAX; i++)
		nfc_spec_add(spec, (i + 1) << 12);
	bitmap_fill(open, NFC_POOL_BACKENDS_MAX);
	table = nfc_table_make(spec, open);
	KUNIT_ASSERT_NOT_NULL(test, table);
	KUNIT_EXPECT_EQ(test, table->index_bits, 9);
	for (i = 0; i < NFC_POOL_BACKENDS_MAX; i++) {
		missed += nfc_table_find(table, (i + 1) << 12) !=
			  &table->entries[i];
		missed += !!nfc_table_find(table, (i + 1) << 12 | 1);
	}
	KUNIT_EXPECT_EQ(test, missed, 0);
	kvfree(table);
}

/* Who drains, is closed or weighs nothing has no turn. */
static void table_turns(struct kunit *test)
{
	static const char text[] = "ff nth 1*1 2*2=g 3*5 4*0 5*9,drain";
	const struct nfc_table *table = fixture_of(test, text, 0)->table;
	unsigned int i, had[6] = {};

	KUNIT_ASSERT_EQ(test, table->turns, 8);
	for (i = 0; i < 8; i++)
		had[mark_at(table, i)]++;
	KUNIT_EXPECT_EQ(test, had[1], 1);
	KUNIT_EXPECT_EQ(test, had[2], 2);
	KUNIT_EXPECT_EQ(test, had[3], 5);

	table = fixture_of(test, text, 2)->table;
	KUNIT_ASSERT_EQ(test, table->turns, 6);
	for (i = 0; i < 6; i++)
		KUNIT_EXPECT_NE(test, mark_at(table, i), 2);
}

static const char *const modes[] = { "nth", "random", "hash" };

static void mode_desc(const char *const *mode, char *desc)
{
	strscpy(desc, *mode, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(mode, modes, mode_desc);

static struct fixture *fixture_in(struct kunit *test, const char *backends,
				  u32 closed)
{
	const char *const *mode = test->param_value;
	char text[128];

	snprintf(text, sizeof(text), "ff %s %s", *mode, backends);
	return fixture_of(test, text, closed);
}

/* All turns: a bit for each mark that had one. */
static unsigned long marks_of(const struct nfc_table *table)
{
	unsigned long marks = 0;
	u32 turn = 0;

	do
		marks |= BIT(mark_at(table, turn));
	while (++turn < table->turns);
	return marks;
}

/* A gate that closes, or opens, counts before there is a new table. */
static void table_gates(struct kunit *test)
{
	struct fixture *fixture = fixture_in(test, "1*1 2*3=g 3*2=h 4*1,drain",
					     0);
	const struct nfc_table *table = fixture->table;

	KUNIT_EXPECT_EQ(test, marks_of(table), BIT(1) | BIT(2) | BIT(3));
	fixture->backends[1].open = false;
	KUNIT_EXPECT_EQ(test, marks_of(table), BIT(1) | BIT(3));
	fixture->backends[2].open = false;
	KUNIT_EXPECT_EQ(test, marks_of(table), BIT(1));
	fixture->backends[0].open = false;
	KUNIT_EXPECT_EQ(test, marks_of(table), BIT(0));
	fixture->backends[1].open = true;
	KUNIT_EXPECT_EQ(test, marks_of(table), BIT(2));
}

/* Nobody was live when the table was made: who opens then is found. */
static void table_nobody(struct kunit *test)
{
	struct fixture *fixture;

	fixture = fixture_in(test, "1*1=g 2*0 3*1,drain", 1);
	KUNIT_EXPECT_EQ(test, fixture->table->turns, 0);
	KUNIT_EXPECT_EQ(test, marks_of(fixture->table), BIT(0));
	fixture->backends[0].open = true;
	KUNIT_EXPECT_EQ(test, marks_of(fixture->table), BIT(1));

	fixture = fixture_in(test, "1*0 2*0", 0);
	KUNIT_EXPECT_EQ(test, marks_of(fixture->table), BIT(0));
}

/* The last backend was taken away. */
static void table_empty(struct kunit *test)
{
	const struct nfc_table *table = fixture_in(test, "1*1", 0)->table;
	struct nfc_pool_spec *spec = test_spec(test, "ff nth");
	DECLARE_BITMAP(open, NFC_POOL_BACKENDS_MAX) = {};
	struct nfc_table *empty;

	spec->mode = table->mode;
	empty = nfc_table_make(spec, open);
	KUNIT_ASSERT_NOT_NULL(test, empty);
	KUNIT_EXPECT_NULL(test, nfc_table_at(empty, 0));
	KUNIT_EXPECT_NULL(test, nfc_table_find(empty, 1));
	kvfree(empty);
}

/* A packet from 10.0.<net>.<host>, or as much of an IPv6 address. */
static struct sk_buff *packet(struct kunit *test, u8 family)
{
	struct sk_buff *skb = alloc_skb(sizeof(struct ipv6hdr), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_network_header(skb);
	skb_put_zero(skb, sizeof(struct ipv6hdr));
	return skb;
}

/* By the source address, and by nothing else. */
static void pick_hash(struct kunit *test)
{
	const struct nfc_table *table =
		fixture_of(test, "ff hash 1*1 2*1 3*1 4*1", 0)->table;
	struct sk_buff *skb = packet(test, NFPROTO_IPV4);
	atomic_t position = ATOMIC_INIT(0);
	const struct nfc_table_entry *entry;
	unsigned int i, had[5] = {}, wrong = 0;

	for (i = 0; i < 4096; i++) {
		const u32 addr = 0x0a000000 + i;

		ip_hdr(skb)->saddr = htonl(addr);
		entry = nfc_pick(table, &position, skb, NFPROTO_IPV4);
		had[entry->mark]++;
		ip_hdr(skb)->daddr = htonl(i);
		wrong += entry != nfc_pick(table, &position, skb, NFPROTO_IPV4);
		wrong += entry->mark !=
			 mark_at(table, reciprocal_scale(jhash_1word(addr, NFC_SOURCE_SEED),
							 NFC_MAGLEV_SIZE));
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&position), 0);
	/* 1024 expected, sigma is 28. */
	for (i = 1; i <= 4; i++) {
		KUNIT_EXPECT_GE(test, had[i], 850);
		KUNIT_EXPECT_LE(test, had[i], 1200);
	}
	kfree_skb(skb);
}

/* Machines have to agree. Computed apart, by a program in another language. */
static void pick_hash_golden(struct kunit *test)
{
	const struct in6_addr addr = {
		.s6_addr = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 },
	};

	KUNIT_EXPECT_EQ(test, nfc_source_hash_ipv4(htonl(0x0a000001)),
			0x8d921aa2);
	KUNIT_EXPECT_EQ(test, nfc_source_hash_ipv4(htonl(0xc0a8014d)),
			0x3be70aa8);
	KUNIT_EXPECT_EQ(test, nfc_source_hash_ipv6(&addr), 0xd311d375);
}

static void pick_nth(struct kunit *test)
{
	const struct nfc_table *table =
		fixture_of(test, "ff nth 1*1 2*2 3*5", 0)->table;
	struct sk_buff *skb = packet(test, NFPROTO_IPV6);
	atomic_t position = ATOMIC_INIT(0);
	unsigned int i, had[4] = {};

	for (i = 0; i < 8000; i++)
		had[nfc_pick(table, &position, skb, NFPROTO_IPV6)->mark]++;
	KUNIT_EXPECT_EQ(test, had[1], 1000);
	KUNIT_EXPECT_EQ(test, had[2], 2000);
	KUNIT_EXPECT_EQ(test, had[3], 5000);
	kfree_skb(skb);
}

/* Pearson's chi-square with two degrees of freedom: above 28 once in 10^6. */
static void pick_random(struct kunit *test)
{
	static const int due[] = { 0, 10000, 20000, 50000 };
	const struct nfc_table *table =
		fixture_of(test, "ff random 1*1 2*2 3*5", 0)->table;
	struct sk_buff *skb = packet(test, NFPROTO_IPV6);
	atomic_t position = ATOMIC_INIT(0);
	int i, off, had[4] = {}, chi_square = 0;

	for (i = 0; i < 80000; i++)
		had[nfc_pick(table, &position, skb, NFPROTO_IPV6)->mark]++;
	for (i = 1; i <= 3; i++) {
		off = had[i] - due[i];
		chi_square += off * off / due[i];
	}
	KUNIT_EXPECT_LE(test, chi_square, 28);
	/* Nor is it round robin in disguise. */
	KUNIT_EXPECT_TRUE(test, had[1] != 10000 || had[2] != 20000);
	kfree_skb(skb);
}

static struct kunit_case table_cases[] = {
	KUNIT_CASE(table_find),
	KUNIT_CASE(table_find_many),
	KUNIT_CASE(table_turns),
	KUNIT_CASE_PARAM(table_gates, mode_gen_params),
	KUNIT_CASE_PARAM(table_nobody, mode_gen_params),
	KUNIT_CASE_PARAM(table_empty, mode_gen_params),
	KUNIT_CASE(pick_hash),
	KUNIT_CASE(pick_hash_golden),
	KUNIT_CASE(pick_nth),
	KUNIT_CASE(pick_random),
	{}
};

static struct kunit_suite table_suite = {
	.name = "statmark_table",
	.test_cases = table_cases,
};

kunit_test_suite(table_suite);
