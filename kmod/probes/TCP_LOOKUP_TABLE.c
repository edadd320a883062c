// SPDX-License-Identifier: GPL-2.0
/* Does whoever looks for a TCP socket name the table? Until 6.17. */
#include <net/inet_hashtables.h>

struct sock *probe(struct net *net);
struct sock *probe(struct net *net)
{
	return __inet_lookup_established(net, net->ipv4.tcp_death_row.hashinfo,
					 0, 0, 0, 0, 0, 0);
}
