#!/bin/bash
# kernels: 6.12
# modules: ours
# servers: real
# limit: 400
# Three nodes share an IPv6 address, and know each other by IPv6 alone: nfclusterd sets
# them up, one dies and comes back, is cut off and comes back, the wire is told, and nobody
# answers for another.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/services.sh
. /lab/services.sh
with_ours
A=fd00::10 MAC=33:33:00:00:00:10
NODES='node1 node2 node3'
COUNT=240

# shellcheck disable=SC2086 # a list of names
{
    lan client $NODES
    crowd $NODES
    settled client $NODES
}
load ipt_CLUSTERIP
for node in $NODES; do
    _must ip -n "$node" addr flush dev eth0 to 192.168.0.0/24
    serve "$node" --tcp6 80 --udp6 53
done

conf() { # NODE
    cat <<END_OF_CONF
[node]
name = "$1"
[cluster.six]
address = "$A"
prefix = 64
interface = "eth0"
slots = 12
hashmode = "sourceip-sourceport"
join_groups = true
nodes = { node1 = { address = "fd00::1" }, node2 = { address = "fd00::2" }, node3 = { address = "fd00::3" } }
heartbeat = { interval = "100ms", dead_after = "800ms" }
handover_limit = "5s"
check = { type = "tcp", port = 80, interval = "400ms", timeout = "400ms", fall = 2, rise = 2 }
END_OF_CONF
}
# A datagram that two nodes take is answered twice.
once() { # DESCRIPTION WHO-ANSWERS
    ask client $A 53 --udp --count $COUNT --source fd09::1-fd09::f0 >/tmp/datagrams
    is "$1: each of $COUNT datagrams is answered once" "$(awk 'NF != 3 || $3 == "-"' /tmp/datagrams | head -n 5)" ''
    witness
    ask client $A 80 --count $COUNT --source fd09::1-fd09::f0 --timeout 20000 >/tmp/answers
    witnessed >/tmp/witnessed
    is "$1: each of $COUNT connections meets one node" "$(cat /tmp/witnessed)" "$(sort /tmp/answers)"
    is "$1: by $2" "$(cut -d' ' -f3 /tmp/answers | sort -u | paste -sd ' ')" "$2"
}
record() { capture client 'icmp6 or ip6[6] = 0'; }
recorded() { tcpdump -r /tmp/capture.client.pcap -n -t -e -v 2>/dev/null; } # up to now
from() { grep "^$(mac_of "${1#node}") "; }
joined() { recorded | from "$1" | grep -q 'listener report.*gaddr ff05::10 '; }
advertised() { recorded | from "$1" | grep -qE "> 33:33:00:00:00:01,.* $A > ff02::1: .*advertisement,.*tgt is $A,"; }

# --- they are set up
record
for node in $NODES; do look_after "$node" < <(conf "$node"); done
shares 'three nodes start' '4 4 4'
for node in $NODES; do
    is "$node has the rule" "$(on "$node" sed -E 's/ hashmode.*//' /proc/net/nf_clusterip)" "$A interface eth0 clustermac $MAC"
    ok "$node has the address" eval "ip -n $node -6 addr show eth0 | grep -q 'inet6 $A/64'"
    ok "$node has told switches that snoop" until_ok 10 joined "$node"
    ok "$node has told its neighbours" until_ok 10 advertised "$node"
done
captured client >/tmp/recorded
nok 'no node complains about another' eval "kernel_log | grep -i -e duplicate -e 'advertised our'"
_must on client ping -6 -c 1 -W 5 $A
is 'the client has the MAC' "$(ip -n client -6 neigh show $A dev eth0 | grep -o "$MAC")" $MAC
once 'three nodes' 'node1 node2 node3'

# --- one dies
record
kill -KILL "${_daemon_of[node2]}"
_must ip link set sw-node2 down
dead() { [ "$(owned node1) $(owned node3)" == '6 6' ]; }
ok 'node2 dies: the others take its slots' until_ok 30 dead || diag "$(owned_by_each)"
for node in node1 node3; do
    ok "$node tells the neighbours again" until_ok 10 advertised $node || diag "$(recorded | tail -n 5)"
done
captured client >/tmp/recorded
once 'two nodes' 'node1 node3'

# --- and comes back, with the slots that it had: it never knew
_must ip link set sw-node2 up
look_after node2 < <(conf node2)
shares 'node2 comes back' '4 4 4'
once 'three nodes again' 'node1 node2 node3'

# --- it is cut off, and nobody dies: each side serves, until they hear each other
_must ip link set sw-node2 down
parted() { [ "$(owned_by_each)" == '6 12 6' ]; }
ok 'node2 is cut off: each side has all slots' until_ok 30 parted || diag "$(owned_by_each)"
record
_must ip link set sw-node2 up
shares 'the network is whole again' '4 4 4'
for node in $NODES; do
    ok "$node tells its neighbours once more" until_ok 10 advertised "$node" || diag "$(recorded | tail -n 5)"
done
captured client >/tmp/recorded
nok 'nor does a node complain now' eval "kernel_log | grep -i -e duplicate -e 'advertised our'"
once 'the network is whole again' 'node1 node2 node3'
for node in $NODES; do look_away "$node"; done
done_testing
