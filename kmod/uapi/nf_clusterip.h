/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What a CLUSTERIP rule, revision 0, carries between iptables and the kernel.
 *
 * The layout is that of every iptables since 2.6: it can never change. Kernel C,
 * user space C and C++20 include this file.
 */
#ifndef NFC_UAPI_NF_CLUSTERIP_H
#define NFC_UAPI_NF_CLUSTERIP_H

#include <linux/types.h>

#define NFC_CLUSTERIP_NAME	"CLUSTERIP"
#define NFC_CLUSTERIP_REVISION	0

/* Bytes of a hardware address; slots a rule can list; slots a cluster can have. */
#define NFC_MAC_LEN		6
#define NFC_LOCAL_NODES_MAX	16
#define NFC_TOTAL_NODES_MIN	1
#define NFC_TOTAL_NODES_MAX	64

/* flags: this rule makes the cluster if there is none yet. */
#define NFC_CLUSTERIP_F_NEW	(1u << 0)
#define NFC_CLUSTERIP_F_ALL	NFC_CLUSTERIP_F_NEW

/* hash_mode: which parts of a packet pick its slot. */
enum nfc_hash_mode {
	NFC_HASH_SIP = 0,
	NFC_HASH_SIP_SPT = 1,
	NFC_HASH_SIP_SPT_DPT = 2,
};

#define NFC_HASH_MODES			3
#define NFC_HASH_SIP_NAME		"sourceip"
#define NFC_HASH_SIP_SPT_NAME		"sourceip-sourceport"
#define NFC_HASH_SIP_SPT_DPT_NAME	"sourceip-sourceport-destport"
/* What an array of them begins with: indexed by nfc_hash_mode. */
#define NFC_HASH_MODE_NAMES \
	{ NFC_HASH_SIP_NAME, NFC_HASH_SIP_SPT_NAME, NFC_HASH_SIP_SPT_DPT_NAME }

/* Defined by the kernel module only; a rule from user space says nothing here. */
struct nfc_cluster;

struct nfc_clusterip_info {
	__u32 flags;
	__u8 clustermac[NFC_MAC_LEN];
	__u16 num_total_nodes;
	__u16 num_local_nodes;
	__u16 local_nodes[NFC_LOCAL_NODES_MAX];	/* counted from 1 */
	__u32 hash_mode;
	__u32 hash_initval;
	/*
	 * The kernel's own; never compared, never copied out.
	 * Everything before it is what user space owns ("usersize").
	 */
	struct nfc_cluster *cluster;
};

#define NFC_CLUSTERIP_USERSIZE	__builtin_offsetof(struct nfc_clusterip_info, cluster)

#ifdef __cplusplus
#define NFC_STATIC_ASSERT(condition)	static_assert(condition, #condition)
#else
#define NFC_STATIC_ASSERT(condition)	_Static_assert(condition, #condition)
#endif
#define NFC_ASSERT_OFFSET(member, offset) \
	NFC_STATIC_ASSERT(__builtin_offsetof(struct nfc_clusterip_info, member) == (offset))

NFC_ASSERT_OFFSET(flags, 0);
NFC_ASSERT_OFFSET(clustermac, 4);
NFC_ASSERT_OFFSET(num_total_nodes, 10);
NFC_ASSERT_OFFSET(num_local_nodes, 12);
NFC_ASSERT_OFFSET(local_nodes, 14);
NFC_ASSERT_OFFSET(hash_mode, 48);
NFC_ASSERT_OFFSET(hash_initval, 52);
NFC_ASSERT_OFFSET(cluster, 56);
/* 64 bytes, or 60 where a pointer has 4. */
NFC_STATIC_ASSERT(sizeof(struct nfc_clusterip_info) == 56 + sizeof(void *));

#undef NFC_ASSERT_OFFSET

#endif /* NFC_UAPI_NF_CLUSTERIP_H */
