/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Smooth weighted round robin, as a list of turns that is walked round and
 * round: in any window of its length each backend has exactly its weight.
 */
#ifndef _NFC_STATMARK_SEQUENCE_H
#define _NFC_STATMARK_SEQUENCE_H

#include <linux/types.h>

/* How many turns: the sum of the weights, divided by what they have in common. */
unsigned int nfc_sequence_length(const u16 *weights, unsigned int count);

/**
 * nfc_sequence_fill - whose turn is it?
 * @turns: room for nfc_sequence_length(); each becomes an index into @weights
 * @weights: 0: never
 * @count: of @weights, at most 256
 *
 * May sleep. Return: 0 or -ENOMEM.
 */
int nfc_sequence_fill(u8 *turns, const u16 *weights, unsigned int count);

#endif /* _NFC_STATMARK_SEQUENCE_H */
