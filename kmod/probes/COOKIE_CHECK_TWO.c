// SPDX-License-Identifier: GPL-2.0
/* Does the check of a SYN cookie find the cookie itself? Since 6.8. */
#include <net/tcp.h>

int probe(const struct iphdr *iph, const struct tcphdr *th);
int probe(const struct iphdr *iph, const struct tcphdr *th)
{
	return __cookie_v4_check(iph, th);
}
