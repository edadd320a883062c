// SPDX-License-Identifier: GPL-2.0
/*
 * The hash table: even, stable, and the same on every machine.
 */
#include <kunit/test.h>
#include "maglev.c"

#define SIZE	NFC_MAGLEV_SIZE

struct pool {
	unsigned int count;
	struct nfc_maglev_backend backends[256];
};

/* A pool of @count backends of the same weight; marks from @first on. */
static struct pool *pool_of(struct kunit *test, unsigned int count, u32 first)
{
	struct pool *pool = kunit_kzalloc(test, sizeof(*pool), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, pool);
	pool->count = count;
	for (i = 0; i < count; i++) {
		pool->backends[i].mark = first + i;
		pool->backends[i].weight = 1;
		pool->backends[i].live = true;
	}
	return pool;
}

static struct pool *copy_of(struct kunit *test, const struct pool *pool)
{
	struct pool *copy = kunit_kzalloc(test, sizeof(*copy), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	*copy = *pool;
	return copy;
}

static void drop(struct pool *pool, unsigned int i)
{
	pool->backends[i] = pool->backends[--pool->count];
}

/* Entry by entry, the mark of who has it. Marks of tests fit one byte. */
static const u8 *table_of(struct kunit *test, const struct pool *from)
{
	struct pool *pool = copy_of(test, from);
	u8 *entries = kunit_kzalloc(test, SIZE + 1, GFP_KERNEL);
	unsigned int i, wrong = 0;

	KUNIT_ASSERT_NOT_NULL(test, entries);
	entries[SIZE] = 0xa5;
	for (i = 0; i < pool->count; i++)
		pool->backends[i].index = i;
	KUNIT_ASSERT_EQ(test, nfc_maglev_fill(entries, pool->backends,
					      pool->count), 0);
	KUNIT_ASSERT_EQ(test, entries[SIZE], 0xa5);
	for (i = 0; i < SIZE; i++) {
		if (entries[i] >= from->count)
			wrong++;
		else
			entries[i] = from->backends[entries[i]].mark;
	}
	KUNIT_ASSERT_EQ(test, wrong, 0);
	return entries;
}

static unsigned int share_of(const u8 *table, u32 mark)
{
	unsigned int i, share = 0;

	for (i = 0; i < SIZE; i++)
		share += table[i] == mark;
	return share;
}

/* Entries that moved between two, neither of which is @mark. */
static unsigned int needless(const u8 *a, const u8 *b, u32 mark)
{
	unsigned int i, moved = 0;

	for (i = 0; i < SIZE; i++)
		moved += a[i] != b[i] && a[i] != mark && b[i] != mark;
	return moved;
}

static u32 fingerprint(const u8 *table)
{
	u32 hash = 2166136261u;	/* FNV-1a */
	unsigned int i;

	for (i = 0; i < SIZE; i++)
		hash = (hash ^ table[i]) * 16777619u;
	return hash;
}

/*
 * Machines of other versions have to agree. Computed apart, by a program in
 * another language.
 */
static void maglev_golden(struct kunit *test)
{
	struct pool *pool = pool_of(test, 16, 1);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, fingerprint(table_of(test, pool)), 0x6d0cdd34);
	pool->count = 8;
	for (i = 0; i < 8; i++)
		pool->backends[i].weight = i + 1;
	KUNIT_EXPECT_EQ(test, fingerprint(table_of(test, pool)), 0x0c58f15c);
	for (i = 0; i < 8; i++)
		pool->backends[i].live = (i + 1) % 3;
	KUNIT_EXPECT_EQ(test, fingerprint(table_of(test, pool)), 0xc3114c34);
}

/* In whatever order the backends came. */
static void maglev_order(struct kunit *test)
{
	struct pool *pool = pool_of(test, 16, 1);
	struct pool *turned = copy_of(test, pool);
	unsigned int i;

	for (i = 0; i < 16; i++)
		turned->backends[i] = pool->backends[(i * 7 + 3) % 16];
	KUNIT_EXPECT_EQ(test, fingerprint(table_of(test, turned)),
			fingerprint(table_of(test, pool)));
}

/* No more than 1 % off, whatever the marks. */
static void maglev_balance(struct kunit *test)
{
	unsigned int first, i;

	for (first = 1; first <= 65; first += 16) {
		const struct pool *pool = pool_of(test, 16, first);
		const u8 *table = table_of(test, pool);

		for (i = 0; i < 16; i++) {
			unsigned int share = share_of(table, first + i) * 16;

			KUNIT_EXPECT_GE(test, share, SIZE / 100 * 99);
			KUNIT_EXPECT_LE(test, share, SIZE / 100 * 101);
		}
	}
}

static void maglev_weights(struct kunit *test)
{
	static const u16 weights[] = { 1, 2, 5, 0, 100, 1000, 999, 37 };
	struct pool *pool = pool_of(test, 0, 1);
	unsigned int i, sum = 0;
	const u8 *table;

	for (i = 0; i < ARRAY_SIZE(weights); i++) {
		if (!weights[i])
			continue;
		pool->backends[pool->count].mark = i + 1;
		pool->backends[pool->count].weight = weights[i];
		pool->backends[pool->count].live = true;
		pool->count++;
		sum += weights[i];
	}
	table = table_of(test, pool);
	for (i = 0; i < ARRAY_SIZE(weights); i++) {
		unsigned int share = share_of(table, i + 1);
		unsigned int due = SIZE * weights[i] / sum;

		/* The last round may end before all have had their part. */
		KUNIT_EXPECT_GE(test, share + 1, due);
		KUNIT_EXPECT_LE(test, share, due + pool->count);
	}
}

/* One goes, or comes: no more than 2 % moves between the others. */
static void maglev_disruption(struct kunit *test)
{
	const struct pool *all = pool_of(test, 16, 1);
	const u8 *before = table_of(test, all);
	unsigned int i, moved, worst = 0;

	for (i = 0; i < 16; i += 3) {
		struct pool *fewer = copy_of(test, all);

		drop(fewer, i);
		moved = needless(before, table_of(test, fewer), i + 1);
		worst = max(worst, moved);
		KUNIT_EXPECT_LE(test, moved, SIZE * 2 / 100);
	}
	kunit_info(test, "at worst %u of %u entries move needlessly\n", worst,
		   SIZE);
}

/* Gates close and open, in any order: nothing moves but their own share. */
static void maglev_gates(struct kunit *test)
{
	static const u8 gates[] = { 4, 9, 12, 4, 13, 1, 9, 4, 12, 13, 4, 1 };
	struct pool *pool = pool_of(test, 16, 1);
	const u8 *before = table_of(test, pool), *start = before, *after;
	unsigned int i, kept;

	for (i = 0; i < ARRAY_SIZE(gates); i++) {
		struct nfc_maglev_backend *backend =
			&pool->backends[gates[i] - 1];

		backend->live = !backend->live;
		after = table_of(test, pool);
		KUNIT_EXPECT_EQ(test, needless(before, after, gates[i]), 0);
		kept = share_of(after, gates[i]);
		if (backend->live)
			KUNIT_EXPECT_GE(test, kept, SIZE / 17);
		else
			KUNIT_EXPECT_EQ(test, kept, 0);
		before = after;
	}
	KUNIT_EXPECT_EQ(test, fingerprint(before), fingerprint(start));
}

/* What the closed leave is shared by weight. */
static void maglev_heirs(struct kunit *test)
{
	static const u16 weights[] = { 1, 2, 5, 992 };
	struct pool *pool = pool_of(test, 4, 1);
	unsigned int i, share;
	const u8 *table;

	for (i = 0; i < 4; i++)
		pool->backends[i].weight = weights[i];
	pool->backends[3].live = false;
	table = table_of(test, pool);
	for (i = 0; i < 3; i++) {
		/* An eighth of the table is 8192; 6 sigma are 600 at most. */
		share = share_of(table, i + 1);
		KUNIT_EXPECT_GE(test, share, weights[i] * 8192 - 800);
		KUNIT_EXPECT_LE(test, share, weights[i] * 8192 + 800);
	}
	KUNIT_EXPECT_EQ(test, share_of(table, 4), 0);
}

/* One is left, and it may be the least of all. */
static void maglev_last(struct kunit *test)
{
	struct pool *pool = pool_of(test, 255, 1);
	unsigned int i;

	for (i = 0; i < 255; i++) {
		pool->backends[i].weight = 1000;
		pool->backends[i].live = false;
	}
	pool->backends[77].weight = 1;
	pool->backends[77].live = true;
	KUNIT_EXPECT_EQ(test, share_of(table_of(test, pool), 78), SIZE);
}

static void maglev_alone(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, share_of(table_of(test, pool_of(test, 1, 7)), 7),
			SIZE);
}

static void maglev_logarithm(struct kunit *test)
{
	static const struct { u32 x, log; } known[] = {
		{ 0, 32 << 16 }, { 1, 31 << 16 }, { 3, 30 << 16 },
		{ 0x7fffffff, 1 << 16 }, { 0xffffffff, 0 },
		{ 0xb504f332, 1 << 15 },	/* 2^32 / sqrt(2) */
		{ 2, (30 << 16) + 27200 },	/* 32 - log2(3) */
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		const s64 off = (s64)nfc_maglev_log(known[i].x) - known[i].log;

		KUNIT_EXPECT_LE_MSG(test, off * off, 1, "%x", known[i].x);
	}
}

static struct kunit_case maglev_cases[] = {
	KUNIT_CASE(maglev_golden),
	KUNIT_CASE(maglev_order),
	KUNIT_CASE(maglev_balance),
	KUNIT_CASE(maglev_weights),
	KUNIT_CASE(maglev_disruption),
	KUNIT_CASE(maglev_gates),
	KUNIT_CASE(maglev_heirs),
	KUNIT_CASE(maglev_last),
	KUNIT_CASE(maglev_alone),
	KUNIT_CASE(maglev_logarithm),
	{}
};

static struct kunit_suite maglev_suite = {
	.name = "statmark_maglev",
	.test_cases = maglev_cases,
};

kunit_test_suite(maglev_suite);
