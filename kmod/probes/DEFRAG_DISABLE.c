// SPDX-License-Identifier: GPL-2.0
/* Can a namespace stop to put fragments together? Since 5.13. */
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>

void probe(struct net *net);
void probe(struct net *net)
{
	nf_defrag_ipv4_disable(net);
}
