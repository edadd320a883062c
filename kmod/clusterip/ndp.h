/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A neighbour discovery message (RFC 4861) in a packet: what it is about, and
 * the hardware addresses in its options. It knows nothing of clusters.
 */
#ifndef _NFC_CLUSTERIP_NDP_H
#define _NFC_CLUSTERIP_NDP_H

#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/skbuff.h>

/* Types of messages and options; the kernel's own names are enums elsewhere. */
#define NFC_NDP_ROUTER_SOLICIT	133
#define NFC_NDP_ROUTER_ADVERT	134
#define NFC_NDP_SOLICIT		135
#define NFC_NDP_ADVERT		136

#define NFC_NDP_OPT_SOURCE	1	/* the sender's hardware address */
#define NFC_NDP_OPT_TARGET	2	/* the target's */
#define NFC_NDP_OPT_NONCE	14	/* RFC 3971, RFC 7527 */

/**
 * struct nfc_ndp - a message that was found in a packet
 * @type: NFC_NDP_*
 * @solicited: of an advertisement: somebody asked for it
 * @start: where its ICMPv6 header begins, from skb->data on
 * @options: where its options begin
 * @end: where it ends
 * @source: who sends it
 * @target: what a (neighbour) solicitation or advertisement is about, else ::
 */
struct nfc_ndp {
	u8 type;
	bool solicited;
	unsigned int start;
	unsigned int options;
	unsigned int end;
	struct in6_addr source;
	struct in6_addr target;
};

/**
 * nfc_ndp_read - is it a neighbour discovery message?
 * @skb: a packet whose IPv6 header is linear
 * @msg: the result
 *
 * Return: false also for one so short that nobody would believe it. Its options
 * are not looked at.
 */
bool nfc_ndp_read(const struct sk_buff *skb, struct nfc_ndp *msg);

/**
 * nfc_ndp_get - the hardware address in an option
 *
 * The first option of the type counts, as it does to the kernel.
 *
 * Return: 0; -ENOENT: no such option of six bytes; -EINVAL: the options are
 * broken, nobody would believe the message.
 */
int nfc_ndp_get(const struct sk_buff *skb, const struct nfc_ndp *msg, u8 type,
		u8 mac[ETH_ALEN]);

/**
 * nfc_ndp_set - say another hardware address
 *
 * Every option of the type gets it, longer ones in front. The checksum stays as right as it was.
 *
 * Return: 0; -ENOENT: there is no such option; or -EINVAL, -ENOMEM, and then the
 * message is as it was.
 */
int nfc_ndp_set(struct sk_buff *skb, const struct nfc_ndp *msg, u8 type,
		const u8 mac[ETH_ALEN]);

/**
 * nfc_ndp_add - append an option with a hardware address
 *
 * @msg is as long as the message is, afterwards.
 *
 * Return: 0; or -EINVAL: more follows in the packet, or it is full; -ENOMEM; and
 * then the message is as it was.
 */
int nfc_ndp_add(struct sk_buff *skb, struct nfc_ndp *msg, u8 type,
		const u8 mac[ETH_ALEN]);

/**
 * nfc_ndp_override - have an advertisement count more than what is known
 *
 * Return: 0 or -ENOMEM.
 */
int nfc_ndp_override(struct sk_buff *skb, const struct nfc_ndp *msg);

#endif /* _NFC_CLUSTERIP_NDP_H */
