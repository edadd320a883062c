#!/bin/bash
# modules: ours
# kernels: 6.1 6.12 sid
# Who watches a cluster's file by epoll is told that it ends, on a busy machine too,
# where it takes a while until he can ask.
. /lab/lib.sh

file=/proc/net/ipt_CLUSTERIP/192.168.0.11
load
ip link add lan0 type dummy
ip link set lan0 up
hogs=()
for mask in 1 2 1 2 1 2 1 2; do
    taskset $mask sh -c 'while :; do :; done' &
    hogs+=($!)
done

asleep() { grep -q waiting /tmp/polled && [ "$(awk '{ print $3 }' "/proc/$poller/stat")" == S ]; }
for round in 1 2 3 4 5 6; do
    _must iptables -A INPUT -d 192.168.0.11 -i lan0 -j CLUSTERIP --new \
        --clustermac 01:02:03:04:05:07 --total-nodes 2 --local-node 1 --hashmode sourceip
    : >/tmp/polled
    labnet poll --by epoll --timeout 20000 $file >>/tmp/polled &
    poller=$!
    until_ok 20 asleep
    ok "time $round: it goes" iptables -D INPUT 1
    wait $poller
    is "time $round: who watched is told" "$(</tmp/polled)" $'1\nwaiting\ngone'
done
kill "${hogs[@]}"
done_testing
