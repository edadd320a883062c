// SPDX-License-Identifier: GPL-2.0
/*
 * Flows that live here.
 */
#include <linux/tcp.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include <net/tcp.h>
#include "compat.h"
#include "flow.h"

bool nfc_flow_begins(const struct tcphdr *th)
{
	return th->syn && !th->ack && !th->rst && !th->fin;
}

/* An established socket, one that has closed, or one that is being asked for. */
static struct sock *nfc_flow_find_socket(struct net *net,
					 const struct nf_conntrack_tuple *flow,
					 int ifindex)
{
	const __be16 sport = flow->src.u.tcp.port;
	const u16 dport = ntohs(flow->dst.u.tcp.port);

	if (flow->src.l3num == NFPROTO_IPV4)
		return nfc_tcp_lookup(, net, flow->src.u3.ip, sport,
				      flow->dst.u3.ip, dport, ifindex, 0);
#if IS_ENABLED(CONFIG_IPV6)
	return nfc_tcp_lookup(6, net, &flow->src.u3.in6, sport,
			      &flow->dst.u3.in6, dport, ifindex, 0);
#else
	return NULL;
#endif
}

static bool nfc_flow_has_socket(struct net *net,
				const struct nf_conntrack_tuple *flow,
				int ifindex, bool begins)
{
	struct sock *sk = nfc_flow_find_socket(net, flow, ifindex);
	bool lives;

	if (!sk)
		return false;
	lives = !begins || sk->sk_state != TCP_TIME_WAIT;
	sock_gen_put(sk);
	return lives;
}

/* Under a flood of SYNs the end of a handshake is the first we know of a flow. */
static bool nfc_flow_has_cookie(struct net *net, const struct sk_buff *skb,
				u8 family, const struct tcphdr *th)
{
#ifdef CONFIG_SYN_COOKIES
	if (!th->ack || th->syn || th->rst || th->fin ||
	    !READ_ONCE(net->ipv4.sysctl_tcp_syncookies))
		return false;
	if (family == NFPROTO_IPV4)
		return nfc_tcp_cookie(4, ip_hdr(skb), th);
#if IS_ENABLED(CONFIG_IPV6)
	return nfc_tcp_cookie(6, ipv6_hdr(skb), th);
#endif
#endif
	return false;
}

static bool nfc_flow_ct_lives(const struct nf_conn *ct, bool begins)
{
	return nf_ct_is_confirmed(ct) &&
	       (!begins ||
		READ_ONCE(ct->proto.tcp.state) < TCP_CONNTRACK_TIME_WAIT);
}

static bool nfc_flow_is_tracked(struct net *net,
				const struct nf_conntrack_tuple *flow,
				bool begins)
{
	struct nf_conntrack_tuple_hash *found;
	struct nf_conn *ct;
	bool lives;

	found = nf_conntrack_find_get(net, &nf_ct_zone_dflt, flow);
	if (!found)
		return false;
	ct = nf_ct_tuplehash_to_ctrack(found);
	lives = nfc_flow_ct_lives(ct, begins);
	nf_ct_put(ct);
	return lives;
}

bool nfc_flow_lives(const struct sk_buff *skb, u8 family,
		    const struct tcphdr *th)
{
	const bool begins = nfc_flow_begins(th);
	struct net *net = dev_net(skb->dev);
	struct nf_conntrack_tuple flow;
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct;

	if (!nf_ct_get_tuplepr(skb, skb_network_offset(skb), family,
			       net, &flow))
		return false;
	if (nfc_flow_has_socket(net, &flow, skb->dev->ifindex, begins) ||
	    nfc_flow_has_cookie(net, skb, family, th))
		return true;

	ct = nf_ct_get(skb, &ctinfo);
	if (ct && !nf_ct_is_template(ct))
		return nfc_flow_ct_lives(ct, begins);
	/* In the table raw nobody has asked yet. */
	return nfc_flow_is_tracked(net, &flow, begins);
}

bool nfc_flow_of_error_lives(const struct sk_buff *skb, u8 family,
			     unsigned int offset)
{
	struct nf_conntrack_tuple sent, flow;
	struct net *net = dev_net(skb->dev);
	enum ip_conntrack_info ctinfo;

	if (nf_ct_get(skb, &ctinfo) &&
	    (ctinfo == IP_CT_RELATED || ctinfo == IP_CT_RELATED_REPLY))
		return true;
	/* What it quotes is what we have sent. */
	if (!nf_ct_get_tuplepr(skb, offset, family, net, &sent) ||
	    !nf_ct_invert_tuple(&flow, &sent))
		return false;
	if (sent.dst.protonum == IPPROTO_TCP &&
	    nfc_flow_has_socket(net, &flow, skb->dev->ifindex, false))
		return true;
	return nfc_flow_is_tracked(net, &flow, false);
}
