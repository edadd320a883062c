// SPDX-License-Identifier: GPL-2.0
/*
 * What can be written to a cluster's file, and what each refusal is called.
 */
#include <kunit/test.h>
#include <linux/slab.h>
#include "command.c"

/*
 * Each is written to a cluster of 16 slots in which 1 and 5 are on, 6 drains and
 * 7 is being filled. States in order, "." for off.
 */
#define BEFORE	"+...+df........."

static const struct command_case {
	const char *text;
	size_t len;
	int err;
	const char *after;
} cases[] = {
#define ACCEPT(t, a)	{ .text = t, .len = sizeof(t) - 1, .after = a }
#define REFUSE(t, e)	{ .text = t, .len = sizeof(t) - 1, .err = e }
	ACCEPT("+2",		"++..+df........."),
	ACCEPT("+2\n",		"++..+df........."),
	ACCEPT("-5\n",		"+....df........."),
	ACCEPT("+000000016",	"+...+df........+"),
	ACCEPT("+00000002\n",	"++..+df........."),
	/* from any state to any other */
	ACCEPT("+6",		"+...++f........."),
	ACCEPT("+7",		"+...+d+........."),
	ACCEPT("-6",		"+...+.f........."),
	ACCEPT("-7",		"+...+d.........."),
	ACCEPT("drain 1",	"d...+df........."),
	ACCEPT("drain 2",	"+d..+df........."),
	ACCEPT("drain 7",	"+...+dd........."),
	ACCEPT("fill 1",	"f...+df........."),
	ACCEPT("fill 2",	"+f..+df........."),
	ACCEPT("fill\t 6\n",	"+...+ff........."),
	/* lists */
	ACCEPT("+2,3",		"+++.+df........."),
	ACCEPT("+2-4",		"+++++df........."),
	ACCEPT("+12,2-4,16",	"+++++df....+...+"),
	ACCEPT("+2-2",		"++..+df........."),
	ACCEPT("-1,5",		".....df........."),
	ACCEPT("-5-7",		"+..............."),
	ACCEPT("drain 1-5",	"ddddddf........."),
	ACCEPT("fill 8-16\n",	"+...+dffffffffff"),
	/* several: each sees what the one before has done */
	ACCEPT("+2 -1",		".+..+df........."),
	ACCEPT("+2\n-1\n",	".+..+df........."),
	ACCEPT("+2 \t\n -1",	".+..+df........."),
	ACCEPT("drain 1,5 fill 2-3 -6 +7\n", "dff.d.+........."),
	ACCEPT("-1 +1 -1",	"....+df........."),
	/* no command */
	REFUSE("", -EIO),
	REFUSE("2", -EIO),
	REFUSE("\n", -EIO),
	REFUSE("\n\n", -EIO),
	REFUSE(" +2", -EIO),
	REFUSE("\n+2", -EIO),
	REFUSE("\0+2", -EIO),
	REFUSE("add 2", -EIO),
	REFUSE("drai", -EIO),
	REFUSE("drained 1", -EIO),
	REFUSE("DRAIN 1", -EIO),
	REFUSE("fill2", -EIO),
	/* no list */
	REFUSE("+", -EINVAL),
	REFUSE("-", -EINVAL),
	REFUSE("+\n", -EINVAL),
	REFUSE("drain", -EINVAL),
	REFUSE("drain\n", -EINVAL),
	REFUSE("fill ", -EINVAL),
	REFUSE("drain +1", -EINVAL),
	REFUSE("+ 2", -EINVAL),
	REFUSE("+\n2", -EINVAL),
	REFUSE("+0x2", -EINVAL),
	REFUSE("+two", -EINVAL),
	REFUSE("+2,", -EINVAL),
	REFUSE("+,2", -EINVAL),
	REFUSE("+2,,3", -EINVAL),
	REFUSE("+2-", -EINVAL),
	REFUSE("+2-3-4", -EINVAL),
	REFUSE("+4-2", -EINVAL),
	REFUSE("+2, 3", -EINVAL),
	REFUSE("+2\0", -EINVAL),
	REFUSE("+2\0-3", -EINVAL),
	/* something wrong behind a command */
	REFUSE("+2 ", -EINVAL),
	REFUSE("+2\n\n", -EINVAL),
	REFUSE("+2+3", -EINVAL),
	REFUSE("+2 3", -EINVAL),
	REFUSE("+2 drain", -EINVAL),
	REFUSE("+2 add 3", -EINVAL),
	REFUSE("+2\r", -EINVAL),
	/* the original took these by accident */
	REFUSE("++4", -EINVAL),
	REFUSE("-+4", -EINVAL),
	REFUSE("+-4", -EINVAL),
	REFUSE("-65541", -EINVAL),
	REFUSE("+65538", -EINVAL),
	REFUSE("+65536", -EINVAL),
	REFUSE("+99999999999999999999", -EINVAL),
	REFUSE("+2-65536", -EINVAL),
	/* a slot that is not the cluster's, or is so already */
	REFUSE("+0", -ENOMEM),
	REFUSE("+1", -ENOMEM),
	REFUSE("+17", -ENOMEM),
	REFUSE("+65535", -ENOMEM),
	REFUSE("+1-65535", -ENOMEM),
	REFUSE("fill 0", -ENOMEM),
	REFUSE("fill 7", -ENOMEM),
	REFUSE("fill 17", -ENOMEM),
	REFUSE("+16-17", -ENOMEM),
	REFUSE("-0", -ENOENT),
	REFUSE("-2", -ENOENT),
	REFUSE("-17", -ENOENT),
	REFUSE("-65535", -ENOENT),
	REFUSE("drain 0", -ENOENT),
	REFUSE("drain 6", -ENOENT),
	REFUSE("drain 17", -ENOENT),
	REFUSE("+2 +2", -ENOMEM),
	REFUSE("+2,2", -ENOMEM),
	REFUSE("-5,1-2", -ENOENT),
};

static void command_desc(const struct command_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%*pE", (int)c->len, c->text);
}

KUNIT_ARRAY_PARAM(command, cases, command_desc);

static const char letters[] = { '.', '+', 'd', 'f' };

static struct nfc_slots *before(struct kunit *test)
{
	struct nfc_slots *slots = nfc_slots_alloc(sizeof(BEFORE) - 1);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, slots);
	for (i = 0; i < slots->total; i++)
		nfc_slots_set(slots, i + 1,
			      (const char *)memchr(letters, BEFORE[i],
						   sizeof(letters)) - letters);
	return slots;
}

static void command_run(struct kunit *test)
{
	const struct command_case *c = test->param_value;
	/* No terminator, so that KASAN sees a read beyond. */
	char *text = kunit_kmalloc(test, max_t(size_t, c->len, 1), GFP_KERNEL);
	struct nfc_slots *slots = before(test);
	char after[sizeof(BEFORE)] = "";
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, text);
	memcpy(text, c->text, c->len);
	KUNIT_EXPECT_EQ(test, nfc_commands_run(text, c->len, slots), c->err);
	for (i = 0; i < slots->total; i++)
		after[i] = letters[nfc_slots_get(slots, i + 1)];
	if (!c->err)
		KUNIT_EXPECT_STREQ(test, after, c->after);
	kfree(slots);
}

/* A write of the greatest length, to the largest cluster. */
static void command_longest(struct kunit *test)
{
	struct nfc_slots *slots = nfc_slots_alloc(NFC_SLOTS_MAX);
	char *text = kunit_kmalloc(test, NFC_COMMANDS_MAX, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, slots);
	KUNIT_ASSERT_NOT_NULL(test, text);
	memset(text, '0', NFC_COMMANDS_MAX);
	memcpy(text, "+1-", 3);
	memcpy(text + NFC_COMMANDS_MAX - 4, "4096", 4);
	KUNIT_EXPECT_EQ(test, nfc_commands_run(text, NFC_COMMANDS_MAX, slots), 0);
	KUNIT_EXPECT_EQ(test, nfc_slots_get(slots, 1), NFC_SLOT_ON);
	KUNIT_EXPECT_EQ(test, nfc_slots_get(slots, 4096), NFC_SLOT_ON);
	kfree(slots);
}

static struct kunit_case command_cases[] = {
	KUNIT_CASE_PARAM(command_run, command_gen_params),
	KUNIT_CASE(command_longest),
	{}
};

static struct kunit_suite command_suite = {
	.name = "clusterip_command",
	.test_cases = command_cases,
};

kunit_test_suite(command_suite);
