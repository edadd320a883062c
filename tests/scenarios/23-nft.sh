# kernels: 5.10 6.1 6.12 sid
# nftables shows a target neither -d nor -i, so iptables-nft is refused, with
# words, and without a trace.
. /lab/lib.sh

lan node1
load
rule=(INPUT -d 192.168.0.11 -i eth0 -p tcp --dport 80 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hashmode sourceip-sourceport)

_must on node1 iptables -I INPUT -d 192.168.0.10 -i eth0 -p tcp --dport 80 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hashmode sourceip-sourceport
_must tell node1 192.168.0.10 +2
_must on node1 iptables-nft -A INPUT -p tcp --dport 22 -j ACCEPT
before=$(on node1 nft list ruleset)

fails_with 'Operation not supported' on node1 iptables-nft -I "${rule[@]}"
fails_with 'Operation not supported' on node1 iptables-nft -A "${rule[@]}"
if [ "$MODULE" == ours ]; then
    ok "the kernel log says what to do" eval "kernel_log | grep 'CLUSTERIP' | grep -q 'use iptables-legacy'"
else
    ok "the kernel log says why" eval "kernel_log | grep -q 'cannot use CLUSTERIP target from nftables compat'"
fi
is "the rules of nftables are as they were" "$(on node1 nft list ruleset)" "$before"

printf '%s\n' '*filter' '-A INPUT -p tcp --dport 23 -j DROP' "-A ${rule[*]}" COMMIT >/tmp/rules
nok "iptables-nft-restore refuses the whole set for it" on node1 iptables-nft-restore --noflush /tmp/rules
is "... and changes nothing" "$(on node1 nft list ruleset)" "$before"

is "no cluster came of it" "$(on node1 ls /proc/net/ipt_CLUSTERIP)" 192.168.0.10
is "the cluster that iptables-legacy made is as it was" "$(slots node1 192.168.0.10)" 1,2
ok "its rule is still there" on node1 iptables -C INPUT -d 192.168.0.10 -i eth0 -p tcp --dport 80 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hashmode sourceip-sourceport
ok "iptables-legacy takes what iptables-nft was refused" on node1 iptables -I "${rule[@]}"
is "... which makes the cluster" "$(slots node1 192.168.0.11)" 1

_must on node1 iptables -F
unload
done_testing
