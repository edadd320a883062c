/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A SHAREDIP rule, read and checked.
 */
#ifndef _NFC_CLUSTERIP_SHARED_RULE_H
#define _NFC_CLUSTERIP_SHARED_RULE_H

#include "cluster.h"
#include "uapi/nf_sharedip.h"

/**
 * nfc_shared_rule_spec - check a rule and say what cluster it wants
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @info: the target's data as user space sent it
 * @spec: the result; without NFC_SHAREDIP_F_NEW only family and address are set
 *
 * Nothing is looked up: all that can be said of the rule by itself. The log
 * names the field that is wrong.
 *
 * Return: 0 or -EINVAL.
 */
int nfc_shared_rule_spec(u8 family, const struct nfc_sharedip_info *info,
			 struct nfc_cluster_spec *spec);

/**
 * nfc_shared_rule_slots - the slots that a checked rule begins with
 *
 * Return: a set, the caller's to kfree(); NULL: no memory.
 */
struct nfc_slots *nfc_shared_rule_slots(const struct nfc_sharedip_info *info);

#endif /* _NFC_CLUSTERIP_SHARED_RULE_H */
