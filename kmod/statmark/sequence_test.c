// SPDX-License-Identifier: GPL-2.0
/*
 * nth: exact over every window of turns, smooth within, on all processors.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include "pick.h"
#include "sequence.c"

static u8 *turns_of(struct kunit *test, const u16 *weights, unsigned int count,
		    unsigned int *length)
{
	u8 *turns;

	*length = nfc_sequence_length(weights, count);
	turns = kunit_kzalloc(test, *length + 1, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, turns);
	turns[*length] = 0xa5;
	KUNIT_ASSERT_EQ(test, nfc_sequence_fill(turns, weights, count), 0);
	KUNIT_ASSERT_EQ(test, turns[*length], 0xa5);
	return turns;
}

/* As nginx's upstreams have made it known. */
static void sequence_smooth(struct kunit *test)
{
	static const struct {
		u16 weights[5];
		const char *turns;
	} known[] = {
		{ { 5, 1, 1 }, "aabacaa" },
		{ { 1, 2, 5 }, "cbcaccbc" },
		{ { 1, 1 }, "ab" },
		{ { 1, 1, 1, 1, 1 }, "abcde" },
		{ { 3 }, "a" },
		{ { 0, 0, 7 }, "c" },
		{ { 10, 0, 20 }, "cac" },
		{ { 500, 1000, 500 }, "bacb" },
		{ { 1000, 999 }, NULL },
	};
	unsigned int length, i, j;
	const u8 *turns;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		turns = turns_of(test, known[i].weights, 5, &length);
		if (!known[i].turns) {
			KUNIT_EXPECT_EQ(test, length, 1999);
			continue;
		}
		for (j = 0; j < length; j++)
			KUNIT_EXPECT_EQ_MSG(test, turns[j] + 'a',
					    known[i].turns[j], "%s, %u",
					    known[i].turns, j);
	}
}

static void sequence_empty(struct kunit *test)
{
	static const u16 none[3];
	u8 turn = 0xa5;

	KUNIT_EXPECT_EQ(test, nfc_sequence_length(none, 3), 0);
	KUNIT_EXPECT_EQ(test, nfc_sequence_length(none, 0), 0);
	KUNIT_EXPECT_EQ(test, nfc_sequence_fill(&turn, none, 3), 0);
	KUNIT_EXPECT_EQ(test, nfc_sequence_fill(&turn, none, 0), 0);
	KUNIT_EXPECT_EQ(test, turn, 0xa5);
}

static const struct weights {
	unsigned int count;
	u16 of[16];
} windows[] = {
	{ 1, { 1 } },
	{ 2, { 1, 1 } },
	{ 3, { 1, 2, 5 } },
	{ 3, { 7, 11, 13 } },
	{ 4, { 3, 0, 6, 12 } },
	{ 5, { 1, 1, 1, 1, 96 } },
	{ 16, { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 } },
	{ 3, { 1000, 999, 1 } },
};

static void window_desc(const struct weights *weights, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u backends, %u turns",
		 weights->count, nfc_sequence_length(weights->of, weights->count));
}

KUNIT_ARRAY_PARAM(window, windows, window_desc);

/* Wherever a window begins, each has its weight in it. */
static void sequence_windows(struct kunit *test)
{
	const struct weights *weights = test->param_value;
	const unsigned int divisor = nfc_sequence_divisor(weights->of,
							  weights->count);
	unsigned int length, i, j, wrong = 0;
	unsigned int had[16] = {};
	atomic_t position = ATOMIC_INIT(0);
	const u8 *turns;
	u8 *given;

	turns = turns_of(test, weights->of, weights->count, &length);
	given = kunit_kzalloc(test, 3 * length, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, given);
	for (i = 0; i < 3 * length; i++) {
		given[i] = turns[nfc_position_next(&position, length)];
		had[given[i]]++;
		if (i >= length)
			had[given[i - length]]--;
		if (i + 1 < length)
			continue;
		for (j = 0; j < weights->count; j++)
			wrong += had[j] != weights->of[j] / divisor;
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
}

/* The longest that can be. */
static void sequence_longest(struct kunit *test)
{
	unsigned int length, i;
	unsigned int *had;
	u16 *weights;
	u8 *turns;

	weights = kunit_kcalloc(test, 256, sizeof(*weights), GFP_KERNEL);
	had = kunit_kcalloc(test, 256, sizeof(*had), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, weights && had);
	for (i = 0; i < 256; i++)
		weights[i] = 1000;
	weights[255] = 999;
	length = nfc_sequence_length(weights, 256);
	KUNIT_ASSERT_EQ(test, length, 255999);
	turns = kvmalloc(length, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, turns);
	KUNIT_EXPECT_EQ(test, nfc_sequence_fill(turns, weights, 256), 0);
	for (i = 0; i < length; i++)
		had[turns[i]]++;
	for (i = 0; i < 256; i++)
		KUNIT_EXPECT_EQ(test, had[i], weights[i]);
	kvfree(turns);
}

/* A shorter list takes over: no turn beyond its end. */
static void position_shrinks(struct kunit *test)
{
	atomic_t position = ATOMIC_INIT(0);
	unsigned int i;

	for (i = 0; i < 70; i++)
		KUNIT_EXPECT_EQ(test, nfc_position_next(&position, 100), i);
	for (i = 0; i < 20; i++)
		KUNIT_EXPECT_EQ(test, nfc_position_next(&position, 8), i % 8);
	KUNIT_EXPECT_EQ(test, nfc_position_next(&position, 100), 4);
	KUNIT_EXPECT_EQ(test, nfc_position_next(&position, 1), 0);
	KUNIT_EXPECT_EQ(test, nfc_position_next(&position, 1), 0);
}

#define TAKERS	4
#define ROUNDS	2000
#define TURNS	7

struct taker {
	atomic_t *position;
	unsigned int had[TURNS];
	struct task_struct *thread;
	struct completion done;
};

static int take(void *data)
{
	struct taker *taker = data;
	unsigned int i;

	for (i = 0; i < ROUNDS * TURNS; i++) {
		taker->had[nfc_position_next(taker->position, TURNS)]++;
		if (!(i % 64))
			cond_resched();
	}
	complete(&taker->done);
	/* Not before it is waited for, or it may outlive our code. */
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* Whoever takes them: each turn comes as often as every other. */
static void position_shared(struct kunit *test)
{
	atomic_t position = ATOMIC_INIT(0);
	struct taker *takers;
	unsigned int i, j, sum, made;

	takers = kunit_kcalloc(test, TAKERS, sizeof(*takers), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, takers);
	for (made = 0; made < TAKERS; made++) {
		takers[made].position = &position;
		init_completion(&takers[made].done);
		takers[made].thread = kthread_create(take, &takers[made],
						     "taker");
		if (IS_ERR(takers[made].thread))
			break;
	}
	for (i = 0; i < made; i++)
		wake_up_process(takers[i].thread);
	for (i = 0; i < made; i++) {
		wait_for_completion(&takers[i].done);
		kthread_stop(takers[i].thread);
	}
	KUNIT_ASSERT_EQ(test, made, TAKERS);
	for (j = 0; j < TURNS; j++) {
		sum = 0;
		for (i = 0; i < TAKERS; i++)
			sum += takers[i].had[j];
		KUNIT_EXPECT_EQ(test, sum, TAKERS * ROUNDS);
	}
}

static struct kunit_case sequence_cases[] = {
	KUNIT_CASE(sequence_smooth),
	KUNIT_CASE(sequence_empty),
	KUNIT_CASE_PARAM(sequence_windows, window_gen_params),
	KUNIT_CASE(sequence_longest),
	KUNIT_CASE(position_shrinks),
	KUNIT_CASE(position_shared),
	{}
};

static struct kunit_suite sequence_suite = {
	.name = "statmark_sequence",
	.test_cases = sequence_cases,
};

kunit_test_suite(sequence_suite);
