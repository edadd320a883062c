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

/* What is known here of a segment's flow. */
enum nfc_place {
	NFC_NOWHERE,
	NFC_HERE,
	/* The client took another node's answer to its SYN, not ours. */
	NFC_ELSEWHERE,
};

/*
 * A reset that acknowledges nothing ends what is half open: either node's, and
 * neither answers it.
 */
static bool nfc_flow_meets(const struct tcphdr *th, u32 first, u32 last)
{
	const u32 seq = ntohl(th->ack_seq);

	return th->ack ? between(seq, first, last) : th->rst;
}

/* Of a SYN that was lost for a moment, while its slot moved, there are two. */
static bool nfc_flow_is_of_request(const struct request_sock *req,
				   const struct tcphdr *th)
{
	const u32 next = tcp_rsk(req)->snt_isn + 1;

	if (nfc_flow_begins(th))
		return ntohl(th->seq) == tcp_rsk(req)->rcv_isn;
	return nfc_flow_meets(th, next, next);
}

/* By fast open, there is a whole socket before the client's ACK. */
static bool nfc_flow_is_of_child(const struct sock *sk, const struct tcphdr *th)
{
	return nfc_flow_begins(th) ||
	       nfc_flow_meets(th, READ_ONCE(tcp_sk(sk)->snd_una),
			      READ_ONCE(tcp_sk(sk)->snd_nxt));
}

static enum nfc_place nfc_flow_place(struct sock *sk, const struct tcphdr *th)
{
	switch (READ_ONCE(sk->sk_state)) {
	case TCP_NEW_SYN_RECV:
		return nfc_flow_is_of_request(inet_reqsk(sk), th) ?
			NFC_HERE : NFC_ELSEWHERE;
	case TCP_SYN_RECV:
		return nfc_flow_is_of_child(sk, th) ? NFC_HERE : NFC_ELSEWHERE;
	case TCP_TIME_WAIT:
		return nfc_flow_begins(th) ? NFC_NOWHERE : NFC_HERE;
	default:
		return NFC_HERE;
	}
}

static enum nfc_place nfc_flow_by_socket(struct net *net,
					 const struct nf_conntrack_tuple *flow,
					 int ifindex, const struct tcphdr *th)
{
	struct sock *sk = nfc_flow_find_socket(net, flow, ifindex);
	enum nfc_place place;

	if (!sk)
		return NFC_NOWHERE;
	place = nfc_flow_place(sk, th);
	sock_gen_put(sk);
	return place;
}

static bool nfc_flow_has_socket(struct net *net,
				const struct nf_conntrack_tuple *flow,
				int ifindex)
{
	struct sock *sk = nfc_flow_find_socket(net, flow, ifindex);

	if (sk)
		sock_gen_put(sk);
	return sk;
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

/*
 * The server behind us that has not answered yet, or whose answer is not the one
 * that the client took: to connection tracking the segment is invalid, and our
 * own stack would reset it.
 */
static bool nfc_flow_ct_takes(const struct nf_conn *ct, const struct tcphdr *th)
{
	const struct ip_ct_tcp *tcp = &ct->proto.tcp;
	const u8 state = READ_ONCE(tcp->state);
	u32 next;

	if (nfc_flow_begins(th))
		return state < TCP_CONNTRACK_TIME_WAIT;
	if (state == TCP_CONNTRACK_SYN_SENT)
		return !th->ack && th->rst;
	if (state != TCP_CONNTRACK_SYN_RECV)
		return true;
	next = READ_ONCE(tcp->seen[IP_CT_DIR_REPLY].td_end);
	return nfc_flow_meets(th, next, next);
}

/* Of an error there is no segment. */
static bool nfc_flow_ct_lives(const struct nf_conn *ct, const struct tcphdr *th)
{
	return nf_ct_is_confirmed(ct) && (!th || nfc_flow_ct_takes(ct, th));
}

static bool nfc_flow_is_tracked(struct net *net,
				const struct nf_conntrack_tuple *flow,
				const struct tcphdr *th)
{
	struct nf_conntrack_tuple_hash *found;
	struct nf_conn *ct;
	bool lives;

	found = nf_conntrack_find_get(net, &nf_ct_zone_dflt, flow);
	if (!found)
		return false;
	ct = nf_ct_tuplehash_to_ctrack(found);
	lives = nfc_flow_ct_lives(ct, th);
	nf_ct_put(ct);
	return lives;
}

bool nfc_flow_lives(const struct sk_buff *skb, u8 family,
		    const struct tcphdr *th)
{
	struct net *net = dev_net(skb->dev);
	struct nf_conntrack_tuple flow;
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct;
	enum nfc_place place;

	if (!nf_ct_get_tuplepr(skb, skb_network_offset(skb), family,
			       net, &flow))
		return false;
	place = nfc_flow_by_socket(net, &flow, skb->dev->ifindex, th);
	/* A SYN may be answered by a cookie, and when it comes again, by another. */
	if (place == NFC_HERE || nfc_flow_has_cookie(net, skb, family, th))
		return true;
	/* Connection tracking knows the SYN, and not who is right. */
	if (place == NFC_ELSEWHERE)
		return false;

	ct = nf_ct_get(skb, &ctinfo);
	if (ct && !nf_ct_is_template(ct))
		return nfc_flow_ct_lives(ct, th);
	/* In the table raw nobody has asked yet. */
	return nfc_flow_is_tracked(net, &flow, th);
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
	    nfc_flow_has_socket(net, &flow, skb->dev->ifindex))
		return true;
	return nfc_flow_is_tracked(net, &flow, NULL);
}
