#!/bin/bash
# kernels: 6.12
# modules: ours
# servers: real
# limit: 400
# nfclusterd gives nodes what a shared address needs: the rule, then the address; tells
# the wire of it; sets again what somebody takes away, takes away what is not configured
# any more, and leaves alone what is not its own. And what it counts of connections.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/services.sh
. /lab/services.sh
with_ours
A=192.168.0.10 A6=fd00::10
MAC=01:00:5e:28:00:0a MAC6=33:33:00:00:00:10

lan client node1 node2
crowd node1 node2
load ipt_CLUSTERIP
settled client node1 node2

conf() { # NODE EXTRA...: the clusters of a node, with more keys
    local node=$1
    shift
    printf '[node]\nname = "%s"\n' "$node"
    cluster web $A "$@"
    cluster six $A6 "$@"
}
cluster() { # NAME ADDRESS KEY...
    printf '[cluster.%s]\naddress = "%s"\ninterface = "eth0"\nslots = 8\n' "$1" "$2"
    printf 'hashmode = "sourceip-sourceport"\ndrive = false\n'
    printf 'nodes = { node1 = { address = "192.168.0.1" }, node2 = { address = "192.168.0.2" } }\n'
    printf '%s\n' "${@:3}"
}
rules() { on "$1" iptables-save -t raw | grep -c SHAREDIP; on "$1" ip6tables-save -t raw | grep -c SHAREDIP; }
has_six() { ip -n node1 addr show eth0 | grep -q $A6/128; }
has_no_six() { ! has_six; }
has() { # NODE: its rules, and its shared addresses
    rules "$1" | paste -sd ' '
    ip -n "$1" -br addr show eth0 | grep -oE "($A|$A6)/[0-9]+" | paste -sd ' '
}
has_all() { [ "$(has "$1")" == "1 1"$'\n'"$A/32 $A6/128" ]; }
has_none() { [ "$(has "$1")" == '0 0' ]; }

# --- a node is set up
capture client 'arp or icmp6'
look_after node1 < <(conf node1 'join_groups = true')
ok 'both rules and both addresses' until_ok 20 has_all node1 || diag "$(has node1)"
is 'the cluster is as configured' "$(on node1 sed -E 's/ (on|drain) .*//' /proc/net/nf_clusterip | sort)" \
    "$A interface eth0 clustermac $MAC hashmode sourceip-sourceport hash-init 0 total 8
$A6 interface eth0 clustermac $MAC6 hashmode sourceip-sourceport hash-init 0 total 8"
ok 'it is in the group of the IPv4 MAC, 239.40.0.10' eval 'ip -n node1 maddr show dev eth0 | grep -q 239.40.0.10'
ok 'and of the IPv6 one' eval 'ip -n node1 maddr show dev eth0 | grep -q ff05::10'
knows() { [[ $(ip -n client neigh show "$1" dev eth0) == *"$2"* ]]; }
_must ip -n client neigh replace $A lladdr 02:00:00:00:00:99 dev eth0 nud stale
_must ip -n client neigh replace $A6 lladdr 02:00:00:00:00:99 dev eth0 nud stale
captured client -e >/tmp/announced
ok 'the wire is told by ARP, from its own MAC' eval "grep -iE '> ff:ff:ff:ff:ff:ff.*who-has $A .*tell $A' /tmp/announced | grep -q $(mac_of 1)"
ok 'and by an advertisement' eval "grep -qE '$(mac_of 1) > 33:33:00:00:00:01.*fd00::10 > ff02::1.*advertisement.*tgt is fd00::10' /tmp/announced"
diag "$(grep -E "$A|fd00::10" /tmp/announced | head -n 8)"

# --- what somebody takes away comes back, and tells the wire again
_must on node1 iptables -t raw -F
_must on node1 ip6tables -t raw -F
_must ip -n node1 addr flush dev eth0 to $A/32
_must ip -n node1 addr del $A6/128 dev eth0
ok 'what was taken away comes back' until_ok 20 has_all node1
ok 'and neighbours learn the right MAC again' until_ok 20 eval "knows $A $MAC && knows $A6 $MAC6"
_must ip -n node1 addr add 192.168.0.77/24 dev eth0

# --- a second node, and a clean end
look_after node2 < <(conf node2 'prefix = 24')
ok 'another node is set up as well' until_ok 20 eval "has node2 | grep -q '^$A/24'"
nok 'no node complains about the other' eval "kernel_log | grep -i -e duplicate -e 'advertised our'"
look_away node1
ok 'its daemon gone, all stays' has_all node1

# --- connections by slot: sockets; doctor tells
serve node1 --tcp 80 --tcp6 80
tell node1 $A '+1-8'
tell node1 $A6 '+1-8'
for number in 1 2 3; do _must hold four$number client $A 80 --source 10.9.0.$number; done
_must hold six1 client $A6 80
tell node1 $A 'drain 1-8'
tell node1 $A6 'drain 1-8'
drains() { on node1 nfcluster doctor --config /none --socket /none | grep -oE "($1): slots .*" | sed -E 's/slots [0-9,-]+/slots/'; }
is 'three live as sockets' "$(drains $A)" "$A: slots drain; 3 of their TCP connections live here"
is 'and one by IPv6' "$(drains $A6)" "$A6: slots drain; 1 of their TCP connections live here"
for number in 1 2 3; do let_go four$number; done
let_go six1
none() { [ "$(drains $A; drains $A6)" == "$A: slots drain; none of their TCP connections lives here
$A6: slots drain; none of their TCP connections lives here" ]; }
ok 'none when they have ended' until_ok 20 none || diag "$(drains "$A|$A6"; on node1 ss -tan)"

# --- connections that go on to a server behind: known to connection tracking
tell node1 $A '+1-8'
serve node2 --tcp 8080
_must on node1 sysctl -qw net.ipv4.ip_forward=1
_must on node1 iptables -t nat -A PREROUTING -d $A -p tcp --dport 81 -j DNAT --to-destination 192.168.0.2:8080
_must on node1 iptables -t nat -A POSTROUTING -d 192.168.0.2 -p tcp --dport 8080 -j MASQUERADE
_must hold behind client $A 81 --source 10.9.0.9
is 'it is behind' "$(answer_to behind hello)" 'node2 hello'
tell node1 $A 'drain 1-8'
is 'one lives behind this node' "$(drains $A)" "$A: slots drain; 1 of their TCP connections live here"
let_go behind
_must on node1 iptables -t nat -F

# --- and by IPVS
tell node1 $A '+1-8'
_must on node1 ipvsadm -A -t $A:82 -s rr
_must on node1 ipvsadm -a -t $A:82 -r 192.168.0.2:8080 -m
_must on node2 ip route replace 10.9.0.0/16 via 192.168.0.1
_must hold ipvs client $A 82 --source 10.9.0.8
is 'it is behind' "$(answer_to ipvs hello)" 'node2 hello'
tell node1 $A 'drain 1-8'
by_ipvs() { [ "$(drains $A)" == "$A: slots drain; 1 of their TCP connections live here" ]; }
ok 'one lives by IPVS' until_ok 10 by_ipvs || diag "$(drains $A; on node1 cat /proc/net/ip_vs_conn_sync)"
let_go ipvs

# --- the next daemon knows what the last one set
look_after node1 < <(conf node1)
ok 'it goes on' until_ok 20 has_all node1
look_again node1 < <(printf '[node]\nname = "node1"\n')
ok 'what is not configured any more is taken away' until_ok 20 has_none node1 || diag "$(tail -n 12 /tmp/nfclusterd.node1/log)"
is 'but no address of others' "$(ip -n node1 -br addr show eth0 | grep -c 192.168.0.77/24)" 1

# --- IPVS's synchronisation, and what is others' to manage
threads() { on node1 ipvsadm --list --daemon | sed -nE 's/^(master|backup) sync daemon \(mcast=(\w+), syncid=(\w+).*/\1 \2 \3/p' | paste -sd ,; }
threads_are() { [ "$(threads)" == "$1" ]; }
look_again node1 < <(conf node1 'manage = false' 'ipvs_sync = { interface = "eth0", id = 7 }')
ok 'both threads run' until_ok 20 threads_are 'master eth0 7,backup eth0 7' || diag "$(on node1 ipvsadm --list --daemon)"
is 'manage = false: nothing else is set' "$(has node1)" '0 0'
_must on node1 ipvsadm --stop-daemon master
ok 'one that was stopped comes back' until_ok 20 threads_are 'master eth0 7,backup eth0 7'
look_again node1 < <(printf '[node]\nname = "node1"\n')
ok 'none runs when none is asked for' until_ok 20 threads_are ''

# --- what an administrator has set
share node1 $A 16 1-4 --hashmode sourceip-sourceport
look_again node1 < <(conf node1)
ok 'another cluster of the address: it says so' until_ok 20 said node1 "it has 16 slots, not 8; nothing is changed"
ok 'and six is set up nevertheless' until_ok 20 has_six
is 'nothing is changed' "$(slots node1 $A) $(on node1 iptables-save -t raw | grep -c SHAREDIP)" '1,2,3,4 1'
withdraw node1 $A
ok 'without that it is as configured' until_ok 20 has_all node1
look_again node1 < <(printf '[node]\nname = "node1"\n')
ok 'all goes' until_ok 20 has_none node1
share node1 $A 8 1-4 --hashmode sourceip-sourceport
look_again node1 < <(conf node1)
ok 'one that is as configured is taken as it is' until_ok 20 has_six
look_again node1 < <(printf '[node]\nname = "node1"\n')
ok 'what was ours goes' until_ok 20 has_no_six
is 'what was not ours stays' "$(slots node1 $A) $(ip -n node1 -br addr show eth0 | grep -o $A/24)" "1,2,3,4 $A/24"

look_away node1
look_away node2
done_testing
