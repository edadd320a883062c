// SPDX-License-Identifier: GPL-2.0
/*
 * Names, and what can be written to .set.
 */
#include "words.c"	/* before all: it defines pr_fmt */
#include <kunit/test.h>
#include <linux/slab.h>
#include "condition.c"

static void name_valid(struct kunit *test)
{
	static const char *const good[] = {
		"a", "mail1up", "with blank", "x=1", ".hidden", "-x", "gr\xc3\xbc\xc3\x9f",
		"thirty-bytes-are-the-most-ever",
	};
	static const char *const bad[] = {
		"", ".", "..", ".set", "a/b", "a\"b", "a\\b", "a\nb", "a\x01", "\x7f",
	};
	char name[NFC_CONDITION_NAME_LEN];
	int i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		strscpy(name, good[i], sizeof(name));
		KUNIT_EXPECT_TRUE_MSG(test, nfc_condition_name_valid(name),
				      "%s", name);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		strscpy(name, bad[i], sizeof(name));
		KUNIT_EXPECT_FALSE_MSG(test, nfc_condition_name_valid(name),
				       "%s", name);
	}
	memset(name, 'a', sizeof(name));
	KUNIT_EXPECT_FALSE(test, nfc_condition_name_valid(name));
}

/* What a text reads as: "name=value" or "-name", with commas between. */
static char *read_as(struct kunit *test, const char *text, size_t len, int *ret)
{
	const size_t room = nfc_condition_words_room(len);
	struct nfc_condition_word *words;
	char *copy, *out;
	size_t used = 0;
	int i;

	words = kunit_kcalloc(test, room, sizeof(*words), GFP_KERNEL);
	copy = kunit_kzalloc(test, len + 1, GFP_KERNEL);
	out = kunit_kzalloc(test, 256, GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, words && copy && out);
	memcpy(copy, text, len);
	*ret = nfc_condition_words(copy, len, words, room);
	for (i = 0; i < *ret; i++)
		used += words[i].remove ?
			scnprintf(out + used, 256 - used, "%s-%s",
				  i ? "," : "", words[i].name) :
			scnprintf(out + used, 256 - used, "%s%s=%d",
				  i ? "," : "", words[i].name, words[i].value);
	return out;
}

static const struct words_case {
	const char *text;
	size_t len;
	const char *reads;	/* NULL: refused */
} words_cases[] = {
#define READS(t, r)	{ .text = t, .len = sizeof(t) - 1, .reads = r }
	READS("a=1", "a=1"),
	READS("a=1\n", "a=1"),
	READS("mail1up=1 mail2up=0", "mail1up=1,mail2up=0"),
	READS("  a=1\t\tb=0\n\n-c\n", "a=1,b=0,-c"),
	READS("a=1 a=0", "a=1,a=0"),
	READS("a=b=1", "a=b=1"),
	READS("-x=1", "-x=1"),
	READS("with\\040blank=1", "with blank=1"),
	READS("", NULL),
	READS("\n \t", NULL),
	READS("a", NULL),
	READS("a=", NULL),
	READS("a=2", NULL),
	READS("a=11", NULL),
	READS("=1", NULL),
	READS("-", NULL),
	READS("a=1 b", NULL),
	READS("a=1 b=x c=0", NULL),
	READS("a/b=1", NULL),
	READS(".set=1", NULL),
	READS("-..", NULL),
	READS("new\\012line=1", NULL),
	READS("quo\"te=1", NULL),
	READS("thirty-one-bytes-are-one-too-man=1", NULL),
	READS("a\\000b=1", NULL),
	READS("a\\0=1", NULL),
	READS("a\\0751=1", "a=1=1"),
	READS("-a\\0751", "-a=1"),
	READS("a=1\0", NULL),
	READS("a=1\0b=1", NULL),
};

static void words_desc(const struct words_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%*pE", (int)c->len, c->text);
}

KUNIT_ARRAY_PARAM(words, words_cases, words_desc);

static void words_read(struct kunit *test)
{
	const struct words_case *c = test->param_value;
	int ret;
	char *got = read_as(test, c->text, c->len, &ret);

	if (c->reads)
		KUNIT_EXPECT_STREQ(test, got, c->reads);
	else
		KUNIT_EXPECT_EQ(test, ret, -EINVAL);
}

/* The shortest words fill their room to the last. */
static void words_room(struct kunit *test)
{
	const size_t count = 1000, len = 4 * count - 1;
	char *text = kunit_kzalloc(test, len + 2, GFP_KERNEL);
	struct nfc_condition_word *words;
	size_t i;

	words = kunit_kcalloc(test, nfc_condition_words_room(len),
			      sizeof(*words), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, text && words);
	for (i = 0; i < count; i++)
		memcpy(text + 4 * i, "a=1 ", 4);
	text[len] = '\0';
	KUNIT_EXPECT_EQ(test, nfc_condition_words(text, len, words,
						  nfc_condition_words_room(len)),
			count);
}

static struct kunit_case condition_cases[] = {
	KUNIT_CASE(name_valid),
	KUNIT_CASE_PARAM(words_read, words_gen_params),
	KUNIT_CASE(words_room),
	{}
};

static struct kunit_suite condition_suite = {
	.name = "condition",
	.test_cases = condition_cases,
};

kunit_test_suite(condition_suite);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit suites of xt_condition");
