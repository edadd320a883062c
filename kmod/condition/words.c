// SPDX-License-Identifier: GPL-2.0
/*
 * Reading what is written to .set.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/string_helpers.h>
#include "condition.h"
#include "words.h"

static int nfc_condition_word(char *text, struct nfc_condition_word *word)
{
	size_t len = strlen(text);
	char *name = text;

	word->condition = NULL;
	if (len > 2 && text[len - 2] == '=' &&
	    (text[len - 1] == '0' || text[len - 1] == '1')) {
		word->remove = false;
		word->value = text[len - 1] == '1';
		text[len - 2] = '\0';
	} else if (len > 1 && text[0] == '-' && !strchr(text, '=')) {
		word->remove = true;
		word->value = false;
		name++;
	} else {
		pr_info_ratelimited("\"%*pE\" in .set, expected NAME=0, NAME=1 or -NAME\n",
				    (int)min_t(size_t, len, 64), text);
		return -EINVAL;
	}

	/* A \000 in it must not hide what follows. */
	if (string_unescape_inplace(name, UNESCAPE_OCTAL) != strlen(name) ||
	    strscpy(word->name, name, sizeof(word->name)) < 0 ||
	    !nfc_condition_name_valid(word->name)) {
		pr_info_ratelimited("no condition can be called \"%*pE\"\n",
				    (int)min_t(size_t, strlen(name), 64), name);
		return -EINVAL;
	}
	return 0;
}

int nfc_condition_words(char *text, size_t len,
			struct nfc_condition_word *words, size_t max)
{
	size_t n = 0;
	char *word;

	if (strlen(text) != len)
		return -EINVAL;
	while ((word = strsep(&text, " \t\n"))) {
		if (!*word)
			continue;
		if (n == max || nfc_condition_word(word, &words[n]))
			return -EINVAL;
		n++;
	}
	return n ?: -EINVAL;
}
