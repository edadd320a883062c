/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does a TCP flow live on this node? A socket knows it, or connection tracking
 * does, whichever is there.
 */
#ifndef _NFC_CLUSTERIP_FLOW_H
#define _NFC_CLUSTERIP_FLOW_H

#include <linux/types.h>

struct sk_buff;
struct tcphdr;

/*
 * That of a TCP packet. One that would begin a new flow over a finished one's
 * remains belongs to no flow that lives. A last ACK that proves our own SYN
 * cookie does.
 */
bool nfc_flow_lives(const struct sk_buff *skb, u8 family,
		    const struct tcphdr *th);

/*
 * That of the packet inside an ICMP error, which begins at @offset. Of what is no
 * TCP, connection tracking alone knows it.
 */
bool nfc_flow_of_error_lives(const struct sk_buff *skb, u8 family,
			     unsigned int offset);

/* Does it ask for a new connection, and do nothing else? */
bool nfc_flow_begins(const struct tcphdr *th);

#endif /* _NFC_CLUSTERIP_FLOW_H */
