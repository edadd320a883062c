#!/bin/bash
# kernels: 6.12
# modules: ours
# servers: real
# limit: 400
# Three nodes share an address by nfclusterd and heartbeats alone: slots go where they
# are to, whoever starts, falls sick, is drained, weighted, killed or goes; a node whose
# daemon dies goes on; whoever disagrees, or takes another's name, takes part in nothing.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/services.sh
. /lab/services.sh
with_ours
A=192.168.0.10
FILE=/proc/net/ipt_CLUSTERIP/$A

lan client node1 node2 node3
load ipt_CLUSTERIP
settled client node1 node2 node3

conf() { # NODE [KEY...]: more keys of the cluster; slots unless SLOTS says otherwise
    printf '[node]\nname = "%s"\n[cluster.web]\naddress = "%s"\ninterface = "eth0"\n' "$1" $A
    printf 'slots = %s\nhashmode = "sourceip-sourceport"\n' "${SLOTS:-12}"
    printf 'nodes = { node1 = { address = "192.168.0.1" }, node2 = { address = "192.168.0.2" }, '
    printf 'node3 = { address = "192.168.0.3" } }\n'
    printf 'heartbeat = { interval = "100ms", dead_after = "800ms" }\nhandover_limit = "20s"\n'
    printf 'check = { type = "tcp", port = 80, interval = "400ms", timeout = "400ms", fall = 2, rise = 2 }\n'
    printf '%s\n' "${@:2}"
}
whole() { # every slot is one node's
    for n in node1 node2 node3; do
        on $n sed -E 's/.* on ([^ ]+).*/\1/; s/none//' /proc/net/nf_clusterip
    done | tr ',' '\n' | awk -F- 'NF { for (i = $1; i <= $NF; i++) seen[i]++ } END { for (i = 1; i <= 12; i++) if (seen[i] != 1) exit 1 }'
}
ctl() { nfcluster "${@:2}" --socket "/tmp/nfclusterd.$1/socket"; }
stands() { ctl "$1" status --json | grep -q "$2"; }

for n in node1 node2 node3; do serve $n --tcp 80; done
for n in node1 node2 node3; do look_after $n < <(conf $n); done
shares 'three nodes start' '4 4 4'
ok 'every slot is one node'"'"'s' whole
diag "$(ctl node2 status)"
is 'what would be if node3 died' \
    "$(ctl node1 plan --dies node3 --json | sed -n 's/.*"then": \([0-9]*\).*/\1/p' | xargs)" '6 6 0'

# --- a service that is sick, and well again
stop_serving node2
shares 'the service of node2 dies' '6 0 6'
ok 'all see it' until_ok 10 stands node1 '"standing": *"down"'
serve node2 --tcp 80
shares 'and lives again' '4 4 4'

# --- what people want
ok 'node3 is drained, asked at node1' ctl node1 drain node3
shares 'node3 is drained' '6 6 0'
look_away node3
look_after node3 < <(conf node3)
shares 'its daemon does not forget it' '6 6 0'
ok 'node3 returns' ctl node2 return web/node3
shares 'node3 returns' '4 4 4'
ok 'node1 has twice the weight' ctl node3 weight node1 2
shares 'node1 has twice the weight' '6 3 3'
_must ctl node1 weight node1 1
shares 'and has no more' '4 4 4'
nok 'a node that is not there' ctl node1 drain node9
nok 'a weight that is none' ctl node1 weight node1 many
nok 'a node is not taken out' ctl node1 disable node1

# --- a daemon that dies
kill -KILL "${_daemon_of[node2]}"
ok 'all see that its kernel goes on' until_ok 10 stands node1 '"presence": *"machine"'
is 'its slots stay' "$(owned_by_each)" '4 4 4'
nok 'nobody can drain it' ctl node1 drain node2
look_after node2 < <(conf node2)
ok 'its daemon is back' until_ok 10 eval '! stands node1 "\"presence\": *\"machine\""'
shares 'its daemon is back' '4 4 4'

# --- a machine that is gone
_must ip -n node2 link set eth0 down
shares 'node2 is cut off, so the others take its slots' '6 12 6'
diag "$(ctl node2 status)"
_must ip -n node2 link set eth0 up
shares 'and gives up what it took meanwhile' '4 4 4'

# --- what must change nothing: the wall's clock, a daemon that hangs, rubbish
stay() { [ "$(owned_by_each)" == '4 4 4' ] && whole; }
# For so many looks; each takes a while by itself.
stays() { for _ in $(seq "$1"); do stay || return 1; done; }
now=$(date +%s)
for jump in -86400 7200; do
    _must date -s "@$((now + jump))" >/dev/null
    ok "the clock jumps by $jump seconds: nothing moves" stays 15
done
_must date -s "@$now" >/dev/null
kill -STOP "${_daemon_of[node3]}"
ok 'a daemon that hangs counts as gone, its machine does not' until_ok 20 stands node1 '"presence": *"machine"'
ok 'and its slots stay' stay
kill -CONT "${_daemon_of[node3]}"
ok 'it wakes up' until_ok 20 eval '! stands node1 "\"presence\": *\"machine\""'
shares 'with what it had' '4 4 4'
_must on node2 bash -c 'echo rubbish >/dev/udp/192.168.0.1/7475'
ok 'rubbish from a node is told of' until_ok 10 stands node1 'node2 (192.168.0.2): '
ok 'and moves nothing' stay
ok 'until it makes sense again' until_ok 20 eval '! stands node1 "node2 (192.168.0.2): "'

# --- somebody else drives
look_again node1 < <(conf node1 'drive = false')
_must on node1 sh -c "echo -$(on node1 cat $FILE) >$FILE && echo +1-3 >$FILE"
others_follow() { [ "$(owned node1)" == 3 ] && [ $(($(owned node2) + $(owned node3))) == 9 ] && whole; }
ok 'of node1 somebody else says what it has; the others share the rest' until_ok 20 others_follow || diag "$(owned_by_each)"
look_again node1 < <(conf node1)
shares 'node1 is driven again' '4 4 4'
for _ in 1 2 3; do
    _must on node1 sh -c "echo -$(on node1 cat $FILE) >$FILE"
    until_ok 10 [ "$(owned node1)" != 0 ]
done
ok 'who writes again and again is left alone' until_ok 20 stands node2 'its slots are not moved\|"fixed": *true' || diag "$(ctl node1 status)"
look_again node1 < <(conf node1 'prefix = 24')
shares 'until the configuration is loaded again' '4 4 4'
look_again node1 < <(conf node1 'prefix = 24' 'drive = false')
for n in node2 node3; do look_again $n < <(conf $n 'drive = false'); done
slot=$(on node2 sed -E 's/.* on ([0-9]+).*/\1/' /proc/net/nf_clusterip)
_must on node2 sh -c "echo -$slot >$FILE"
examine() { on node1 nfcluster doctor --socket /tmp/nfclusterd.node1/socket; }
explained() { examine | grep -A 3 "nobody answers for slots $slot\$" | grep -q 'node2 is not driven by nfclusterd'; }
ok 'of a slot that nobody answers for, doctor says why' until_ok 10 explained || diag "$(examine)"
for n in node1 node2 node3; do look_again $n < <(conf $n); done
shares 'all are driven again' '4 4 4'

# --- who does not agree
SLOTS=16 look_again node3 < <(SLOTS=16 conf node3)
ok 'a node with another number of slots is refused' until_ok 10 stands node1 'slots is 16, and 12 at most nodes'
shares 'and has none' '6 6 0'
look_again node3 < <(conf node3)
shares 'it agrees again' '4 4 4'
nok 'nobody complains' eval "kernel_log | grep -i -e duplicate -e warn"
done_testing
