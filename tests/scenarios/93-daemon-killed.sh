#!/bin/bash
# kernels: 6.12
# modules: ours
# servers: real
# limit: 600
# nfclusterd is killed at random moments while slots move between three nodes: whatever
# it was doing, every slot is answered all the while, and in the end by one node.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/services.sh
. /lab/services.sh
with_ours
A=192.168.0.10
ROUNDS=10
WITHIN=15 # seconds, on this slow machine

lan client node1 node2 node3
load ipt_CLUSTERIP
settled client node1 node2 node3
RANDOM=7

conf() { # NODE
    printf '[node]\nname = "%s"\n[cluster.web]\naddress = "%s"\ninterface = "eth0"\n' "$1" $A
    printf 'slots = 24\nhashmode = "sourceip-sourceport"\nhandover_limit = "5s"\n'
    printf 'nodes = { node1 = { address = "192.168.0.1" }, node2 = { address = "192.168.0.2" }, '
    printf 'node3 = { address = "192.168.0.3" } }\n'
    printf 'heartbeat = { interval = "100ms", dead_after = "800ms" }\n'
}
# One line a slot and node: SLOT STATE
states() {
    local node
    for node in node1 node2 node3; do
        on $node cat /proc/net/nf_clusterip
    done | awk '{ for (i = 1; i < NF; i++) if ($i ~ /^(on|drain|fill)$/ && $(i + 1) != "none") {
        n = split($(i + 1), runs, ",")
        for (r = 1; r <= n; r++) { m = split(runs[r], ends, "-"); for (s = ends[1]; s <= ends[m]; s++) print s, $i } } }'
}
answered() { [ "$(states | awk '$2 != "drain" { seen[$1] } END { print length(seen) }')" == 24 ]; }
settles_once() { [ "$(states | sort -n | uniq -c | awk '$3 == "on" && $1 == 1' | wc -l)" == 24 ] && [ "$(states | wc -l)" == 24 ]; }

for node in node1 node2 node3; do look_after $node < <(conf $node); done
ok 'three nodes share 24 slots' until_ok 30 settles_once || diag "$(states)"

unanswered=0 stuck=0
for ((round = 1; round <= ROUNDS; round++)); do
    asked=node$((RANDOM % 3 + 1)) moved=node$((RANDOM % 3 + 1)) victim=node$((RANDOM % 3 + 1))
    weight=$((RANDOM % 4 + 1))
    until_ok 10 nfcluster weight $moved $weight --socket /tmp/nfclusterd.$asked/socket >/dev/null ||
        bail "round $round: $asked takes no weight for $moved"
    usleep $((RANDOM % 400 * 1000))
    kill -KILL "${_daemon_of[$victim]}"
    wait "${_daemon_of[$victim]}" 2>/dev/null
    # Of what was on its way somebody has had it or has claimed it. Who was to fill, and
    # did not live to do so, is missed after dead_after.
    until_ok 4 answered || { unanswered=$((unanswered + 1)) && diag "round $round, $victim killed:" "$(states)"; }
    look_after $victim < <(conf $victim)
    until_ok $WITHIN settles_once || { stuck=$((stuck + 1)) && diag "round $round:" "$(states)"; }
done
is "of $ROUNDS kills, those after which a slot was not answered while the daemon was dead" $unanswered 0
is 'those after which not every slot was one node'"'"'s in time' $stuck 0
for node in node1 node2 node3; do look_away $node; done
done_testing
