// SPDX-License-Identifier: GPL-2.0
/*
 * What can be written to a cluster's file, and what each refusal is called.
 */
#include <kunit/test.h>
#include <linux/slab.h>
#include "command.c"

static const struct command_parse_case {
	const char *text;
	size_t len;
	int err;
	bool add;
	u16 slot;
} parse_cases[] = {
#define ACCEPT(t, a, s)	{ .text = t, .len = sizeof(t) - 1, .add = a, .slot = s }
#define REFUSE(t, e)	{ .text = t, .len = sizeof(t) - 1, .err = e }
	ACCEPT("+2", true, 2),
	ACCEPT("+2\n", true, 2),
	ACCEPT("-2\n", false, 2),
	ACCEPT("+0", true, 0),
	ACCEPT("+000000005", true, 5),
	ACCEPT("+00000005\n", true, 5),
	ACCEPT("+65535", true, 65535),
	ACCEPT("-65535", false, 65535),
	/* too long, empty, no sign */
	REFUSE("+0000000005", -EIO),
	REFUSE("+000000005\n", -EIO),
	REFUSE("", -EIO),
	REFUSE("2", -EIO),
	REFUSE("\n", -EIO),
	REFUSE(" +2", -EIO),
	REFUSE("drain 2", -EIO),
	/* not a number */
	REFUSE("+", -EINVAL),
	REFUSE("-", -EINVAL),
	REFUSE("+\n", -EINVAL),
	REFUSE("+ 2", -EINVAL),
	REFUSE("+2 ", -EINVAL),
	REFUSE("+2\n\n", -EINVAL),
	REFUSE("+0x2", -EINVAL),
	REFUSE("+8,9", -EINVAL),
	REFUSE("+1-2", -EINVAL),
	REFUSE("+two", -EINVAL),
	REFUSE("+2\0", -EINVAL),
	REFUSE("+2\0-3", -EINVAL),
	REFUSE("\0+2", -EIO),
	/* the original took these by accident */
	REFUSE("++4", -EINVAL),
	REFUSE("-+4", -EINVAL),
	REFUSE("+-4", -EINVAL),
	REFUSE("-65541", -EINVAL),
	REFUSE("+65538", -EINVAL),
	REFUSE("+65536", -EINVAL),
	REFUSE("+999999999", -EINVAL),
};

static void parse_desc(const struct command_parse_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%*pE", (int)c->len, c->text);
}

KUNIT_ARRAY_PARAM(parse, parse_cases, parse_desc);

static void command_parse(struct kunit *test)
{
	const struct command_parse_case *c = test->param_value;
	struct nfc_command cmd = { .add = !c->add, .slot = 4711 };
	/* No terminator, so that KASAN sees a read beyond. */
	char *text = kunit_kmalloc(test, max_t(size_t, c->len, 1), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, text);
	memcpy(text, c->text, c->len);
	KUNIT_EXPECT_EQ(test, nfc_command_parse(text, c->len, &cmd), c->err);
	if (c->err) {
		KUNIT_EXPECT_EQ(test, cmd.add, !c->add);
		KUNIT_EXPECT_EQ(test, cmd.slot, 4711);
	} else {
		KUNIT_EXPECT_EQ(test, cmd.add, c->add);
		KUNIT_EXPECT_EQ(test, cmd.slot, c->slot);
	}
}

static void command_apply(struct kunit *test)
{
	static const struct {
		bool add;
		u16 slot;
		int err;
	} steps[] = {
		{ true, 2, 0 },
		{ true, 2, -ENOMEM },		/* on already */
		{ true, 0, -ENOMEM },
		{ true, 4, -ENOMEM },		/* one too many */
		{ true, 65535, -ENOMEM },
		{ false, 1, -ENOENT },		/* off already */
		{ false, 0, -ENOENT },
		{ false, 4, -ENOENT },
		{ false, 65535, -ENOENT },
		{ true, 3, 0 },
		{ false, 2, 0 },
		{ false, 2, -ENOENT },
	};
	struct nfc_slots *slots = nfc_slots_alloc(3);
	struct nfc_command cmd;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, slots);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		cmd.add = steps[i].add;
		cmd.slot = steps[i].slot;
		KUNIT_EXPECT_EQ_MSG(test, nfc_command_apply(&cmd, slots),
				    steps[i].err, "step %d", i);
	}
	KUNIT_EXPECT_EQ(test, slots->on[0], BIT(2));
	kfree(slots);
}

static struct kunit_case command_cases[] = {
	KUNIT_CASE_PARAM(command_parse, parse_gen_params),
	KUNIT_CASE(command_apply),
	{}
};

static struct kunit_suite command_suite = {
	.name = "clusterip_command",
	.test_cases = command_cases,
};

kunit_test_suite(command_suite);
