/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a pool shall be: a plain value. Whoever wants a pool to change copies
 * its spec, changes the copy and has the pool become that (change.h): all of it
 * or nothing.
 */
#ifndef _NFC_STATMARK_SPEC_H
#define _NFC_STATMARK_SPEC_H

#include <linux/types.h>
#include "uapi/nf_statmark.h"

struct nfc_condition;

/**
 * struct nfc_backend_spec - one backend
 * @mark: what it is known by; not 0, no bit outside the pool's mask
 * @weight: 0 to NFC_POOL_WEIGHT_MAX
 * @drain: keeps its connections, gets no new ones
 * @invert: it serves while @gate's condition is 0, not 1
 * @gate: the name of a condition; empty: it always serves
 * @condition: the condition itself, in the spec that a pool has become
 */
struct nfc_backend_spec {
	u32 mark;
	u16 weight;
	bool drain;
	bool invert;
	char gate[NFC_CONDITION_NAME_LEN];
	struct nfc_condition *condition;
};

/**
 * struct nfc_pool_spec - a pool
 * @mask: which bits of packet and connection mark are the pool's
 * @mode: enum nfc_pool_mode
 * @count: of @backends
 * @room: how many could be there
 * @backends: in the order in which they came
 */
struct nfc_pool_spec {
	u32 mask;
	u8 mode;
	unsigned int count;
	unsigned int room;
	struct nfc_backend_spec backends[];
};

/* Empty; NULL: no memory. */
struct nfc_pool_spec *nfc_spec_alloc(unsigned int room);

/* A copy with room for at least as many; NULL: no memory. */
struct nfc_pool_spec *nfc_spec_dup(const struct nfc_pool_spec *spec,
				   unsigned int room);
void nfc_spec_free(struct nfc_pool_spec *spec);

/* The backend of a mark, or NULL. */
struct nfc_backend_spec *nfc_spec_find(const struct nfc_pool_spec *spec,
				       u32 mark);

/* A new backend of weight 1 that always serves; NULL: no room. */
struct nfc_backend_spec *nfc_spec_add(struct nfc_pool_spec *spec, u32 mark);

/* Takes one away; those behind it move up. */
void nfc_spec_del(struct nfc_pool_spec *spec, struct nfc_backend_spec *backend);

bool nfc_spec_same_gate(const struct nfc_backend_spec *a,
			const struct nfc_backend_spec *b);

/* Do both say the same? */
bool nfc_spec_equal(const struct nfc_pool_spec *a,
		    const struct nfc_pool_spec *b);

/* May a condition of this name, any NFC_CONDITION_NAME_LEN bytes, be a gate? */
bool nfc_gate_name_valid(const char *name);

static inline bool nfc_mark_fits(u32 mark, u32 mask)
{
	return mark && !(mark & ~mask);
}

/* Would it get new flows, as far as its gate is not concerned? */
static inline bool nfc_backend_serves(const struct nfc_backend_spec *backend)
{
	return backend->weight && !backend->drain;
}

#endif /* _NFC_STATMARK_SPEC_H */
