// SPDX-License-Identifier: GPL-2.0
/*
 * Slot sets.
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include "slots.c"

/* What a reader of the file would see. */
static const char *shown(struct kunit *test, const struct nfc_slots *slots,
			 size_t size)
{
	struct seq_file m = {
		.buf = kunit_kzalloc(test, size + 1, GFP_KERNEL),
		.size = size,
	};

	KUNIT_ASSERT_NOT_NULL(test, m.buf);
	nfc_slots_show(&m, slots);
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
	m.buf[m.count] = '\0';
	return m.buf;
}

static struct nfc_slots *make(struct kunit *test, unsigned int total)
{
	struct nfc_slots *slots = nfc_slots_alloc(total);

	KUNIT_ASSERT_NOT_NULL(test, slots);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test,
						  (kunit_action_t *)kfree,
						  slots));
	return slots;
}

static void slots_begin_empty(struct kunit *test)
{
	struct nfc_slots *slots = make(test, 65);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, slots->total, 65);
	for (i = 0; i < 65; i++)
		KUNIT_EXPECT_FALSE(test, nfc_slots_test(slots, i));
	KUNIT_EXPECT_STREQ(test, shown(test, slots, 64), "");
}

static void slots_add_del(struct kunit *test)
{
	struct nfc_slots *slots = make(test, 16);

	KUNIT_EXPECT_TRUE(test, nfc_slots_add(slots, 16));
	KUNIT_EXPECT_TRUE(test, nfc_slots_add(slots, 1));
	KUNIT_EXPECT_FALSE(test, nfc_slots_add(slots, 1));
	KUNIT_EXPECT_TRUE(test, nfc_slots_test(slots, 0));
	KUNIT_EXPECT_TRUE(test, nfc_slots_test(slots, 15));
	KUNIT_EXPECT_FALSE(test, nfc_slots_test(slots, 1));
	KUNIT_EXPECT_STREQ(test, shown(test, slots, 64), "1,16\n");

	KUNIT_EXPECT_TRUE(test, nfc_slots_del(slots, 1));
	KUNIT_EXPECT_FALSE(test, nfc_slots_del(slots, 1));
	KUNIT_EXPECT_STREQ(test, shown(test, slots, 64), "16\n");
}

static void slots_out_of_range(struct kunit *test)
{
	static const unsigned int wrong[] = { 0, 17, 64, 4096, 65535, UINT_MAX };
	struct nfc_slots *slots = make(test, 16);
	int i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		KUNIT_EXPECT_FALSE(test, nfc_slots_add(slots, wrong[i]));
		KUNIT_EXPECT_FALSE(test, nfc_slots_del(slots, wrong[i]));
	}
	KUNIT_EXPECT_STREQ(test, shown(test, slots, 64), "");
}

static void slots_dup_is_apart(struct kunit *test)
{
	struct nfc_slots *slots = make(test, 3), *copy;

	nfc_slots_add(slots, 2);
	copy = nfc_slots_dup(slots);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	nfc_slots_add(copy, 3);
	KUNIT_EXPECT_STREQ(test, shown(test, slots, 64), "2\n");
	KUNIT_EXPECT_STREQ(test, shown(test, copy, 64), "2,3\n");
	kfree(copy);
}

/* All slots of the largest cluster, each shown once and in order. */
static void slots_most(struct kunit *test)
{
	const size_t size = 5 * NFC_SLOTS_MAX;
	struct nfc_slots *slots = make(test, NFC_SLOTS_MAX);
	char *wanted = kunit_kzalloc(test, size + 1, GFP_KERNEL);
	size_t len = 0;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, wanted);
	for (i = 1; i <= NFC_SLOTS_MAX; i++) {
		KUNIT_ASSERT_TRUE(test, nfc_slots_add(slots, i));
		len += scnprintf(wanted + len, size - len, "%u%c", i,
				 i < NFC_SLOTS_MAX ? ',' : '\n');
	}
	KUNIT_EXPECT_FALSE(test, nfc_slots_add(slots, NFC_SLOTS_MAX + 1));
	KUNIT_EXPECT_STREQ(test, shown(test, slots, size), wanted);
}

static struct kunit_case slots_cases[] = {
	KUNIT_CASE(slots_begin_empty),
	KUNIT_CASE(slots_add_del),
	KUNIT_CASE(slots_out_of_range),
	KUNIT_CASE(slots_dup_is_apart),
	KUNIT_CASE(slots_most),
	{}
};

static struct kunit_suite slots_suite = {
	.name = "clusterip_slots",
	.test_cases = slots_cases,
};

kunit_test_suite(slots_suite);
