# kernels: 6.1 6.12 sid
# 64 clusters on one node.
. /lab/lib.sh

lan client node1
load
serve node1 --tcp 80

# each TEXT - 64 lines, with numbers for @
each() { for number in {29..92}; do echo "${1//@/$number}"; done; }
each 'address add 192.168.0.1@/24 dev eth0' >/tmp/addresses
_must ip -n node1 -batch /tmp/addresses
each 'iptables -A INPUT -d 192.168.0.1@ -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:@ --total-nodes 2 --local-node 1 --hashmode sourceip-sourceport' >/tmp/commands
each 'echo +2 >/proc/net/ipt_CLUSTERIP/192.168.0.1@' >/tmp/more
start=${EPOCHREALTIME/./}
ok "64 rules are added, one after the other" on node1 bash -e /tmp/commands
diag "in $(((${EPOCHREALTIME/./} - start) / 1000)) ms"
is "there are 64 clusters" "$(on node1 ls /proc/net/ipt_CLUSTERIP | wc -l)" 64
is "eth0 listens to 64 MACs" "$(on node1 ip maddr show dev eth0 | grep -c '01:02:03:04:05')" 64
ok "each takes its second slot" on node1 bash -e /tmp/more
is "... and has two" "$(on node1 sh -c 'cat /proc/net/ipt_CLUSTERIP/*' | grep -cx 1,2)" 64

# one shell for all, and all at once
each 'labnet ask 192.168.0.1@ 80 --timeout 30000 | sed "s/^.* /@ /" &' >/tmp/asks
echo wait >>/tmp/asks
is "each answers" "$(on client bash /tmp/asks | sort)" "$(each '@ node1')"
on client ip neigh show >/tmp/neighbours
is "... with its own MAC" "$(grep -c '^192.168.0.1[2-9][0-9] .*lladdr 01:02:03:04:05:' /tmp/neighbours)" 64

on node1 iptables-save >/tmp/rules
start=${EPOCHREALTIME/./}
ok "all rules are restored at once" on node1 iptables-restore /tmp/rules
diag "in $(((${EPOCHREALTIME/./} - start) / 1000)) ms"
is "... which changes no slot" "$(on node1 sh -c 'cat /proc/net/ipt_CLUSTERIP/*' | grep -cx 1,2)" 64

ok "one in the middle goes" on node1 iptables -D INPUT 32
nok "... with its file" on node1 test -e /proc/net/ipt_CLUSTERIP/192.168.0.160
ok "... and its MAC" soon eval '! on node1 ip maddr show dev eth0 | grep -q 01:02:03:04:05:60'
is "63 have their slots" "$(on node1 sh -c 'cat /proc/net/ipt_CLUSTERIP/*' | grep -cx 1,2)" 63
sed -i '/0\.160 /d' /tmp/asks
is "... and answer" "$(on client bash /tmp/asks | sort)" "$(each '@ node1' | sed /60/d)"
ok "it comes back with the slot its rule says" eval "on node1 sh -e <<<\"\$(grep '0\.160 ' /tmp/commands)\""
is "... and only that" "$(slots node1 192.168.0.160)" 1

ok "all go" on node1 iptables -F INPUT
is "no file is left" "$(on node1 ls /proc/net/ipt_CLUSTERIP)" ''
ok "no MAC is left" soon eval '! on node1 ip maddr show dev eth0 | grep 01:02:03:04:05'
unload
done_testing
