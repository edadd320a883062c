// SPDX-License-Identifier: GPL-2.0
/*
 * What can be written to a pool's file, and what each refusal is called.
 */
#include "command.c"	/* before all: it defines pr_fmt */
#include "test.h"

#define POOL	"ff nth 1*1 2*3=g 3*1,drain"

static const struct command_case {
	const char *text;
	size_t len;
	int err;
	const char *pool;
} commands[] = {
#define ACCEPT(t, p)	{ .text = t, .len = sizeof(t) - 1, .pool = p }
#define REFUSE(t, e)	{ .text = t, .len = sizeof(t) - 1, .err = e }
	ACCEPT("+4", POOL " 4*1"),
	ACCEPT("+4\n", POOL " 4*1"),
	ACCEPT("+0x1f +17", POOL " 1f*1 11*1"),
	ACCEPT("+010 +0XaB", POOL " a*1 ab*1"),
	ACCEPT("+1", POOL),
	ACCEPT("+2", POOL),
	ACCEPT("+3", "ff nth 1*1 2*3=g 3*1"),
	ACCEPT("-2", "ff nth 1*1 3*1,drain"),
	ACCEPT("-1 -2 -3", "ff nth"),
	ACCEPT("-2 +2", "ff nth 1*1 3*1,drain 2*1"),
	ACCEPT("drain 1", "ff nth 1*1,drain 2*3=g 3*1,drain"),
	ACCEPT("drain 3", POOL),
	ACCEPT("drain 1 +1", POOL),
	ACCEPT("weight 1 0", "ff nth 1*0 2*3=g 3*1,drain"),
	ACCEPT("weight 0x1 0x3E8", "ff nth 1*1000 2*3=g 3*1,drain"),
	ACCEPT("weight 3 7", "ff nth 1*1 2*3=g 3*7,drain"),
	ACCEPT("gate 1 up", "ff nth 1*1=up 2*3=g 3*1,drain"),
	ACCEPT("gate 1 !up", "ff nth 1*1=!up 2*3=g 3*1,drain"),
	ACCEPT("gate 2 !up", "ff nth 1*1 2*3=!up 3*1,drain"),
	ACCEPT("gate 2 none", "ff nth 1*1 2*3 3*1,drain"),
	ACCEPT("gate 2 !g gate 2 none", "ff nth 1*1 2*3 3*1,drain"),
	ACCEPT("gate 1 a\\040b", "ff nth 1*1=a b 2*3=g 3*1,drain"),
	ACCEPT("gate 1 \\055", "ff nth 1*1=- 2*3=g 3*1,drain"),
	ACCEPT("gate 1 thirty-bytes-are-the-most-ever",
	       "ff nth 1*1=thirty-bytes-are-the-most-ever 2*3=g 3*1,drain"),
	ACCEPT("\n\n +4\tweight\n4  5 ", POOL " 4*5"),
	ACCEPT("drain 1 -2 +4 weight 4 9 gate 4 x\n",
	       "ff nth 1*1,drain 3*1,drain 4*9=x"),
	/* no command */
	REFUSE("", -EINVAL),
	REFUSE("\n", -EINVAL),
	REFUSE(" \t\n", -EINVAL),
	REFUSE("4", -EINVAL),
	REFUSE("fill 1", -EINVAL),
	REFUSE("Drain 1", -EINVAL),
	REFUSE("draining 1", -EINVAL),
	REFUSE("+4\0", -EINVAL),
	REFUSE("+4\0+5", -EINVAL),
	REFUSE("\0", -EINVAL),
	/* no mark */
	REFUSE("+", -EINVAL),
	REFUSE("-", -EINVAL),
	REFUSE("+ 4", -EINVAL),
	REFUSE("++4", -EINVAL),
	REFUSE("+-4", -EINVAL),
	REFUSE("--2", -EINVAL),
	REFUSE("+0", -EINVAL),
	REFUSE("+256", -EINVAL),
	REFUSE("+0x", -EINVAL),
	REFUSE("+0x+4", -EINVAL),
	REFUSE("+0xg", -EINVAL),
	REFUSE("+4a", -EINVAL),
	REFUSE("+4,5", -EINVAL),
	REFUSE("+4294967297", -EINVAL),
	REFUSE("+0x100000001", -EINVAL),
	REFUSE("-257", -EINVAL),
	REFUSE("drain", -EINVAL),
	REFUSE("drain +1", -EINVAL),
	REFUSE("drain 0", -EINVAL),
	/* no weight, no name */
	REFUSE("weight 1", -EINVAL),
	REFUSE("weight 1 1001", -EINVAL),
	REFUSE("weight 1 -1", -EINVAL),
	REFUSE("weight 1 +1", -EINVAL),
	REFUSE("weight 1 4294967296", -EINVAL),
	REFUSE("weight 1 one", -EINVAL),
	REFUSE("gate", -EINVAL),
	REFUSE("gate 1", -EINVAL),
	REFUSE("gate 1 !", -EINVAL),
	REFUSE("gate 1 !!up", -EINVAL),
	REFUSE("gate 1 !none", -EINVAL),
	REFUSE("gate 1 \\156one", -EINVAL),
	REFUSE("gate 1 a,b", -EINVAL),
	REFUSE("gate 1 a/b", -EINVAL),
	REFUSE("gate 1 ..", -EINVAL),
	REFUSE("gate 1 .set", -EINVAL),
	REFUSE("gate 1 a\"b", -EINVAL),
	REFUSE("gate 1 a\\134b", -EINVAL),
	REFUSE("gate 1 a\\012b", -EINVAL),
	REFUSE("gate 1 thirty-one-bytes-are-too-many-!", -EINVAL),
	/* whoever is not there */
	REFUSE("-4", -ENOENT),
	REFUSE("drain 4", -ENOENT),
	REFUSE("weight 4 1", -ENOENT),
	REFUSE("gate 4 up", -ENOENT),
	REFUSE("-2 -2", -ENOENT),
	REFUSE("+4 -5", -ENOENT),
};

static void command_desc(const struct command_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%*pE", (int)c->len, c->text);
}

KUNIT_ARRAY_PARAM(command, commands, command_desc);

static void command_run(struct kunit *test)
{
	const struct command_case *c = test->param_value;
	struct nfc_pool_spec *spec = test_spec(test, POOL);
	/* Just so long, so that KASAN sees a read beyond. */
	char *text = kunit_kmalloc(test, c->len + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, text);
	memcpy(text, c->text, c->len);
	text[c->len] = '\0';
	KUNIT_ASSERT_EQ(test, nfc_commands_run(text, c->len, spec), c->err);
	if (!c->err)
		KUNIT_EXPECT_STREQ(test, test_show(test, spec), c->pool);
}

/* As much as one write can hold. */
static void command_longest(struct kunit *test)
{
	struct nfc_pool_spec *spec = test_spec(test, POOL);
	char *text = kunit_kmalloc(test, NFC_COMMANDS_MAX + 1, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, text);
	for (i = 0; i < NFC_COMMANDS_MAX; i += 4)
		memcpy(text + i, i % 8 ? "-09 " : "+09 ", 4);
	text[NFC_COMMANDS_MAX] = '\0';
	KUNIT_EXPECT_EQ(test, nfc_commands_run(text, NFC_COMMANDS_MAX, spec),
			0);
	KUNIT_EXPECT_STREQ(test, test_show(test, spec), POOL);
}

static void command_full(struct kunit *test)
{
	struct nfc_pool_spec *spec = test_spec(test, "ffff nth");
	char text[8];
	u32 mark;

	for (mark = 1; mark <= NFC_POOL_BACKENDS_MAX + 1; mark++) {
		const int len = snprintf(text, sizeof(text), "+%u", mark);

		KUNIT_EXPECT_EQ(test, nfc_commands_run(text, len, spec),
				mark <= NFC_POOL_BACKENDS_MAX ? 0 : -ENOSPC);
	}
	strscpy(text, "-1 +999", sizeof(text));
	KUNIT_EXPECT_EQ(test, nfc_commands_run(text, strlen(text), spec), 0);
}

static struct kunit_case command_cases[] = {
	KUNIT_CASE_PARAM(command_run, command_gen_params),
	KUNIT_CASE(command_longest),
	KUNIT_CASE(command_full),
	{}
};

static struct kunit_suite command_suite = {
	.name = "statmark_command",
	.test_cases = command_cases,
};

kunit_test_suite(command_suite);
