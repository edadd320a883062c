#!/usr/bin/env bash
# kernels: 6.12 sid
# The command line against a real kernel: it shows what is, foretells who answers,
# takes a dead node's slot over, and a typo changes nothing.
. /lab/lib.sh

# The debug kernel has IPVS built in: it is shown, whatever is loaded.
if [ -e /proc/net/ip_vs ]; then
    services=',"services":[]'
    exits 1 'no services on this node' nfcluster status
else
    services=
    exits 3 'module ipt_CLUSTERIP is not loaded' nfcluster status
fi
lan client node1 node2
load
exits 1 'no clusters on this node' on node1 nfcluster status
serve node1 --tcp 80
serve node2 --tcp 80
for number in 1 2; do
    _must on node$number iptables -I INPUT -d 192.168.0.10 -i eth0 -p tcp --dport 80 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node $number --hashmode sourceip-sourceport --hash-init 7
    _must on node$number ip addr add 192.168.0.10/24 dev eth0
done

ok "status has a table" on node1 nfcluster status
is "... in which all is right" "$(on node1 nfcluster status | grep -m 1 ^192 | tr -s ' ')" \
    "192.168.0.10 eth0 01:02:03:04:05:06 sourceip-sourceport (seed 7) 1/2 1 2"
states=
[ "$MODULE" != ours ] || states=',"states":{"on":[2],"drain":[],"fill":[],"off":[1]},"packets":{"accepted":0,"foreign":0,"kept":0,"silenced":0}'
is "... and JSON" "$(on node2 nfcluster status --json | tr -d ' \n')" \
    '{"clusters":[{"address":"192.168.0.10","here":[2],"interface":"eth0","mac":"01:02:03:04:05:06","hashmode":"sourceip-sourceport","hash_init":7,"total":2,"others":[1]'"$states}]$services}"

foretold() {
    local port
    for port in {20000..20019}; do
        if on node1 nfcluster which 192.168.0.10 "192.168.0.100:$port" >/dev/null; then
            echo "192.168.0.100 $port node1"
        else
            echo "192.168.0.100 $port node2"
        fi
    done
}
answered() { ask client 192.168.0.10 80 --count 20 --sport 20000 --timeout $((6000 * SLOWNESS)) | sort; }
is "who answers is who was foretold" "$(answered)" "$(foretold)"
exits 3 'no cluster 192.168.0.10 on this node' on client nfcluster which 192.168.0.10 \
    192.168.0.100:20000 --total-nodes 2 --hashmode sourceip-sourceport --hash-init 7

# what is wrong changes nothing
exits 2 'of the cluster, 1 to 2' on node1 nfcluster slots 192.168.0.10 +2 +3
exits 2 '"+x": expected' on node1 nfcluster slots 192.168.0.10 -1 +x
exits 3 'no cluster 192.168.0.11 on this node' on node1 nfcluster slots 192.168.0.11 +2
exits 1 'slot 1: answered here already' on node1 nfcluster slots 192.168.0.10 +1
is "nothing has changed" "$(on node1 nfcluster slots 192.168.0.10)" 1

# without iptables the kernel says no; ours tells its total itself
no_rules() { on node1 unshare --mount sh -c 'mount --bind /bin/false /usr/bin/xtables-legacy-multi && "$@"' sh "$@"; }
if [ "$MODULE" == ours ]; then
    exits 2 'expected slots of the cluster, 1 to 2' no_rules nfcluster slots 192.168.0.10 +2-3
    exits 1 'slot 2: not answered here already' no_rules nfcluster slots 192.168.0.10 -2
else
    exits 4 "+3: not one of the cluster's slots, or answered here already. 192.168.0.10 answers 1,2 now" \
        no_rules nfcluster slots 192.168.0.10 +2-3
    exits 0 'so only the kernel checks the slots' no_rules nfcluster slots 192.168.0.10 -2
fi
is "what was done before that stays" "$(on node1 cat /proc/net/ipt_CLUSTERIP/192.168.0.10)" 1

ok "node 2 dies" on node2 ip link set eth0 down
exits 0 'slot 2: answered here now' on node1 nfcluster slots 192.168.0.10 +2
is "all requests are answered, by node 1" "$(answered | grep -c ' node1$')" 20
exits 0 'slot 2: no longer answered here' on node1 nfcluster slots 192.168.0.10 -2
exits 0 'slot 1: no longer answered here' on node1 nfcluster slots 192.168.0.10 -1
exits 0 none on node1 nfcluster status

# nobody else's business
exits 5 'change cluster 192.168.0.10' on node1 su -s /bin/sh nobody -c 'nfcluster slots 192.168.0.10 +1'

done_testing
