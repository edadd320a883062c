// SPDX-License-Identifier: GPL-2.0
/*
 * Rules come and go, people write to the file: what is the pool then?
 */
#include "declare.c"	/* before all: it defines pr_fmt */
#include "test.h"

/*
 * A story: steps, and the pool after each. '+' and a text: a rule that declares
 * it comes; '-' and its text: such a rule goes; '=': the pool is set to this by
 * hand; '!': a rule comes and there is no room.
 */
struct step {
	char what;
	const char *text;
	const char *pool;
};

#define A	"ff nth 1*1 2*1"
#define B	"ff nth 1*1 2*1 3*1"
#define C	"ff nth 1*5 2*1=!g"
#define STEPS	8

static const struct story {
	const char *name;
	struct step steps[STEPS];
} stories[] = {
	{ "a rule makes the pool", {
		{ '+', A, A },
		{ '-', A, A },
	} },
	{ "a reload changes nothing that was changed by hand", {
		{ '+', A, A },
		{ '=', "ff nth 1*9,drain 5*1", "ff nth 1*9,drain 5*1" },
		{ '+', A, "ff nth 1*9,drain 5*1" },
		{ '-', A, "ff nth 1*9,drain 5*1" },
		{ '-', A, "ff nth 1*9,drain 5*1" },
		{ '+', A, "ff nth 1*9,drain 5*1" },
	} },
	{ "a reload adds", {
		{ '+', A, A },
		{ '+', B, B },
		{ '-', A, B },
	} },
	{ "a reload takes away when the old rule goes", {
		{ '+', B, B },
		{ '+', A, B },
		{ '-', B, A },
	} },
	{ "a reload that fails undoes itself", {
		{ '+', A, A },
		{ '+', "f0ff random 1*5 2*1=g 3*1",
		  "f0ff random 1*5 2*1=g 3*1" },
		{ '-', "f0ff random 1*5 2*1=g 3*1", A },
	} },
	{ "a flush and a load are a reload", {
		{ '+', B, B },
		{ '=', "ff nth 1*7 2*1 3*1 4*1", "ff nth 1*7 2*1 3*1 4*1" },
		{ '-', B, "ff nth 1*7 2*1 3*1 4*1" },
		{ '+', A, "ff nth 1*7 2*1 4*1" },
	} },
	{ "what was added by hand stays as it is", {
		{ '+', A, A },
		{ '=', A " 3*7=x,drain", A " 3*7=x,drain" },
		{ '+', B, A " 3*7=x,drain" },
		{ '-', A, A " 3*7=x,drain" },
		{ '+', A, A " 3*7=x,drain" },
		{ '-', B, A },
	} },
	{ "what was taken away by hand stays away", {
		{ '+', B, B },
		{ '=', A, A },
		{ '+', B, A },
		{ '+', "ff nth 1*1 2*1 3*8", A },
		{ '-', B, A },
		{ '-', B, A },
	} },
	{ "weight and gate follow where rules differ", {
		{ '+', A, A },
		{ '=', "ff nth 1*1,drain 2*4", "ff nth 1*1,drain 2*4" },
		{ '+', C, "ff nth 1*5,drain 2*4=!g" },
		{ '-', A, "ff nth 1*5,drain 2*4=!g" },
		{ '+', A, "ff nth 1*1,drain 2*4" },
		{ '-', A, "ff nth 1*5,drain 2*4=!g" },
	} },
	{ "mode and mask are the newest rule's", {
		{ '+', "ff nth 1*1", "ff nth 1*1" },
		{ '+', "ffff hash 1*1", "ffff hash 1*1" },
		{ '+', "ff nth 1*1", "ffff hash 1*1" },
		{ '-', "ff nth 1*1", "ffff hash 1*1" },
		{ '-', "ffff hash 1*1", "ff nth 1*1" },
	} },
	{ "backends outside a new mask go, and come back with the old", {
		{ '+', "ff00 nth 100*1 200*2", "ff00 nth 100*1 200*2" },
		{ '=', "ff00 nth 100*1 200*2 300*1",
		  "ff00 nth 100*1 200*2 300*1" },
		{ '+', "ff nth 1*1 2*2", "ff nth 1*1 2*2" },
		{ '-', "ff nth 1*1 2*2", "ff00 nth 100*1 200*2" },
		{ '+', "ff nth 1*1 2*2", "ff nth 1*1 2*2" },
		{ '-', "ff00 nth 100*1 200*2", "ff nth 1*1 2*2" },
	} },
	{ "rules that say different things add up", {
		{ '+', "ff nth 1*1", "ff nth 1*1" },
		{ '+', "ff nth 2*1", A },
		{ '+', "ff nth 3*1", B },
		{ '-', "ff nth 2*1", "ff nth 1*1 3*1" },
		{ '+', "ff nth 3*1", "ff nth 1*1 3*1" },
		{ '-', "ff nth 3*1", "ff nth 1*1 3*1" },
		{ '-', "ff nth 3*1", "ff nth 1*1" },
	} },
};

static void story_desc(const struct story *story, char *desc)
{
	strscpy(desc, story->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(story, stories, story_desc);

/* What lifetime.c does, apart from packets, files and errors. */
struct told {
	struct list_head declarations;
	struct nfc_pool_spec *pool;
	struct nfc_pool_spec *declared;
};

static int follow(struct kunit *test, struct told *told)
{
	struct nfc_pool_spec *after;
	int err;

	if (list_empty(&told->declarations))
		return 0;
	after = test_spec(test, "0 nth");
	err = nfc_declared(&told->declarations, after);
	if (!err)
		err = nfc_declare_merge(told->pool, told->declared, after);
	if (!err)
		told->declared = after;
	return err;
}

static struct nfc_declaration *said(struct told *told,
				    const struct nfc_statmark_info *info)
{
	struct nfc_declaration *declaration;

	list_for_each_entry(declaration, &told->declarations, list)
		if (!memcmp(&declaration->info, info, sizeof(*info)))
			return declaration;
	return NULL;
}

static void comes(struct kunit *test, struct told *told, const char *text)
{
	const struct nfc_statmark_info *info = test_info(test, text);
	struct nfc_declaration *declaration = said(told, info);

	if (!declaration) {
		declaration = kunit_kzalloc(test, sizeof(*declaration),
					    GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, declaration);
		declaration->info = *info;
		list_add_tail(&declaration->list, &told->declarations);
	}
	declaration->rules++;
	KUNIT_ASSERT_EQ(test, follow(test, told), 0);
}

static void goes(struct kunit *test, struct told *told, const char *text)
{
	struct nfc_declaration *declaration = said(told, test_info(test, text));

	KUNIT_ASSERT_NOT_NULL(test, declaration);
	if (--declaration->rules)
		return;
	list_del(&declaration->list);
	KUNIT_ASSERT_EQ(test, follow(test, told), 0);
}

static void declare_story(struct kunit *test)
{
	const struct story *story = test->param_value;
	struct told told = {
		.pool = test_spec(test, "0 nth"),
		.declared = test_spec(test, "0 nth"),
	};
	const struct step *step;

	INIT_LIST_HEAD(&told.declarations);
	for (step = story->steps; step < story->steps + STEPS && step->what;
	     step++) {
		if (step->what == '+')
			comes(test, &told, step->text);
		else if (step->what == '-')
			goes(test, &told, step->text);
		else
			told.pool = test_spec(test, step->text);
		KUNIT_EXPECT_STREQ_MSG(test, test_show(test, told.pool),
				       step->pool, "step %d",
				       (int)(step - story->steps) + 1);
	}
}

/* Old and new rules together name more than a pool can have. */
static void declare_full(struct kunit *test)
{
	struct nfc_declaration *old, *new;
	struct nfc_pool_spec *after, *spec;
	LIST_HEAD(declarations);
	unsigned int i;

	old = kunit_kzalloc(test, sizeof(*old), GFP_KERNEL);
	new = kunit_kzalloc(test, sizeof(*new), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, old && new);
	old->info.mask = 0xffff;
	new->info.mask = 0xffff;
	old->info.backend_count = 200;
	new->info.backend_count = 56;
	for (i = 0; i < 256; i++) {
		old->info.backends[i].mark = i + 1;
		new->info.backends[i].mark = i + 201;
	}
	list_add_tail(&old->list, &declarations);
	list_add_tail(&new->list, &declarations);
	after = test_spec(test, "0 nth");
	KUNIT_EXPECT_EQ(test, nfc_declared(&declarations, after), 0);
	KUNIT_EXPECT_EQ(test, after->count, 256);

	/* One that was added by hand is one too many. */
	spec = test_spec(test, "ffff nth fff*1");
	KUNIT_EXPECT_EQ(test, nfc_declare_merge(spec, test_spec(test, "0 nth"),
						after), -ENOSPC);

	new->info.backend_count = 57;
	KUNIT_EXPECT_EQ(test, nfc_declared(&declarations,
					   test_spec(test, "0 nth")), -ENOSPC);
}

static struct kunit_case declare_cases[] = {
	KUNIT_CASE_PARAM(declare_story, story_gen_params),
	KUNIT_CASE(declare_full),
	{}
};

static struct kunit_suite declare_suite = {
	.name = "statmark_declare",
	.test_cases = declare_cases,
};

kunit_test_suite(declare_suite);
