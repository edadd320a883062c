/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What a SHAREDIP rule, revision 0, carries between iptables and the kernel. The
 * same for IPv4 and IPv6. Kernel C, user space C and C++20 include this file.
 */
#ifndef NFC_UAPI_NF_SHAREDIP_H
#define NFC_UAPI_NF_SHAREDIP_H

#include <linux/types.h>
#include "nf_clusterip.h"

#define NFC_SHAREDIP_NAME	"SHAREDIP"
#define NFC_SHAREDIP_REVISION	0

#define NFC_SHAREDIP_IFNAME_LEN	16
#define NFC_SHAREDIP_SLOTS_MAX	4096

/* flags: this rule says what the cluster is, and makes it if there is none. */
#define NFC_SHAREDIP_F_NEW	(1u << 0)
#define NFC_SHAREDIP_F_ALL	NFC_SHAREDIP_F_NEW

/* Without NFC_SHAREDIP_F_NEW all but the address is zero. */
struct nfc_sharedip_info {
	__u32 flags;
	__u32 total_slots;
	__u32 hash_mode;	/* enum nfc_hash_mode */
	__u32 hash_initval;
	__u8 addr[16];		/* as in a packet; of IPv4 the first four bytes */
	char ifname[NFC_SHAREDIP_IFNAME_LEN];
	__u8 clustermac[NFC_MAC_LEN];
	__u8 reserved[2];
	/* Bit s % 8 of byte s / 8 is slot s + 1: what is owned when it is made. */
	__u8 local_slots[NFC_SHAREDIP_SLOTS_MAX / 8];
	/*
	 * The kernel's own; never compared, never copied out.
	 * Everything before it is what user space owns ("usersize").
	 */
	struct nfc_cluster *cluster __attribute__((aligned(8)));
};

#define NFC_SHAREDIP_USERSIZE \
	__builtin_offsetof(struct nfc_sharedip_info, cluster)

#ifdef __cplusplus
#define NFC_SHAREDIP_ASSERT(c)	static_assert(c, #c)
#else
#define NFC_SHAREDIP_ASSERT(c)	_Static_assert(c, #c)
#endif
NFC_SHAREDIP_ASSERT(__builtin_offsetof(struct nfc_sharedip_info, addr) == 16);
NFC_SHAREDIP_ASSERT(__builtin_offsetof(struct nfc_sharedip_info, ifname) == 32);
NFC_SHAREDIP_ASSERT(__builtin_offsetof(struct nfc_sharedip_info, clustermac) == 48);
NFC_SHAREDIP_ASSERT(__builtin_offsetof(struct nfc_sharedip_info, local_slots) == 56);
NFC_SHAREDIP_ASSERT(__builtin_offsetof(struct nfc_sharedip_info, cluster) == 568);
NFC_SHAREDIP_ASSERT(sizeof(struct nfc_sharedip_info) == 576);
#undef NFC_SHAREDIP_ASSERT

#endif /* NFC_UAPI_NF_SHAREDIP_H */
