// SPDX-License-Identifier: GPL-2.0
/*
 * Smooth weighted round robin.
 */
#include <linux/errno.h>
#include <linux/gcd.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "sequence.h"

struct nfc_turn {
	s32 credit;
	u16 weight;
	u8 index;
};

static unsigned int nfc_sequence_divisor(const u16 *weights, unsigned int count)
{
	unsigned long divisor = 0;
	unsigned int i;

	for (i = 0; i < count; i++)
		divisor = gcd(divisor, weights[i]);
	return divisor ?: 1;
}

unsigned int nfc_sequence_length(const u16 *weights, unsigned int count)
{
	unsigned int sum = 0;
	unsigned int i;

	for (i = 0; i < count; i++)
		sum += weights[i];
	return sum / nfc_sequence_divisor(weights, count);
}

/*
 * Each turn everybody earns its weight, and the richest takes the turn and pays
 * what all have earned. So after as many turns as that sum all accounts are
 * even again, and the list can start over.
 */
int nfc_sequence_fill(u8 *turns, const u16 *weights, unsigned int count)
{
	const unsigned int divisor = nfc_sequence_divisor(weights, count);
	const unsigned int length = nfc_sequence_length(weights, count);
	struct nfc_turn *players, *player, *richest;
	unsigned int i, n = 0;

	if (!length)
		return 0;
	players = kmalloc_array(count, sizeof(*players), GFP_KERNEL);
	if (!players)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		if (!weights[i])
			continue;
		players[n].credit = 0;
		players[n].weight = weights[i] / divisor;
		players[n].index = i;
		n++;
	}
	for (i = 0; i < length; i++) {
		richest = players;
		for (player = players; player < players + n; player++) {
			player->credit += player->weight;
			if (player->credit > richest->credit)
				richest = player;
		}
		richest->credit -= length;
		turns[i] = richest->index;
		if (!(i % 256))
			cond_resched();
	}
	kfree(players);
	return 0;
}
