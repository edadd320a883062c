/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What a STATMARK rule, revision 0, carries between iptables and the kernel.
 * Kernel C, user space C and C++20 include this file.
 *
 * It has to fit into one rule of nftables, which ends at 4096 bytes: so gates
 * are named once in a table of their own and backends refer to them.
 */
#ifndef NFC_UAPI_NF_STATMARK_H
#define NFC_UAPI_NF_STATMARK_H

#include <linux/types.h>
#include "nf_condition.h"

#define NFC_STATMARK_NAME	"STATMARK"
#define NFC_STATMARK_REVISION	0

/* Bytes of a pool's name, its terminator included. */
#define NFC_POOL_NAME_LEN	32
/* Backends of a pool; different conditions that one rule can name as gates. */
#define NFC_POOL_BACKENDS_MAX	256
#define NFC_POOL_GATES_MAX	32
#define NFC_POOL_WEIGHT_MAX	1000
#define NFC_POOL_WEIGHT_DEFAULT	1

/* How a backend is picked for a new flow. */
enum nfc_pool_mode {
	NFC_POOL_NTH = 0,	/* smooth weighted round robin */
	NFC_POOL_RANDOM = 1,	/* weighted */
	NFC_POOL_HASH = 2,	/* consistent, by source address */
};

#define NFC_POOL_MODES		3
#define NFC_POOL_NTH_NAME	"nth"
#define NFC_POOL_RANDOM_NAME	"random"
#define NFC_POOL_HASH_NAME	"hash"

/* flags of a rule: it says what the pool is; without, it only uses a pool. */
#define NFC_STATMARK_F_DECLARE	(1u << 0)
#define NFC_STATMARK_F_ALL	NFC_STATMARK_F_DECLARE

/* flags of a backend: it serves while its gate's condition is 0, not 1. */
#define NFC_BACKEND_F_NOT	(1u << 0)
#define NFC_BACKEND_F_ALL	NFC_BACKEND_F_NOT

struct nfc_statmark_backend {
	__u32 mark;	/* not 0, no bit outside the mask */
	__u16 weight;	/* 0 to NFC_POOL_WEIGHT_MAX */
	__u8 gate;	/* 0: none, it always serves; else 1 + index into gates[] */
	__u8 flags;	/* NFC_BACKEND_F_* */
};

/* Defined by the kernel module only; a rule from user space says nothing here. */
struct nfc_pool_rule;

/* What is not used is zero, and refused if it is not. */
struct nfc_statmark_info {
	char pool[NFC_POOL_NAME_LEN];
	__u32 flags;	/* NFC_STATMARK_F_* */
	__u32 mask;	/* bits of packet and connection mark that are the pool's */
	__u16 backend_count;
	__u8 gate_count;
	__u8 mode;	/* enum nfc_pool_mode */
	__u32 reserved;
	struct nfc_statmark_backend backends[NFC_POOL_BACKENDS_MAX];
	char gates[NFC_POOL_GATES_MAX][NFC_CONDITION_NAME_LEN];
	/*
	 * The kernel's own; never compared, never copied out.
	 * Everything before it is what user space owns ("usersize").
	 */
	struct nfc_pool_rule *rule __attribute__((aligned(8)));
};

#define NFC_STATMARK_USERSIZE \
	__builtin_offsetof(struct nfc_statmark_info, rule)

#ifdef __cplusplus
#define NFC_STATMARK_ASSERT(c)	static_assert(c, #c)
#else
#define NFC_STATMARK_ASSERT(c)	_Static_assert(c, #c)
#endif
NFC_STATMARK_ASSERT(sizeof(struct nfc_statmark_backend) == 8);
NFC_STATMARK_ASSERT(__builtin_offsetof(struct nfc_statmark_info, backends) == 48);
NFC_STATMARK_ASSERT(__builtin_offsetof(struct nfc_statmark_info, gates) == 2096);
NFC_STATMARK_ASSERT(__builtin_offsetof(struct nfc_statmark_info, rule) == 3088);
NFC_STATMARK_ASSERT(sizeof(struct nfc_statmark_info) == 3096);
#undef NFC_STATMARK_ASSERT

#endif /* NFC_UAPI_NF_STATMARK_H */
