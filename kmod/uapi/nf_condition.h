/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What a rule with -m condition, revision 1, carries between iptables and the
 * kernel. The layout is that of xtables-addons: it can never change. Kernel C,
 * user space C and C++20 include this file.
 */
#ifndef NFC_UAPI_NF_CONDITION_H
#define NFC_UAPI_NF_CONDITION_H

#include <linux/types.h>

#define NFC_CONDITION_MATCH	"condition"
#define NFC_CONDITION_REVISION	1

/* Bytes of a name, its terminator included. */
#define NFC_CONDITION_NAME_LEN	31

/* Defined by the kernel module only; a rule from user space says nothing here. */
struct nfc_condition;

struct nfc_condition_info {
	char name[NFC_CONDITION_NAME_LEN];
	__u8 invert;	/* 1: match while the switch is 0 */
	/*
	 * The kernel's own; never compared, never copied out.
	 * Everything before it is what user space owns ("usersize").
	 */
	struct nfc_condition *condition __attribute__((aligned(8)));
};

#define NFC_CONDITION_USERSIZE \
	__builtin_offsetof(struct nfc_condition_info, condition)

#ifdef __cplusplus
#define NFC_CONDITION_ASSERT(c)	static_assert(c, #c)
#else
#define NFC_CONDITION_ASSERT(c)	_Static_assert(c, #c)
#endif
NFC_CONDITION_ASSERT(__builtin_offsetof(struct nfc_condition_info, invert) == 31);
NFC_CONDITION_ASSERT(__builtin_offsetof(struct nfc_condition_info, condition) == 32);
NFC_CONDITION_ASSERT(sizeof(struct nfc_condition_info) == 40);
#undef NFC_CONDITION_ASSERT

#endif /* NFC_UAPI_NF_CONDITION_H */
