/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A CLUSTERIP rule, read and checked: the frozen syntax on one side, what the
 * cluster objects want on the other.
 */
#ifndef _NFC_CLUSTERIP_RULE_H
#define _NFC_CLUSTERIP_RULE_H

#include "cluster.h"

struct ipt_ip;

/**
 * nfc_rule_spec - check a rule and say what cluster it wants
 * @ip: the rule's address part: -d and -i
 * @info: the target's data as user space sent it
 * @spec: the result; without --new only family and address are set
 *
 * Nothing is looked up: all that can be said of the rule by itself. The log
 * names the field that is wrong.
 *
 * Return: 0 or -EINVAL.
 */
int nfc_rule_spec(const struct ipt_ip *ip, const struct nfc_clusterip_info *info,
		  struct nfc_cluster_spec *spec);

/**
 * nfc_rule_slots - the slots that a checked rule with --new begins with
 *
 * Return: a set, the caller's to kfree(); NULL: no memory.
 */
struct nfc_slots *nfc_rule_slots(const struct nfc_clusterip_info *info);

#endif /* _NFC_CLUSTERIP_RULE_H */
