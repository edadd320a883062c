#!/bin/bash
# modules: ours
# kernels: 6.12
# limit: 600
# The command line on a node whose clusters are of any size and family: it shows all
# their slots, foretells who answers, and moves slots between two living nodes.
. /lab/lib.sh

lan client node1 node2
load
with_ours
crowd node1 node2
for node in node1 node2; do serve $node --tcp 80 --tcp6 80; done
cluster() { on "$1" nfcluster status --json | tr -d ' \n'; }
row() { on "$1" nfcluster status | grep -m 1 "^$2 " | tr -s ' '; }

# foretold ADDRESS: "CLIENT PORT" on stdin, who would answer behind it
foretold() {
    local source port client
    while read -r source port _; do
        client=$source:$port
        [[ $source != *:* ]] || client="[$source]:$port"
        if on node1 nfcluster which "$1" "$client" >/dev/null; then
            echo "$source $port node1"
        elif on node2 nfcluster which "$1" "$client" >/dev/null; then
            echo "$source $port node2"
        else
            echo "$source $port nobody"
        fi
    done | sort
}

story() { # BACK-END ADDRESS SOURCES MAC
    local -x BACK_END=$1 address=$2
    share node1 "$address" 240 1-80,161 --hashmode sourceip-sourceport --hash-init 7
    share node2 "$address" 240 81-160,162-240 --hashmode sourceip-sourceport --hash-init 7
    ok "$address: both have the address" settled node1 node2
    is "$address: a row with all of it" "$(row node1 "$address")" \
        "$address eth0 $4 sourceip-sourceport (seed 7) 81/240 1-80,161 81-160,162-240"
    witness
    ask client "$address" 80 --count 50 --source "$3" --sport 3000 --timeout 20000 >/tmp/answers
    witnessed >/tmp/witnessed
    is "$address: 50 clients are answered" "$(wc -l </tmp/witnessed)" 50
    is "$address: who answers on the wire is who was foretold" "$(cat /tmp/witnessed)" \
        "$(foretold "$address" </tmp/answers)"

    exits 0 'slots 81-120: filled here now' on node1 nfcluster slots "$address" fill 81-120
    exits 0 'slots 81-120: drained here now' on node2 nfcluster slots "$address" drain 81-120
    exits 1 'slots 81-120: drained here already' on node2 nfcluster slots "$address" drain 81-120
    is "$address: what moves is shown" "$(row node1 "$address")" \
        "$address eth0 $4 sourceip-sourceport (seed 7) 121/240 1-80,161 none 81-120 121-160,162-240"
    is "$address: and on the other side" "$(row node2 "$address")" \
        "$address eth0 $4 sourceip-sourceport (seed 7) 119/240 121-160,162-240 81-120 none 1-80,161"
    witness
    ask client "$address" 80 --count 50 --source "$3" --sport 4000 --timeout 20000 >/tmp/answers
    witnessed >/tmp/witnessed
    is "$address: it foretells who answers meanwhile" "$(cat /tmp/witnessed)" \
        "$(foretold "$address" </tmp/answers)"

    exits 2 'expected slots of the cluster, 1 to 240' on node1 nfcluster slots "$address" +81-120 -161 +241
    exits 0 'slot 161: no longer answered here' on node1 nfcluster slots "$address" +81-120 -161
    is "$address: one write has done both" "$(on node1 nfcluster slots "$address")" 1-120
    exits 0 'slots 81-120: no longer answered here' on node2 nfcluster slots "$address" '-81-120 +161'
    is "$address: JSON has the four states" \
        "$(cluster node2 | grep -o '"drain":\[[^]]*\],"fill":\[[^]]*\]')" '"drain":[],"fill":[]'
    ok "$address: and what was accepted" \
        eval "on node2 nfcluster status --json | grep -q '\"accepted\": [1-9]'"
    withdraw node1 "$address"
    withdraw node2 "$address"
}
story legacy 192.168.0.10 10.9.0.1-10.9.0.50 01:00:5e:28:00:0a
story nft fd00::10 fd09::1-fd09::32 33:33:00:00:00:10

# --- as many slots as there can be; and where there is nothing
_must on node1 ip6tables-nft -t raw -A PREROUTING -j SHAREDIP --cluster-ip fd00::11 --cluster-dev eth0 --total-slots 4096 --local-slots 2-4096 --hashmode sourceip
is '4096 slots' "$(row node1 fd00::11)" 'fd00::11 eth0 33:33:00:00:00:11 sourceip 4095/4096 2-4096 1'
exits 0 'slot 1: answered here now' on node1 nfcluster slots fd00::11 +1-4096
exits 1 'answered here already' on node1 nfcluster slots fd00::11 +1-4096
is 'all of them' "$(on node1 nfcluster slots fd00::11)" 1-4096
exits 3 'no cluster fd00::12 on this node' on node1 nfcluster slots fd00::12 +1
exits 3 'no cluster fd00::12 on this node' on node1 nfcluster which fd00::12 fd00::100
exits 5 'only root may change cluster fd00::11' on node1 su -s /bin/sh nobody -c 'nfcluster slots fd00::11 -1'
exits 0 4096/4096 on node1 su -s /bin/sh nobody -c 'nfcluster status'
exits 1 'no clusters on this node' on client nfcluster status
done_testing
