# The classic: two web servers behind one address. One dies, the other takes
# over; it comes back, and gets its half again.
. /lab/lib.sh

lan client node1 node2
load
serve node1 --tcp 80
serve node2 --tcp 80

ok "node 1 takes the rule for slot 1" on node1 iptables -I INPUT -d 192.168.0.10 -i eth0 -p tcp --dport 80 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hashmode sourceip-sourceport
ok "... and the address" on node1 ip addr add 192.168.0.10/24 dev eth0
ok "node 2 takes the rule for slot 2" on node2 iptables -I INPUT -d 192.168.0.10 -i eth0 -p tcp --dport 80 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 2 --hashmode sourceip-sourceport
ok "... and the address" on node2 ip addr add 192.168.0.10/24 dev eth0
is "node 1 answers for slot 1" "$(on node1 cat /proc/net/ipt_CLUSTERIP/192.168.0.10)" 1
is "node 2 answers for slot 2" "$(on node2 cat /proc/net/ipt_CLUSTERIP/192.168.0.10)" 2

# The same 100 connections each time: what changes is who answers them.
requests() { ask client 192.168.0.10 80 --count 100 --sport 20000 --timeout "${1:-20000}" | sort; }
share() { grep -c " $1\$" <<<"$2"; }

ok "a browser gets a page" eval "on client curl -sS http://192.168.0.10/ | grep -qx 'node[12]'"
witness
both=$(requests)
is "100 requests are answered, each by one node only" "$(witnessed)" "$both"
diag "node1 $(share node1 "$both"), node2 $(share node2 "$both")"
is "none is lost" "$(($(share node1 "$both") + $(share node2 "$both")))" 100
ok "node 1 answers about half of them" [ "$(share node1 "$both")" -gt 35 -a "$(share node1 "$both")" -lt 65 ]

ok "node 2 dies" on node2 ip link set eth0 down
alone=$(requests 5000)
is "the requests that were node 2's fail, those of node 1 do not" "$alone" "${both//node2/-}"

ok "node 1 takes over" on node1 sh -c 'echo "+2" >> /proc/net/ipt_CLUSTERIP/192.168.0.10'
is "node 1 answers for both slots" "$(on node1 cat /proc/net/ipt_CLUSTERIP/192.168.0.10)" 1,2
is "all requests are answered, by node 1" "$(requests)" "${both//node2/node1}"

ok "node 2 is back" on node2 ip link set eth0 up
ok "... and can be reached" until_ok 10 on client ping -c 1 -W 1 192.168.0.2
ok "node 1 gives slot 2 back" on node1 sh -c 'echo "-2" >> /proc/net/ipt_CLUSTERIP/192.168.0.10'
is "node 1 answers for slot 1" "$(on node1 cat /proc/net/ipt_CLUSTERIP/192.168.0.10)" 1
is "node 2 answers for slot 2" "$(on node2 cat /proc/net/ipt_CLUSTERIP/192.168.0.10)" 2
witness
again=$(requests)
is "each request is answered by the node that answered it at first" "$again" "$both"
is "... and by no other" "$(witnessed)" "$both"

done_testing
