// SPDX-License-Identifier: GPL-2.0
/*
 * Slot sets.
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include "slots.c"

/* What a reader would see; of all states, or of one. */
static const char *shown_of(struct kunit *test, const struct nfc_slots *slots,
			    size_t size, int state)
{
	struct seq_file m = {
		.buf = kunit_kzalloc(test, size + 1, GFP_KERNEL),
		.size = size,
	};

	KUNIT_ASSERT_NOT_NULL(test, m.buf);
	if (state < 0)
		nfc_slots_show(&m, slots);
	else
		nfc_slots_show_state(&m, slots, state);
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
	m.buf[m.count] = '\0';
	return m.buf;
}

static const char *shown(struct kunit *test, const struct nfc_slots *slots,
			 size_t size)
{
	return shown_of(test, slots, size, -1);
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

static void slots_begin_off(struct kunit *test)
{
	struct nfc_slots *slots = make(test, 65);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, slots->total, 65);
	for (i = 0; i < 65; i++)
		KUNIT_EXPECT_EQ(test, nfc_slots_state(slots, i), NFC_SLOT_OFF);
	KUNIT_EXPECT_STREQ(test, shown(test, slots, 64), "");
}

/* From each state to each, in the first, middle and last slot, and no other. */
static void slots_set(struct kunit *test)
{
	static const unsigned int totals[] = { 1, 2, 63, 64, 65, 128, 4096 };
	enum nfc_slot_state from, to;
	struct nfc_slots *slots;
	unsigned int at, i, k;

	for (k = 0; k < ARRAY_SIZE(totals); k++) {
		const unsigned int total = totals[k];

		slots = make(test, total);
		for (i = 0; i < 3; i++) {
			at = 1 + i * (total - 1) / 2;
			for (from = NFC_SLOT_OFF; from <= NFC_SLOT_FILL; from++) {
				for (to = NFC_SLOT_OFF; to <= NFC_SLOT_FILL; to++) {
					nfc_slots_set(slots, at, from);
					nfc_slots_set(slots, at, to);
					KUNIT_EXPECT_EQ(test, nfc_slots_get(slots, at),
							to);
				}
			}
			KUNIT_EXPECT_EQ(test, bitmap_weight(slots->bits, total), 1);
			KUNIT_EXPECT_EQ(test, bitmap_weight(slots->bits + slots->longs,
							    total), 1);
			nfc_slots_set(slots, at, NFC_SLOT_OFF);
			KUNIT_EXPECT_TRUE(test, bitmap_empty(slots->bits, total));
			KUNIT_EXPECT_TRUE(test, bitmap_empty(slots->bits + slots->longs,
							     total));
		}
	}
}

static void slots_has(struct kunit *test)
{
	static const unsigned int wrong[] = { 0, 17, 64, 4096, 65535, UINT_MAX };
	struct nfc_slots *slots = make(test, 16);
	int i;

	KUNIT_EXPECT_TRUE(test, nfc_slots_has(slots, 1));
	KUNIT_EXPECT_TRUE(test, nfc_slots_has(slots, 16));
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		KUNIT_EXPECT_FALSE(test, nfc_slots_has(slots, wrong[i]));
}

static void slots_shown(struct kunit *test)
{
	struct nfc_slots *slots = make(test, 16);

	nfc_slots_set(slots, 1, NFC_SLOT_ON);
	nfc_slots_set(slots, 2, NFC_SLOT_ON);
	nfc_slots_set(slots, 3, NFC_SLOT_FILL);
	nfc_slots_set(slots, 4, NFC_SLOT_DRAIN);
	nfc_slots_set(slots, 6, NFC_SLOT_DRAIN);
	nfc_slots_set(slots, 16, NFC_SLOT_ON);
	/* New flows of those that drain are somebody else's. */
	KUNIT_EXPECT_STREQ(test, shown(test, slots, 64), "1,2,3,16\n");
	KUNIT_EXPECT_STREQ(test, shown_of(test, slots, 64, NFC_SLOT_ON),
			   "1-2,16");
	KUNIT_EXPECT_STREQ(test, shown_of(test, slots, 64, NFC_SLOT_FILL), "3");
	KUNIT_EXPECT_STREQ(test, shown_of(test, slots, 64, NFC_SLOT_DRAIN),
			   "4,6");
	KUNIT_EXPECT_STREQ(test, shown_of(test, slots, 64, NFC_SLOT_OFF),
			   "5,7-15");
	slots = make(test, 16);
	KUNIT_EXPECT_STREQ(test, shown_of(test, slots, 64, NFC_SLOT_ON), "none");
	KUNIT_EXPECT_STREQ(test, shown_of(test, slots, 64, NFC_SLOT_OFF), "1-16");
}

static void slots_dup_is_apart(struct kunit *test)
{
	struct nfc_slots *slots = make(test, 3), *copy;

	nfc_slots_set(slots, 2, NFC_SLOT_FILL);
	copy = nfc_slots_dup(slots);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	nfc_slots_set(copy, 3, NFC_SLOT_DRAIN);
	KUNIT_EXPECT_EQ(test, nfc_slots_get(copy, 2), NFC_SLOT_FILL);
	KUNIT_EXPECT_EQ(test, nfc_slots_get(copy, 3), NFC_SLOT_DRAIN);
	KUNIT_EXPECT_EQ(test, nfc_slots_get(slots, 3), NFC_SLOT_OFF);
	kfree(copy);
}

/* A set without slots between two nodes says so, at the latest when copied. */
static void slots_moving(struct kunit *test)
{
	struct nfc_slots *slots = make(test, 70), *copy;

	nfc_slots_set(slots, 69, NFC_SLOT_ON);
	KUNIT_EXPECT_FALSE(test, slots->moving);
	nfc_slots_set(slots, 70, NFC_SLOT_DRAIN);
	KUNIT_EXPECT_TRUE(test, slots->moving);
	copy = nfc_slots_dup(slots);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_TRUE(test, copy->moving);
	kfree(copy);
	nfc_slots_set(slots, 70, NFC_SLOT_OFF);
	copy = nfc_slots_dup(slots);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_FALSE(test, copy->moving);
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
		nfc_slots_set(slots, i, i % 2 ? NFC_SLOT_ON : NFC_SLOT_FILL);
		len += scnprintf(wanted + len, size - len, "%u%c", i,
				 i < NFC_SLOTS_MAX ? ',' : '\n');
	}
	KUNIT_EXPECT_FALSE(test, nfc_slots_has(slots, NFC_SLOTS_MAX + 1));
	KUNIT_EXPECT_STREQ(test, shown(test, slots, size), wanted);
}

static struct kunit_case slots_cases[] = {
	KUNIT_CASE(slots_begin_off),
	KUNIT_CASE(slots_set),
	KUNIT_CASE(slots_has),
	KUNIT_CASE(slots_shown),
	KUNIT_CASE(slots_dup_is_apart),
	KUNIT_CASE(slots_moving),
	KUNIT_CASE(slots_most),
	{}
};

static struct kunit_suite slots_suite = {
	.name = "clusterip_slots",
	.test_cases = slots_cases,
};

kunit_test_suite(slots_suite);
