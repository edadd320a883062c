// SPDX-License-Identifier: GPL-2.0
/*
 * Commands to a cluster's file.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "command.h"
#include "slots.h"

/**
 * struct nfc_verb - what can be done with slots
 * @word: how it begins; a word of letters has blanks behind it
 * @state: what the slots become
 * @refusal: what it says of slots that the cluster lacks, or that are so already
 */
struct nfc_verb {
	const char *word;
	enum nfc_slot_state state;
	int refusal;
};

static const struct nfc_verb nfc_verbs[] = {
	{ "+", NFC_SLOT_ON, -ENOMEM },
	{ "-", NFC_SLOT_OFF, -ENOENT },
	{ "drain", NFC_SLOT_DRAIN, -ENOENT },
	{ "fill", NFC_SLOT_FILL, -ENOMEM },
};

/* The text that is left. */
struct nfc_words {
	const char *at;
	const char *end;
};

static bool nfc_words_blanks(struct nfc_words *words)
{
	const char *start = words->at;

	while (words->at < words->end && strchr(" \t\n", *words->at) &&
	       *words->at)
		words->at++;
	return words->at > start;
}

static bool nfc_words_char(struct nfc_words *words, char c)
{
	if (words->at == words->end || *words->at != c)
		return false;
	words->at++;
	return true;
}

static const struct nfc_verb *nfc_words_verb(struct nfc_words *words)
{
	const struct nfc_verb *verb;
	struct nfc_words rest;
	size_t len;

	for (verb = nfc_verbs; verb < nfc_verbs + ARRAY_SIZE(nfc_verbs); verb++) {
		len = strlen(verb->word);
		if (len > words->end - words->at ||
		    memcmp(words->at, verb->word, len))
			continue;
		rest.at = words->at + len;
		rest.end = words->end;
		if (isalpha(*verb->word) && !nfc_words_blanks(&rest) &&
		    rest.at < rest.end)
			continue;
		*words = rest;
		return verb;
	}
	return NULL;
}

static int nfc_words_number(struct nfc_words *words, unsigned int *number)
{
	if (words->at == words->end || !isdigit(*words->at))
		return -EINVAL;
	*number = 0;
	while (words->at < words->end && isdigit(*words->at)) {
		*number = 10 * *number + (*words->at++ - '0');
		if (*number > U16_MAX)
			return -EINVAL;
	}
	return 0;
}

static int nfc_verb_apply(const struct nfc_verb *verb, struct nfc_slots *slots,
			  unsigned int slot, unsigned int last)
{
	for (; slot <= last; slot++) {
		if (!nfc_slots_has(slots, slot) ||
		    nfc_slots_get(slots, slot) == verb->state)
			return verb->refusal;
		nfc_slots_set(slots, slot, verb->state);
	}
	return 0;
}

/* Without @slots it is only read. */
static int nfc_command_run(struct nfc_words *words, const struct nfc_verb *verb,
			   struct nfc_slots *slots)
{
	unsigned int slot, last;
	int err;

	do {
		err = nfc_words_number(words, &slot);
		if (err)
			return err;
		last = slot;
		if (nfc_words_char(words, '-')) {
			err = nfc_words_number(words, &last);
			if (err)
				return err;
			if (last < slot)
				return -EINVAL;
		}
		if (slots)
			err = nfc_verb_apply(verb, slots, slot, last);
		if (err)
			return err;
	} while (nfc_words_char(words, ','));
	return 0;
}

static int nfc_commands_pass(struct nfc_words words, struct nfc_slots *slots)
{
	const struct nfc_verb *verb = nfc_words_verb(&words);
	int err;

	if (!verb)
		return -EIO;
	for (;;) {
		err = nfc_command_run(&words, verb, slots);
		if (err || words.at == words.end)
			return err;
		if (!nfc_words_blanks(&words))
			return -EINVAL;
		cond_resched();
		verb = nfc_words_verb(&words);
		if (!verb)
			return -EINVAL;
	}
}

/* What cannot be read is said before what cannot be done. */
int nfc_commands_run(const char *text, size_t len, struct nfc_slots *slots)
{
	struct nfc_words words = { .at = text, .end = text + len };

	/* The newline of echo. */
	if (len && words.end[-1] == '\n')
		words.end--;
	return nfc_commands_pass(words, NULL) ?:
	       nfc_commands_pass(words, slots);
}
