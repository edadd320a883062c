# must pass: a connection that nobody answers any more holds no namespace, and no module
. /lab/lib.sh
lan client node1
ok 'the module loads' load
ok 'a rule' ip netns exec node1 iptables -I INPUT -d 10.0.0.1 -i eth0 -j CLUSTERIP --new \
    --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hashmode sourceip
serve node1 --tcp 80
_must hold one client 192.168.0.1 80
_must ip link set sw-node1 down
done_testing
