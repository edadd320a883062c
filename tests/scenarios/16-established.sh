# The hash decides for every packet, those of old connections included; what
# kernels: 5.10 6.1 6.12 sid
# connection tracking does not know is dropped; and where the rule may stand.
. /lab/lib.sh

lan client node1 node2
load
join node1 192.168.0.10 2 1 --hashmode sourceip-sourceport
join node2 192.168.0.10 2 2 --hashmode sourceip-sourceport
serve node1 --tcp 80 --udp 53
serve node2 --tcp 80 --udp 53

open_from() { hold one client 192.168.0.10 80 --sport "$1" --timeout 120000; } # SOURCE-PORT
picks_up() { on "$1" sysctl -qw net.netfilter.nf_conntrack_tcp_loose="$2"; } # NODE 0|1

owner_of() { labnet slot --hashmode sourceip-sourceport --total-nodes 2 <<<"192.168.0.100 $1" | cut -d ' ' -f 3; }
owner=$(owner_of 7001)
slot=${owner#node}
other=node$((3 - slot))

# established

ok "a connection is opened" open_from 7001
is "... to the node of the hash" "$(answer_to one one)" "$owner one"
ok "$owner gives up its slot" tell "$owner" 192.168.0.10 "-$slot"
say one two
nok "... and says nothing more on the connection" hear one 3
ok "$owner takes its slot again" tell "$owner" 192.168.0.10 "+$slot"
ok "... and the connection goes on" hear one 30
is "... where it was" "$HEARD" "$owner two"
_must tell "$owner" 192.168.0.10 "-$slot"
ok "$other takes over" tell "$other" 192.168.0.10 "+$slot"
say one three
ok "$other, which does not know the connection," hear one 30
is "... resets it" "$HEARD" reset
let_go one
_must tell "$other" 192.168.0.10 "-$slot"
_must tell "$owner" 192.168.0.10 "+$slot"

# invalid

ok "another connection is opened" open_from 7001
is "... to the node of the hash" "$(answer_to one one)" "$owner one"
picks_up "$owner" 0
ok "$owner forgets its connections and picks up none in the middle" on "$owner" conntrack -F
say one two
nok "... so the next packet is dropped, without an answer" hear one 3
picks_up "$owner" 1
ok "$owner picks up connections in the middle again" hear one 30
is "... and goes on" "$HEARD" "$owner two"
let_go one

# where the rule may stand

answer() { ask client 192.168.0.10 "$@" --sport 7001 | cut -d ' ' -f 3-; }
rule() { # NODE-NUMBER TABLE VERB CHAIN
    _must on "node$1" iptables -t "$2" "$3" "$4" -d 192.168.0.10 -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node "$1" --hashmode sourceip-sourceport
}
move_rule() { # FROM-TABLE CHAIN TO-TABLE CHAIN
    local number
    for number in 1 2; do
        rule "$number" "$3" -A "$4"
        rule "$number" "$1" -D "$2"
    done
}
is "in INPUT: the node of the hash answers" "$(answer 53 --udp)" "$owner"
move_rule filter INPUT raw PREROUTING
is "in PREROUTING of raw, before connection tracking: no one answers UDP" "$(answer 53 --udp)" -
is "... nor TCP" "$(answer 80)" -
ok "... and node 1's own address answers" eval "ask client 192.168.0.1 53 --udp | grep -q ' node1$'"
move_rule raw PREROUTING mangle PREROUTING
is "in PREROUTING of mangle: the node of the hash answers UDP" "$(answer 53 --udp)" "$owner"
is "... and TCP" "$(answer 80)" "$owner"

for node in node1 node2; do
    ok "$node accepts no unicast in multicast frames any more" on $node sysctl -w net.ipv4.conf.all.drop_unicast_in_l2_multicast=1
done
is "in PREROUTING of mangle: the node of the hash still answers UDP" "$(answer 53 --udp)" "$owner"
is "... and TCP" "$(answer 80)" "$owner"
move_rule mangle PREROUTING filter INPUT
is "in INPUT: no one answers" "$(answer 53 --udp)" -
is "... because INPUT sees nothing" "$(on "$owner" iptables -L INPUT -v -x -n | awk '/CLUSTERIP/ { print $1 }')" 0

done_testing
