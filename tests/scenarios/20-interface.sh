# The interface of a cluster may be renamed, taken away, brought back and moved
# elsewhere: the cluster stays, and listens while an interface has its name.
. /lab/lib.sh

lan client node1
load
serve node1 --tcp 80

listens() { # DEVICE [NODE] - to the cluster's MAC
    on "${2:-node1}" ip maddr show dev "$1" | grep -qw '01:02:03:04:05:06'
}
rename() { # FROM TO
    on node1 ip link set "$1" down && on node1 ip link set "$1" name "$2" && on node1 ip link set "$2" up
}
# What the client finds out when it asks anew.
seen_mac() {
    on client ip neigh flush dev eth0
    until_ok 5 on client ping -c 1 -W 1 192.168.0.10 >/dev/null
    on client ip neigh show 192.168.0.10 | grep -o 'lladdr [^ ]*'
}
answers() { [ "$(ask client 192.168.0.10 80 --tally --timeout 2000)" == 'node1 1' ]; }
state() { slots node1 192.168.0.10; }

_must on node1 iptables -I INPUT -d 192.168.0.10 -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 3 --local-node 1 --hashmode sourceip-sourceport
_must on node1 ip addr add 192.168.0.10/24 dev eth0
_must tell node1 192.168.0.10 +2
_must tell node1 192.168.0.10 +3
ok "eth0 listens to the cluster's MAC" listens eth0
is "the client learns the cluster's MAC" "$(seen_mac)" 'lladdr 01:02:03:04:05:06'
ok "requests are answered" answers

# renamed

ok "eth0 becomes uplink" rename eth0 uplink
nok "uplink does not listen" listens uplink
is "the client learns the interface's MAC" "$(seen_mac)" 'lladdr 02:00:00:00:00:01'
is "the cluster and its slots are still there" "$(state)" 1,2,3
ok "slots can be given up meanwhile" tell node1 192.168.0.10 -3
ok "uplink becomes eth0" rename uplink eth0
ok "eth0 listens again" listens eth0
is "the client learns the cluster's MAC" "$(seen_mac)" 'lladdr 01:02:03:04:05:06'
is "the slots are as they were" "$(state)" 1,2
_must tell node1 192.168.0.10 +3
ok "requests are answered" answers

# another one takes the name

_must on node1 ip link add spare type dummy
_must rename eth0 uplink
_must rename spare eth0
ok "another interface that is named eth0 listens" listens eth0
nok "... and the former does not" listens uplink
_must on node1 ip link delete eth0
_must rename uplink eth0
ok "eth0 is back and listens" listens eth0
ok "requests are answered" answers

# removed

ok "eth0 is removed" on node1 ip link delete eth0
is "the cluster and its slots are still there" "$(state)" 1,2,3
ok "eth0 is made anew" ip link add sw-node1 master br0 type veth peer name eth0 address 02:00:00:00:00:01 netns node1
ok "... and listens before it is up" listens eth0
_must ip link set sw-node1 up
_must on node1 ip link set eth0 up
_must on node1 ip addr add 192.168.0.1/24 dev eth0
_must on node1 ip addr add 192.168.0.10/24 dev eth0
is "the client learns the cluster's MAC" "$(seen_mac)" 'lladdr 01:02:03:04:05:06'
ok "requests are answered" answers

# moved to another namespace

_must ip netns add elsewhere
_must on elsewhere ip link set lo up
ok "eth0 is moved to another namespace" on node1 ip link set eth0 netns elsewhere
nok "... where it does not listen" listens eth0 elsewhere
is "the cluster and its slots are still there" "$(state)" 1,2,3
ok "eth0 comes back" on elsewhere ip link set eth0 netns node1
ok "... and listens" listens eth0
_must on node1 ip link set eth0 up
_must on node1 ip addr add 192.168.0.1/24 dev eth0
_must on node1 ip addr add 192.168.0.10/24 dev eth0
ok "requests are answered" answers

# two clusters

ok "a second cluster with the same MAC uses the same interface" on node1 iptables -A INPUT -d 192.168.0.11 -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 2 --hashmode sourceip
ok "... and a third one with another MAC" on node1 iptables -A INPUT -d 192.168.0.12 -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:07 --total-nodes 2 --local-node 2 --hashmode sourceip
both() { listens eth0 && on node1 ip maddr show dev eth0 | grep -qw '01:02:03:04:05:07'; }
ok "eth0 listens to both MACs" both
_must rename eth0 uplink
nok "renamed, it listens to neither" eval "on node1 ip maddr show dev uplink | grep -q '01:02:03'"
_must rename uplink eth0
ok "eth0 listens to both MACs again" both
ok "the second cluster goes" on node1 iptables -D INPUT -d 192.168.0.11 -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 2 --hashmode sourceip
ok "... and eth0 still listens to both MACs, for the others" both
ok "requests are answered" answers

# the rules go while the interface has another name

_must rename eth0 uplink
ok "all rules go while eth0 is called uplink" on node1 iptables -F INPUT
_must rename uplink eth0
until_ok 5 eval '! listens eth0'
nok "no membership is left behind" eval "on node1 ip maddr show dev eth0 | grep -q '01:02:03'"

ip netns delete node1
unload
done_testing
