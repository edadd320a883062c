# modules: ours
# A cluster whose MAC is a unicast one, for routers that refuse a multicast MAC for
# a unicast address: it is answered for like the other kind, and the interface
# listens to it while it has its name.
. /lab/lib.sh

lan client node1 node2
load
with_ours
mac=02:aa:bb:cc:dd:ee
other=02:aa:bb:cc:dd:ef
listens() { # DEVICE [NODE] - to the cluster's MAC
    on "${2:-node1}" bridge fdb show dev "$1" | grep -qw "$mac"
}
deaf() { ! listens "$@"; }
rename() { # FROM TO
    on node1 ip link set "$1" down && on node1 ip link set "$1" name "$2" && on node1 ip link set "$2" up
}
cached() { on client ip neigh show "$1" | grep -o 'lladdr [^ ]*'; }
node_of() { labnet slot --hashmode sourceip-sourceport --total-nodes 2; }

for node in 1 2; do
    share node$node 192.168.0.10 2 $node --hashmode sourceip-sourceport --clustermac $mac
    BACK_END=nft share node$node fd00::10 2 $node --hashmode sourceip-sourceport --clustermac $mac
    serve node$node --tcp 80 --tcp6 80 --udp 53 --udp6 53
done
ok "all nodes have the addresses" settled node1 node2
ok "node 1 listens to the MAC" until_ok 10 listens eth0
ok "node 2 listens to the MAC" until_ok 10 listens eth0 node2

for address in 192.168.0.10 fd00::10; do
    witness
    ask client $address 80 --count 200 --sport 20000 >/tmp/answers
    witnessed >/tmp/witnessed
    is "$address: each of 200 connections is answered by the node of its slot" "$(cat /tmp/answers)" "$(node_of </tmp/answers)"
    is "$address: ... and by no other" "$(cat /tmp/witnessed)" "$(sort /tmp/answers)"
    ask client $address 53 --udp --count 200 --sport 30000 >/tmp/answers
    is "$address: each of 200 datagrams is answered by the node of its slot" "$(cat /tmp/answers)" "$(node_of </tmp/answers)"
    is "$address: the client has learned the cluster's MAC" "$(cached $address)" "lladdr $mac"
done

# asked whether they are still there, at that MAC

watch() { # KIND
    : >/tmp/watch
    ip netns exec client labnet "$1" watch --dev eth0 --count 1000 --timeout 600000 >"/tmp/$1" 2>/tmp/watch &
    until_ok 10 grep -q ready /tmp/watch
}
told() { [ "$(grep "$1" "/tmp/$2" | grep ' in$' | sort -u | wc -l)" == 2 ]; }
watch arp
on client labnet arp send --eth-dst $mac --tpa 192.168.0.10 --spa 192.168.0.100
ok "asked by ARP at that MAC, both nodes answer, with that MAC" until_ok 10 told "^reply sha=$mac spa=192.168.0.10 " arp
watch ndp
on client labnet ndp send --type 135 --source fd00::100 --target fd00::10 --lladdr 1="$(mac_of 100)" --eth-dst $mac fd00::10
ok "asked by neighbour discovery likewise" until_ok 10 told "^advertisement from=fd00::10 .* tlla=$mac " ndp

# what no rule has taken

_must on node2 ip link set eth0 down
_must on client ip neigh replace 192.168.0.1 lladdr $mac dev eth0 nud permanent
is "TCP to another address of node 1 at that MAC is not answered" "$(ask client 192.168.0.1 80 --tally --timeout 1500)" '- 1'
_must on client ip neigh del 192.168.0.1 lladdr $mac dev eth0
is "at its own MAC it is" "$(ask client 192.168.0.1 80 --tally)" 'node1 1'
_must on client ip neigh replace 192.168.0.1 lladdr 02:aa:bb:cc:dd:00 dev eth0 nud permanent
is "... and at a third one it is not" "$(ask client 192.168.0.1 80 --tally --timeout 1500)" '- 1'
_must on client ip neigh del 192.168.0.1 dev eth0
_must on node1 ip link set eth0 promisc on
_must on client ip neigh replace 192.168.0.10 lladdr 02:aa:bb:cc:dd:00 dev eth0 nud permanent
_must tell node1 192.168.0.10 +2
is "the cluster's address at a third MAC: that is for somebody else" "$(ask client 192.168.0.10 80 --tally --timeout 1500)" '- 1'
_must on client ip neigh del 192.168.0.10 dev eth0
_must on node1 ip link set eth0 promisc off

# the interface comes and goes

_must tell node1 fd00::10 +2
answers() {
    [ "$(ask client 192.168.0.10 80 --tally --timeout 5000)" == 'node1 1' ] &&
        [ "$(ask client fd00::10 80 --tally --timeout 5000)" == 'node1 1' ]
}
readdress() {
    _must on node1 ip link set eth0 up
    _must on node1 ip addr replace 192.168.0.1/24 dev eth0
    _must on node1 ip addr replace 192.168.0.10/24 dev eth0
    _must on node1 ip addr replace fd00::1/64 dev eth0 nodad
    _must on node1 ip addr replace fd00::10/64 dev eth0 nodad
}
ok "requests are answered" answers
ok "eth0 becomes uplink" rename eth0 uplink
ok "uplink does not listen" until_ok 10 deaf uplink
ok "uplink becomes eth0" rename uplink eth0
readdress
ok "eth0 listens again" until_ok 10 listens eth0
ok "requests are answered" answers
ok "eth0 is removed" on node1 ip link delete eth0
ok "... and made anew" ip link add sw-node1 master br0 type veth peer name eth0 address 02:00:00:00:00:01 netns node1
ok "... and listens before it is up" until_ok 10 listens eth0
_must ip link set sw-node1 up
readdress
ok "requests are answered" answers
_must ip netns add elsewhere
ok "eth0 is moved to another namespace" on node1 ip link set eth0 netns elsewhere
nok "... where it does not listen" listens eth0 elsewhere
ok "eth0 comes back" on elsewhere ip link set eth0 netns node1
ok "... and listens" until_ok 10 listens eth0
readdress
ok "requests are answered" answers

# rules come and go

rule() { # VERB ADDRESS MAC
    on node1 iptables -t raw "$1" PREROUTING -j SHAREDIP --cluster-ip "$2" --cluster-dev eth0 --total-slots 2 --local-slots 1 \
        --hashmode sourceip --clustermac "$3"
}
ok "a second address has the same MAC" rule -A 192.168.0.11 $mac
ok "a third one another" rule -A 192.168.0.12 $other
ok "eth0 listens to that too" until_ok 10 eval "on node1 bridge fdb show dev eth0 | grep -qw $other"
ok "the second and the third go" eval "rule -D 192.168.0.11 $mac && rule -D 192.168.0.12 $other"
ok "eth0 listens to the third MAC no more" until_ok 10 eval "! on node1 bridge fdb show dev eth0 | grep -qw $other"
ok "... but still to the first" listens eth0
ok "requests are answered" answers
for _ in $(seq $((60 / SLOWNESS))); do rule -A 192.168.0.12 $other; rule -D 192.168.0.12 $other; done 2>/dev/null &
adder=$!
while kill -0 $adder 2>/dev/null; do rename eth0 uplink; rename uplink eth0; done
wait $adder
ok "after sixty rules that came and went while eth0 was renamed, nothing of them is left" \
    until_ok 10 eval "! on node1 bridge fdb show dev eth0 | grep -qw $other"
readdress
ok "eth0 listens to the first MAC" until_ok 10 listens eth0
ok "requests are answered" answers
_must rename eth0 uplink
ok "all rules go while eth0 is called uplink" eval 'on node1 iptables -t raw -F && on node1 ip6tables-nft -t raw -F'
_must rename uplink eth0
ok "no address is left behind" until_ok 10 deaf eth0

# a namespace ends with all of it

for address in 192.168.0.10 192.168.0.11 192.168.0.12; do rule -A $address $mac; done
for node in node1 node2; do stop_serving $node; done
ip netns delete node1
ip netns delete node2
ok "the module can go" unload
done_testing
