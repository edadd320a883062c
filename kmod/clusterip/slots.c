// SPDX-License-Identifier: GPL-2.0
/*
 * Sets of slots.
 */
#include <linux/overflow.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include "slots.h"

struct nfc_slots *nfc_slots_alloc(unsigned int total)
{
	struct nfc_slots *slots;

	slots = kzalloc(struct_size(slots, on, BITS_TO_LONGS(total)),
			GFP_KERNEL_ACCOUNT);
	if (slots)
		slots->total = total;
	return slots;
}

struct nfc_slots *nfc_slots_dup(const struct nfc_slots *slots)
{
	struct nfc_slots *copy = nfc_slots_alloc(slots->total);

	if (copy)
		bitmap_copy(copy->on, slots->on, slots->total);
	return copy;
}

static bool nfc_slots_has(const struct nfc_slots *slots, unsigned int slot)
{
	return slot >= 1 && slot <= slots->total;
}

bool nfc_slots_add(struct nfc_slots *slots, unsigned int slot)
{
	return nfc_slots_has(slots, slot) &&
	       !__test_and_set_bit(slot - 1, slots->on);
}

bool nfc_slots_del(struct nfc_slots *slots, unsigned int slot)
{
	return nfc_slots_has(slots, slot) &&
	       __test_and_clear_bit(slot - 1, slots->on);
}

void nfc_slots_show(struct seq_file *m, const struct nfc_slots *slots)
{
	const char *separator = "";
	unsigned int i;

	for_each_set_bit(i, slots->on, slots->total) {
		seq_printf(m, "%s%u", separator, i + 1);
		separator = ",";
	}
	if (*separator)
		seq_putc(m, '\n');
}
