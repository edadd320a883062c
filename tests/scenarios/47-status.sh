#!/bin/bash
# kernels: 6.12 sid
# modules: ours
# One look at a machine that is everything at once: a node of a cluster, and a
# director with switches, a pool and IPVS. What is not loaded is not shown.
. /lab/lib.sh
with_ours
shown() { on node1 nfcluster status "$@"; }
headings() { shown 2>&1 | sed -n 's/^\([A-Z]*\)  .*/\1/p' | paste -sd ' '; }

lan client node1
exits 3 'module ipt_CLUSTERIP is not loaded' shown
load xt_condition
exits 1 'no switches on this node' shown
on node1 nfcluster condition mail1up up mail2up down >/dev/null
exits 0 'mail2up    down' shown
is 'nothing else is shown' "$(headings)" CONDITION
load xt_STATMARK
_must on node1 iptables -t mangle -A PREROUTING -p tcp --dport 25 -j STATMARK --pool mail --backend mark=1,condition=mail1up --backend mark=2,condition=mail2up
exits 0 'mail  nth   0xffffffff  1/2      1' shown
modprobe ip_vs
exits 0 'no services on this node' shown
_must on node1 nfcluster ipvs add -t 192.168.0.9:80 -s rr
_must on node1 nfcluster ipvs add -t 192.168.0.9:80 -r 192.168.0.100 -m
load
_must join node1 192.168.0.10 2 1 --hashmode sourceip
is 'everything has its table' "$(headings)" 'ADDRESS ADDRESS CONDITION POOL SERVICE'
is 'the cluster' "$(shown | sed -n 2p | tr -s ' ')" '192.168.0.10 eth0 01:02:03:04:05:06 sourceip 1/2 1 2'
is 'the service' "$(shown | tail -n 1 | tr -s ' ')" 'tcp 192.168.0.9:80 rr 1/1'
is 'JSON' "$(shown --json | tr -d ' \n' | sed 's/"clusters":.*,"conditions"/C,"conditions"/')" \
    '{C,"conditions":[{"name":"mail1up","up":true},{"name":"mail2up","up":false}],"pools":[{"name":"mail","mode":"nth","mask":4294967295,"rules":1,"backends":[{"mark":1,"weight":1,"state":"up","gate":{"condition":"mail1up","inverted":false}},{"mark":2,"weight":1,"state":"down","gate":{"condition":"mail2up","inverted":false}}]}],"services":[{"protocol":"tcp","address":"192.168.0.9","port":80,"scheduler":"rr","scheduler_flags":"","one_packet":false,"persistence":0,"persistence_prefix":null,"persistence_engine":null,"servers":[{"address":"192.168.0.100","port":80,"weight":1,"forward":"nat","upper_threshold":0,"lower_threshold":0,"tunnel_type":"ipip","tunnel_port":0,"tunnel_checksum":"none"}]}]}'

# it is told when anything changes, and only then
ip netns exec node1 nfcluster status --watch --json >/tmp/seen &
watcher=$!
lines_are() { [ "$(wc -l </tmp/seen)" == "$1" ]; }
ok 'the watcher has looked' until_ok 20 lines_are 1
on node1 nfcluster condition mail2up up >/dev/null
ok 'it sees a switch' until_ok 20 lines_are 2
is 'and what hangs on it' "$(tail -n 1 /tmp/seen | grep -o '"state":"[a-z]*"' | paste -sd ' ')" '"state":"up" "state":"up"'
_must on node1 nfcluster ipvs edit -t 192.168.0.9:80 -r 192.168.0.100 -w 0
ok 'and a server that drains' until_ok 20 lines_are 3
kill $watcher
wait $watcher 2>/dev/null
is 'nothing else has been said' "$(wc -l </tmp/seen)" 3
exits 5 'only root of the machine may see and change IPVS' on node1 su -s /bin/sh nobody -c 'nfcluster status'
done_testing
