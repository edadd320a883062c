// SPDX-License-Identifier: GPL-2.0
/*
 * Specs of pools, and how the suites write them.
 */
#include "test.h"
#include "spec.c"

static const char *const modes[] = {
	NFC_POOL_NTH_NAME, NFC_POOL_RANDOM_NAME, NFC_POOL_HASH_NAME,
};

struct nfc_pool_spec *test_spec(struct kunit *test, const char *text)
{
	const size_t size = sizeof(struct nfc_pool_spec) +
		NFC_POOL_BACKENDS_MAX * sizeof(struct nfc_backend_spec);
	struct nfc_pool_spec *spec = kunit_kzalloc(test, size, GFP_KERNEL);
	char *rest = kunit_kstrdup(test, text, GFP_KERNEL);
	char mode[8], *word;
	int i;

	KUNIT_ASSERT_TRUE(test, spec && rest);
	spec->room = NFC_POOL_BACKENDS_MAX;
	i = sscanf(text, "%x %7s", &spec->mask, mode);
	KUNIT_ASSERT_EQ(test, i, 2);
	i = match_string(modes, ARRAY_SIZE(modes), mode);
	KUNIT_ASSERT_GE(test, i, 0);
	spec->mode = i;
	strsep(&rest, " ");
	strsep(&rest, " ");
	while ((word = strsep(&rest, " "))) {
		struct nfc_backend_spec *backend;
		char *drain = strchr(word, ',');
		char gate[sizeof(backend->gate) + 1] = "";
		unsigned int mark, weight;

		if (drain)
			*drain = '\0';
		i = sscanf(word, "%x*%u=%31s", &mark, &weight, gate);
		KUNIT_ASSERT_GE(test, i, 2);
		backend = nfc_spec_add(spec, mark);
		KUNIT_ASSERT_NOT_NULL(test, backend);
		backend->weight = weight;
		backend->drain = drain;
		backend->invert = *gate == '!';
		strscpy(backend->gate, gate + backend->invert,
			sizeof(backend->gate));
	}
	return spec;
}

static u8 test_gate(struct kunit *test, struct nfc_statmark_info *info,
		    const char *name)
{
	u8 i;

	for (i = 0; i < info->gate_count; i++)
		if (!strcmp(info->gates[i], name))
			return i + 1;
	KUNIT_ASSERT_LT(test, info->gate_count, NFC_POOL_GATES_MAX);
	strscpy(info->gates[i], name, sizeof(info->gates[i]));
	return ++info->gate_count;
}

struct nfc_statmark_info *test_info(struct kunit *test, const char *text)
{
	const struct nfc_pool_spec *spec = test_spec(test, text);
	struct nfc_statmark_info *info;
	unsigned int i;

	info = kunit_kzalloc(test, sizeof(*info), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, info);
	strscpy(info->pool, "mail", sizeof(info->pool));
	info->flags = NFC_STATMARK_F_DECLARE;
	info->mask = spec->mask;
	info->mode = spec->mode;
	info->backend_count = spec->count;
	for (i = 0; i < spec->count; i++) {
		info->backends[i].mark = spec->backends[i].mark;
		info->backends[i].weight = spec->backends[i].weight;
		if (*spec->backends[i].gate)
			info->backends[i].gate =
				test_gate(test, info, spec->backends[i].gate);
		if (spec->backends[i].invert)
			info->backends[i].flags = NFC_BACKEND_F_NOT;
	}
	return info;
}

const char *test_show(struct kunit *test, const struct nfc_pool_spec *spec)
{
	const size_t size = 64 * (spec->count + 1);
	char *text = kunit_kzalloc(test, size, GFP_KERNEL);
	unsigned int i;
	size_t at;

	KUNIT_ASSERT_NOT_NULL(test, text);
	at = scnprintf(text, size, "%x %s", spec->mask, modes[spec->mode]);
	for (i = 0; i < spec->count; i++) {
		const struct nfc_backend_spec *backend = &spec->backends[i];

		at += scnprintf(text + at, size - at, " %x*%u%s%s%s%s",
				backend->mark, backend->weight,
				*backend->gate ? "=" : "",
				backend->invert ? "!" : "", backend->gate,
				backend->drain ? ",drain" : "");
	}
	return text;
}

static void spec_text(struct kunit *test)
{
	static const char text[] = "ff hash 1*3 2*1=!mail2up 3*0=a,drain";

	KUNIT_EXPECT_STREQ(test, test_show(test, test_spec(test, text)), text);
	KUNIT_EXPECT_EQ(test, test_info(test, text)->gate_count, 2);
}

static void spec_change(struct kunit *test)
{
	struct nfc_pool_spec *spec = test_spec(test, "ff nth 1*3 2*1=g 3*1");

	KUNIT_EXPECT_PTR_EQ(test, nfc_spec_find(spec, 2), &spec->backends[1]);
	KUNIT_EXPECT_NULL(test, nfc_spec_find(spec, 4));
	nfc_spec_del(spec, nfc_spec_find(spec, 2));
	KUNIT_EXPECT_STREQ(test, test_show(test, spec), "ff nth 1*3 3*1");
	nfc_spec_del(spec, nfc_spec_find(spec, 3));
	KUNIT_EXPECT_STREQ(test, test_show(test, spec), "ff nth 1*3");
	/* Nothing is left of who was there before. */
	nfc_spec_add(spec, 5);
	KUNIT_EXPECT_STREQ(test, test_show(test, spec), "ff nth 1*3 5*1");
	nfc_spec_del(spec, nfc_spec_find(spec, 1));
	nfc_spec_del(spec, nfc_spec_find(spec, 5));
	KUNIT_EXPECT_STREQ(test, test_show(test, spec), "ff nth");
}

static void spec_full(struct kunit *test)
{
	struct nfc_pool_spec *spec = test_spec(test, "ffff nth 1*1");
	u32 mark;

	for (mark = 2; mark <= NFC_POOL_BACKENDS_MAX; mark++)
		KUNIT_ASSERT_NOT_NULL(test, nfc_spec_add(spec, mark));
	KUNIT_EXPECT_NULL(test, nfc_spec_add(spec, mark));
	nfc_spec_del(spec, nfc_spec_find(spec, NFC_POOL_BACKENDS_MAX));
	KUNIT_EXPECT_NOT_NULL(test, nfc_spec_add(spec, mark));
	KUNIT_EXPECT_EQ(test, spec->count, NFC_POOL_BACKENDS_MAX);
}

static void spec_dup(struct kunit *test)
{
	static const char text[] = "f0 random 10*1000=!g,drain 20*0";
	struct nfc_pool_spec *copy;

	copy = nfc_spec_dup(test_spec(test, text), 0);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_EQ(test, copy->room, 2);
	KUNIT_EXPECT_STREQ(test, test_show(test, copy), text);
	nfc_spec_free(copy);
}

static void spec_equal(struct kunit *test)
{
	static const char *const texts[] = {
		"ff nth 1*3 2*1=g 3*1", "fe nth 1*3 2*1=g 3*1",
		"ff hash 1*3 2*1=g 3*1", "ff nth 1*3 2*1=g",
		"ff nth 1*2 2*1=g 3*1", "ff nth 1*3 2*1=h 3*1",
		"ff nth 1*3 2*1=!g 3*1", "ff nth 1*3 2*1 3*1",
		"ff nth 1*3 2*1=g 4*1", "ff nth 1*3 2*1=g 3*1,drain",
		"ff nth 2*1=g 1*3 3*1", "ff nth",
	};
	int i, j;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		for (j = 0; j < ARRAY_SIZE(texts); j++)
			KUNIT_EXPECT_EQ_MSG(test, i == j,
					    nfc_spec_equal(test_spec(test, texts[i]),
							   test_spec(test, texts[j])),
					    "%s = %s", texts[i], texts[j]);
}

static void spec_gate_names(struct kunit *test)
{
	static const char *const good[] = {
		"mail1up", "a", "with blank", "x=1", "-", "none", "a!", ".sets",
		"thirty-bytes-are-the-most-ever",
	};
	static const char *const bad[] = {
		"", ".", "..", ".set", "a,b", "!a", "a/b", "a\"b", "a\\b",
		"a\nb", "\x7f",
	};
	char name[NFC_CONDITION_NAME_LEN];
	int i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		strscpy(name, good[i], sizeof(name));
		KUNIT_EXPECT_TRUE_MSG(test, nfc_gate_name_valid(name), "%s",
				      name);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		strscpy(name, bad[i], sizeof(name));
		KUNIT_EXPECT_FALSE_MSG(test, nfc_gate_name_valid(name), "%s",
				       name);
	}
	memset(name, 'a', sizeof(name));
	KUNIT_EXPECT_FALSE(test, nfc_gate_name_valid(name));
}

static struct kunit_case spec_cases[] = {
	KUNIT_CASE(spec_text),
	KUNIT_CASE(spec_change),
	KUNIT_CASE(spec_full),
	KUNIT_CASE(spec_dup),
	KUNIT_CASE(spec_equal),
	KUNIT_CASE(spec_gate_names),
	{}
};

static struct kunit_suite spec_suite = {
	.name = "statmark_spec",
	.test_cases = spec_cases,
};

kunit_test_suite(spec_suite);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit suites of xt_STATMARK");
