// SPDX-License-Identifier: GPL-2.0
/*
 * Commands to a pool's file.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/string_helpers.h>
#include "command.h"
#include "spec.h"

/* As much of a word as the log shows. */
static int nfc_shown(const char *word)
{
	return strnlen(word, 64);
}

static char *nfc_word(char **text)
{
	char *word;

	do
		word = strsep(text, " \t\n");
	while (word && !*word);
	return word;
}

/* kstrtou32() alone would take a sign, and a leading 0 for octal. */
static int nfc_number(const char *word, u32 *number)
{
	if (word[0] == '0' && tolower(word[1]) == 'x')
		return isxdigit(word[2]) ? kstrtou32(word + 2, 16, number) :
					   -EINVAL;
	return isdigit(word[0]) ? kstrtou32(word, 10, number) : -EINVAL;
}

static int nfc_command_mark(const char *word, u32 mask, u32 *mark)
{
	if (word && !nfc_number(word, mark) && nfc_mark_fits(*mark, mask))
		return 0;
	if (!word)
		pr_info_ratelimited("the last command lacks a mark\n");
	else
		pr_info_ratelimited("mark \"%*pE\", expected a number that is not 0 and within 0x%x, the mask\n",
				    nfc_shown(word), word, mask);
	return -EINVAL;
}

static int nfc_command_backend(const char *word,
			       const struct nfc_pool_spec *spec,
			       struct nfc_backend_spec **backend)
{
	u32 mark;
	int err;

	err = nfc_command_mark(word, spec->mask, &mark);
	if (err)
		return err;
	*backend = nfc_spec_find(spec, mark);
	if (*backend)
		return 0;
	pr_info_ratelimited("mark 0x%x: the pool has no such backend\n", mark);
	return -ENOENT;
}

static int nfc_command_add(const char *word, struct nfc_pool_spec *spec)
{
	struct nfc_backend_spec *backend;
	u32 mark;
	int err;

	err = nfc_command_mark(word, spec->mask, &mark);
	if (err)
		return err;
	backend = nfc_spec_find(spec, mark) ?: nfc_spec_add(spec, mark);
	if (!backend) {
		pr_info_ratelimited("mark 0x%x would be one more than %u backends\n",
				    mark, NFC_POOL_BACKENDS_MAX);
		return -ENOSPC;
	}
	backend->drain = false;
	return 0;
}

static int nfc_command_del(const char *word, struct nfc_pool_spec *spec)
{
	struct nfc_backend_spec *backend;
	int err;

	err = nfc_command_backend(word, spec, &backend);
	if (!err)
		nfc_spec_del(spec, backend);
	return err;
}

static int nfc_command_drain(char **text, struct nfc_pool_spec *spec)
{
	struct nfc_backend_spec *backend;
	int err;

	err = nfc_command_backend(nfc_word(text), spec, &backend);
	if (!err)
		backend->drain = true;
	return err;
}

static int nfc_command_weight(char **text, struct nfc_pool_spec *spec)
{
	struct nfc_backend_spec *backend;
	const char *word;
	u32 weight;
	int err;

	err = nfc_command_backend(nfc_word(text), spec, &backend);
	if (err)
		return err;
	word = nfc_word(text) ?: "";
	if (nfc_number(word, &weight) || weight > NFC_POOL_WEIGHT_MAX) {
		pr_info_ratelimited("weight \"%*pE\", expected 0 to %u\n",
				    nfc_shown(word), word, NFC_POOL_WEIGHT_MAX);
		return -EINVAL;
	}
	backend->weight = weight;
	return 0;
}

static int nfc_command_gate(char **text, struct nfc_pool_spec *spec)
{
	struct nfc_backend_spec *backend;
	char *word, *name;
	int err;

	err = nfc_command_backend(nfc_word(text), spec, &backend);
	if (err)
		return err;
	word = nfc_word(text);
	if (!word) {
		pr_info_ratelimited("the last gate lacks a condition's name, or none\n");
		return -EINVAL;
	}
	if (!strcmp(word, "none")) {
		memset(backend->gate, 0, sizeof(backend->gate));
		backend->invert = false;
		return 0;
	}
	name = word + (*word == '!');
	string_unescape_inplace(name, UNESCAPE_OCTAL);
	if (!nfc_gate_name_valid(name) || !strcmp(name, "none")) {
		pr_info_ratelimited("gate \"%*pE\", expected the name of a condition, or none\n",
				    nfc_shown(word), word);
		return -EINVAL;
	}
	strscpy(backend->gate, name, sizeof(backend->gate));
	backend->invert = *word == '!';
	return 0;
}

static int nfc_command_run(char *word, char **text, struct nfc_pool_spec *spec)
{
	if (*word == '+')
		return nfc_command_add(word + 1, spec);
	if (*word == '-')
		return nfc_command_del(word + 1, spec);
	if (!strcmp(word, "drain"))
		return nfc_command_drain(text, spec);
	if (!strcmp(word, "weight"))
		return nfc_command_weight(text, spec);
	if (!strcmp(word, "gate"))
		return nfc_command_gate(text, spec);
	pr_info_ratelimited("\"%*pE\", expected +MARK, -MARK, drain, weight or gate\n",
			    nfc_shown(word), word);
	return -EINVAL;
}

int nfc_commands_run(char *text, size_t len, struct nfc_pool_spec *spec)
{
	unsigned int commands = 0;
	char *word;
	int err;

	if (strlen(text) != len)
		return -EINVAL;
	while ((word = nfc_word(&text))) {
		err = nfc_command_run(word, &text, spec);
		if (err)
			return err;
		commands++;
	}
	return commands ? 0 : -EINVAL;
}
