// SPDX-License-Identifier: GPL-2.0
/*
 * Sets of slots.
 */
#include <linux/bitmap.h>
#include <linux/overflow.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include "slots.h"

struct nfc_slots *nfc_slots_alloc(unsigned int total)
{
	const unsigned int longs = BITS_TO_LONGS(total);
	struct nfc_slots *slots;

	slots = kzalloc(struct_size(slots, bits, 2 * longs),
			GFP_KERNEL_ACCOUNT);
	if (slots) {
		slots->total = total;
		slots->longs = longs;
	}
	return slots;
}

struct nfc_slots *nfc_slots_dup(const struct nfc_slots *slots)
{
	struct nfc_slots *copy = nfc_slots_alloc(slots->total);

	if (!copy)
		return NULL;
	memcpy(copy->bits, slots->bits,
	       2 * slots->longs * sizeof(*slots->bits));
	copy->moving = !bitmap_empty(copy->bits + copy->longs, copy->total);
	return copy;
}

void nfc_slots_set(struct nfc_slots *slots, unsigned int slot,
		   enum nfc_slot_state state)
{
	__assign_bit(slot - 1, slots->bits, state & 1);
	__assign_bit(slot - 1, slots->bits + slots->longs, state & 2);
	if (state & 2)
		slots->moving = true;
}

void nfc_slots_show(struct seq_file *m, const struct nfc_slots *slots)
{
	const char *separator = "";
	unsigned int i;

	for_each_set_bit(i, slots->bits, slots->total) {
		seq_put_decimal_ull(m, separator, i + 1);
		separator = ",";
	}
	if (*separator)
		seq_putc(m, '\n');
}

void nfc_slots_show_state(struct seq_file *m, const struct nfc_slots *slots,
			  enum nfc_slot_state state)
{
	const char *separator = "";
	unsigned int first, slot;

	/* What does not fit is asked for again, with more room. */
	for (slot = 1; slot <= slots->total && !seq_has_overflowed(m); slot++) {
		if (nfc_slots_get(slots, slot) != state)
			continue;
		first = slot;
		while (slot < slots->total &&
		       nfc_slots_get(slots, slot + 1) == state)
			slot++;
		seq_put_decimal_ull(m, separator, first);
		if (slot > first)
			seq_put_decimal_ull(m, "-", slot);
		separator = ",";
	}
	if (!*separator)
		seq_puts(m, "none");
}
