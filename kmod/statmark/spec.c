// SPDX-License-Identifier: GPL-2.0
/*
 * Specs of pools.
 */
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "name.h"
#include "spec.h"

struct nfc_pool_spec *nfc_spec_alloc(unsigned int room)
{
	struct nfc_pool_spec *spec;

	spec = kvzalloc(struct_size(spec, backends, room), GFP_KERNEL_ACCOUNT);
	if (spec)
		spec->room = room;
	return spec;
}

struct nfc_pool_spec *nfc_spec_dup(const struct nfc_pool_spec *spec,
				   unsigned int room)
{
	struct nfc_pool_spec *copy = nfc_spec_alloc(max(room, spec->count));

	if (copy) {
		copy->mask = spec->mask;
		copy->mode = spec->mode;
		copy->count = spec->count;
		memcpy(copy->backends, spec->backends,
		       flex_array_size(spec, backends, spec->count));
	}
	return copy;
}

void nfc_spec_free(struct nfc_pool_spec *spec)
{
	kvfree(spec);
}

struct nfc_backend_spec *nfc_spec_find(const struct nfc_pool_spec *spec,
				       u32 mark)
{
	unsigned int i;

	for (i = 0; i < spec->count; i++)
		if (spec->backends[i].mark == mark)
			return (struct nfc_backend_spec *)&spec->backends[i];
	return NULL;
}

struct nfc_backend_spec *nfc_spec_add(struct nfc_pool_spec *spec, u32 mark)
{
	struct nfc_backend_spec *backend;

	if (spec->count == spec->room)
		return NULL;
	backend = &spec->backends[spec->count++];
	memset(backend, 0, sizeof(*backend));
	backend->mark = mark;
	backend->weight = NFC_POOL_WEIGHT_DEFAULT;
	return backend;
}

void nfc_spec_del(struct nfc_pool_spec *spec, struct nfc_backend_spec *backend)
{
	struct nfc_backend_spec *end = &spec->backends[spec->count--];

	memmove(backend, backend + 1, (end - backend - 1) * sizeof(*backend));
}

bool nfc_spec_same_gate(const struct nfc_backend_spec *a,
			const struct nfc_backend_spec *b)
{
	return a->invert == b->invert && !strcmp(a->gate, b->gate);
}

bool nfc_spec_equal(const struct nfc_pool_spec *a,
		    const struct nfc_pool_spec *b)
{
	unsigned int i;

	if (a->mask != b->mask || a->mode != b->mode || a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++) {
		const struct nfc_backend_spec *x = &a->backends[i];
		const struct nfc_backend_spec *y = &b->backends[i];

		if (x->mark != y->mark || x->weight != y->weight ||
		    x->drain != y->drain || !nfc_spec_same_gate(x, y))
			return false;
	}
	return true;
}

/*
 * A comma would end it in a rule, and a leading '!' turn it round. ".set" is no
 * condition.
 */
bool nfc_gate_name_valid(const char *name)
{
	return nfc_name_valid(name, NFC_CONDITION_NAME_LEN) &&
	       strcmp(name, ".set") && *name != '!' && !strchr(name, ',');
}
