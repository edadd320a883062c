# What nodes say by ARP about the cluster's address, and about no other.
. /lab/lib.sh

lan client node1 node2
load
join node1 192.168.0.10 2 1 --hashmode sourceip
join node2 192.168.0.10 2 2 --hashmode sourceip
_must ip netns add beside
_must on node1 ip link add eth1 type veth peer name eth0 netns beside
_must ip -n node1 link set eth1 up address 02:00:00:00:01:01
_must ip -n beside link set eth0 up address 02:00:00:00:01:02
_must ip -n beside addr add 192.168.0.200/24 dev eth0

watch() { # NODE - what its eth0 sees of ARP, into /tmp/arp.NODE
    ip netns exec "$1" labnet arp watch --dev eth0 --count 1000 --timeout 600000 >"/tmp/arp.$1" 2>"/tmp/watch.$1" &
    until_ok 10 grep -qs ready "/tmp/watch.$1"
}
# said ADDRESS KIND [NODE] - what was said in its name, each once
said() { grep "^$2 .* spa=$1 .* in\$" "/tmp/arp.${3:-client}" | sort -u; }
heard() { [ "$(said "$1" "$2" "${4:-client}" | wc -l)" -ge "$3" ]; }
watch client
watch beside

# asked for

on client ping -c 1 -W 2 192.168.0.10 >/dev/null
ok "the client asks for the cluster's address and is answered by both nodes" until_ok 10 heard 192.168.0.10 reply 2
is "... with the cluster's MAC, from the nodes' own interfaces" "$(said 192.168.0.10 reply)" \
"reply sha=01:02:03:04:05:06 spa=192.168.0.10 tha=02:00:00:00:00:64 tpa=192.168.0.100 eth=02:00:00:00:00:01>02:00:00:00:00:64 in
reply sha=01:02:03:04:05:06 spa=192.168.0.10 tha=02:00:00:00:00:64 tpa=192.168.0.100 eth=02:00:00:00:00:02>02:00:00:00:00:64 in"
ok "... which is what it remembers" eval "on client ip neigh show 192.168.0.10 | grep -q '^192.168.0.10 dev eth0 lladdr 01:02:03:04:05:06 '"
on client ping -c 1 -W 2 192.168.0.1 >/dev/null
ok "the client asks for node 1's own address" until_ok 10 heard 192.168.0.1 reply 1
is "... and gets the interface's MAC" "$(said 192.168.0.1 reply)" \
"reply sha=02:00:00:00:00:01 spa=192.168.0.1 tha=02:00:00:00:00:64 tpa=192.168.0.100 eth=02:00:00:00:00:01>02:00:00:00:00:64 in"

# asking

_must on node1 ip neigh flush dev eth0
on node1 ping -c 1 -W 1 -I 192.168.0.10 192.168.0.100 >/dev/null
ok "node 1 asks in the name of the cluster's address" until_ok 10 heard 192.168.0.10 request 1
is "... with the cluster's MAC, from its own interface" "$(said 192.168.0.10 request)" \
"request sha=01:02:03:04:05:06 spa=192.168.0.10 tha=00:00:00:00:00:00 tpa=192.168.0.100 eth=02:00:00:00:00:01>ff:ff:ff:ff:ff:ff in"
_must on node1 ip neigh flush dev eth0
on node1 ping -c 1 -W 1 -I 192.168.0.1 192.168.0.101 >/dev/null
ok "node 1 asks in its own name" until_ok 10 heard 192.168.0.1 request 1
is "... with its interface's MAC" "$(said 192.168.0.1 request | grep tpa=192.168.0.101)" \
"request sha=02:00:00:00:00:01 spa=192.168.0.1 tha=00:00:00:00:00:00 tpa=192.168.0.101 eth=02:00:00:00:00:01>ff:ff:ff:ff:ff:ff in"

# through another interface

on beside ping -c 1 -W 1 192.168.0.10 >/dev/null
ok "the cluster's address is asked for through another interface" until_ok 10 heard 192.168.0.10 reply 1 beside
is "... which answers with its own MAC" "$(said 192.168.0.10 reply beside)" \
"reply sha=02:00:00:00:01:01 spa=192.168.0.10 tha=02:00:00:00:01:02 tpa=192.168.0.200 eth=02:00:00:00:01:01>02:00:00:00:01:02 in"

# without the rule

_must on node1 iptables -F INPUT
_must on node2 ip link set eth0 down
: >/tmp/arp.client
_must on client ip neigh flush dev eth0
on client ping -c 1 -W 2 192.168.0.10 >/dev/null
ok "without the rule the client is answered as by any host" until_ok 10 heard 192.168.0.10 reply 1
is "... with the interface's MAC" "$(said 192.168.0.10 reply)" \
"reply sha=02:00:00:00:00:01 spa=192.168.0.10 tha=02:00:00:00:00:64 tpa=192.168.0.100 eth=02:00:00:00:00:01>02:00:00:00:00:64 in"

done_testing
