// SPDX-License-Identifier: GPL-2.0
/*
 * Rules, taken and refused.
 */
#include "rule.c"	/* before all: it defines pr_fmt */
#include "test.h"

static struct nfc_statmark_info *good(struct kunit *test)
{
	return test_info(test, "ff hash 1*1=!mail1up 2*0 3*1000=mail3up 4*1=mail3up");
}

static void rule_good(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, nfc_rule_check(good(test)), 0);
	KUNIT_EXPECT_EQ(test, nfc_rule_check(test_info(test, "1 nth 1*1")), 0);
}

/* Two packed tables without a byte to spare. */
static void rule_full(struct kunit *test)
{
	struct nfc_statmark_info *info = good(test);
	int i;

	memset(info->pool, 'p', NFC_POOL_NAME_LEN - 1);
	info->mask = 0xffffffff;
	info->backend_count = NFC_POOL_BACKENDS_MAX;
	info->gate_count = NFC_POOL_GATES_MAX;
	for (i = 0; i < NFC_POOL_BACKENDS_MAX; i++) {
		info->backends[i].mark = 0xffffffff - i;
		info->backends[i].weight = NFC_POOL_WEIGHT_MAX;
		info->backends[i].gate = i % (NFC_POOL_GATES_MAX + 1);
		info->backends[i].flags = 0;
	}
	for (i = 0; i < NFC_POOL_GATES_MAX; i++)
		snprintf(info->gates[i], NFC_CONDITION_NAME_LEN, "%030d", i);
	KUNIT_EXPECT_EQ(test, nfc_rule_check(info), 0);
}

/* What is the kernel's is not looked at. */
static void rule_pointer(struct kunit *test)
{
	struct nfc_statmark_info *info = good(test);

	info->rule = (void *)-1UL;
	KUNIT_EXPECT_EQ(test, nfc_rule_check(info), 0);
}

static void rule_plain(struct kunit *test)
{
	struct nfc_statmark_info *info = good(test);
	const size_t from = offsetofend(struct nfc_statmark_info, flags);
	unsigned char *bytes = (unsigned char *)info;
	unsigned int accepted = 0;
	size_t i;

	memset(bytes + from, 0, sizeof(*info) - from);
	info->flags = 0;
	KUNIT_EXPECT_EQ(test, nfc_rule_check(info), 0);
	/* A step that meets every field, and keeps the log short. */
	for (i = from; i < NFC_STATMARK_USERSIZE; i += i < 64 ? 1 : 97) {
		bytes[i] = 1;
		accepted += !nfc_rule_check(info);
		bytes[i] = 0;
	}
	KUNIT_EXPECT_EQ(test, accepted, 0);
}

#define BREAK(name, statement)						\
	static void break_##name(struct nfc_statmark_info *i) { statement; }
BREAK(pool_empty, memset(i->pool, 0, sizeof(i->pool)))
BREAK(pool_unterminated, memset(i->pool, 'a', sizeof(i->pool)))
BREAK(pool_dot, strscpy(i->pool, "..", sizeof(i->pool)))
BREAK(pool_slash, i->pool[1] = '/')
BREAK(pool_quote, i->pool[1] = '"')
BREAK(pool_backslash, i->pool[1] = '\\')
BREAK(pool_newline, i->pool[1] = '\n')
BREAK(pool_taken, strscpy(i->pool, ".pools", sizeof(i->pool)))
BREAK(pool_tail, i->pool[NFC_POOL_NAME_LEN - 1] = 'x')
BREAK(flags, i->flags |= 2)
BREAK(flags_high, i->flags |= 0x80000000)
BREAK(mask_0, i->mask = 0)
BREAK(mask_narrow, i->mask = 3)
BREAK(mode, i->mode = 3)
BREAK(mode_huge, i->mode = 255)
BREAK(reserved, i->reserved = 1)
BREAK(backends_0, i->backend_count = 0)
BREAK(backends_257, i->backend_count = 257)
BREAK(backends_huge, i->backend_count = 65535)
BREAK(backends_more, i->backend_count++)
BREAK(backends_fewer, i->backend_count--)
BREAK(backend_behind, i->backends[255].weight = 1)
BREAK(mark_0, i->backends[1].mark = 0)
BREAK(mark_outside, i->backends[1].mark = 0x100)
BREAK(mark_partly, i->backends[1].mark = 0x101)
BREAK(mark_twice, i->backends[3].mark = 1)
BREAK(weight, i->backends[1].weight = 1001)
BREAK(weight_huge, i->backends[1].weight = 65535)
BREAK(gate_beyond, i->backends[0].gate = 3)
BREAK(gate_huge, i->backends[0].gate = 255)
BREAK(gates_33, i->gate_count = 33)
BREAK(gates_huge, i->gate_count = 255)
BREAK(gates_more, i->gate_count++)
BREAK(gates_fewer, i->gate_count--)
BREAK(gate_unused, i->backends[0].gate = 2)
BREAK(gate_twice, strscpy(i->gates[0], "mail3up", sizeof(i->gates[0])))
BREAK(gate_empty, memset(i->gates[0], 0, sizeof(i->gates[0])))
BREAK(gate_unterminated, memset(i->gates[1], 'g', sizeof(i->gates[1])))
BREAK(gate_comma, i->gates[0][2] = ',')
BREAK(gate_not, i->gates[0][0] = '!')
BREAK(gate_slash, i->gates[0][2] = '/')
BREAK(gate_tail, i->gates[0][NFC_CONDITION_NAME_LEN - 1] = 'x')
BREAK(gate_behind, i->gates[31][0] = 'x')
BREAK(gate_last_byte, i->gates[31][NFC_CONDITION_NAME_LEN - 1] = 'x')
BREAK(backend_flags, i->backends[0].flags |= 2)
BREAK(not_without_gate, i->backends[1].flags = NFC_BACKEND_F_NOT)

static const struct refusal {
	const char *name;
	void (*break_it)(struct nfc_statmark_info *info);
} refusals[] = {
#define REFUSAL(n) { #n, break_##n }
	REFUSAL(pool_empty), REFUSAL(pool_unterminated), REFUSAL(pool_dot),
	REFUSAL(pool_slash), REFUSAL(pool_quote), REFUSAL(pool_backslash),
	REFUSAL(pool_newline), REFUSAL(pool_taken), REFUSAL(pool_tail),
	REFUSAL(flags), REFUSAL(flags_high), REFUSAL(mask_0),
	REFUSAL(mask_narrow), REFUSAL(mode), REFUSAL(mode_huge),
	REFUSAL(reserved), REFUSAL(backends_0), REFUSAL(backends_257),
	REFUSAL(backends_huge), REFUSAL(backends_more),
	REFUSAL(backends_fewer), REFUSAL(backend_behind), REFUSAL(mark_0),
	REFUSAL(mark_outside), REFUSAL(mark_partly), REFUSAL(mark_twice),
	REFUSAL(weight), REFUSAL(weight_huge), REFUSAL(gate_beyond),
	REFUSAL(gate_huge), REFUSAL(gates_33), REFUSAL(gates_huge),
	REFUSAL(gates_more), REFUSAL(gates_fewer), REFUSAL(gate_unused),
	REFUSAL(gate_twice), REFUSAL(gate_empty), REFUSAL(gate_unterminated),
	REFUSAL(gate_comma), REFUSAL(gate_not), REFUSAL(gate_slash),
	REFUSAL(gate_tail), REFUSAL(gate_behind), REFUSAL(gate_last_byte),
	REFUSAL(backend_flags), REFUSAL(not_without_gate),
};

static void refusal_desc(const struct refusal *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refusal, refusals, refusal_desc);

static void rule_refused(struct kunit *test)
{
	const struct refusal *c = test->param_value;
	struct nfc_statmark_info *info = good(test);

	c->break_it(info);
	KUNIT_EXPECT_EQ(test, nfc_rule_check(info), -EINVAL);
}

static struct kunit_case rule_cases[] = {
	KUNIT_CASE(rule_good),
	KUNIT_CASE(rule_full),
	KUNIT_CASE(rule_pointer),
	KUNIT_CASE(rule_plain),
	KUNIT_CASE_PARAM(rule_refused, refusal_gen_params),
	{}
};

static struct kunit_suite rule_suite = {
	.name = "statmark_rule",
	.test_cases = rule_cases,
};

kunit_test_suite(rule_suite);
