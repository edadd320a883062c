/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What /proc/net/nf_condition/.set takes: words, separated by blanks or
 * newlines. "mail1up=1" and "mail1up=0" set a switch, and make it if there is
 * none; "-mail1up" takes one away. In a name, a blank is written \040.
 */
#ifndef _NFC_CONDITION_WORDS_H
#define _NFC_CONDITION_WORDS_H

#include <linux/types.h>
#include "uapi/nf_condition.h"

/* A longer write is refused. */
#define NFC_CONDITION_SET_MAX	(64 * 1024)

struct nfc_condition;

/**
 * struct nfc_condition_word - one word
 * @name: valid as nfc_condition_name_valid() says
 * @remove: take it away
 * @value: else: set it to this
 * @condition: room for whoever carries the words out
 */
struct nfc_condition_word {
	char name[NFC_CONDITION_NAME_LEN];
	bool remove;
	bool value;
	struct nfc_condition *condition;
};

/**
 * nfc_condition_words - read a whole write
 * @text: terminated; is overwritten
 * @len: its length; a NUL before that is an error
 * @words: where the words go, in the order of the text
 * @max: room in @words; nfc_condition_words_room() is always enough
 *
 * Return: their number, or -EINVAL: no word at all, or one that is not of the
 * form above (the log says which).
 */
int nfc_condition_words(char *text, size_t len,
			struct nfc_condition_word *words, size_t max);

/* An upper bound for the words in a text of this length: "a=1 b=1". */
static inline size_t nfc_condition_words_room(size_t len)
{
	return len / 3 + 1;
}

#endif /* _NFC_CONDITION_WORDS_H */
