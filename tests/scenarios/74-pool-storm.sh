#!/bin/bash
# kernels: 6.12 sid debug
# modules: ours
# A pool is changed a thousand times under traffic: by hand, by its switches and
# by rules that are loaded anew, all at once, while others read it, wait for it,
# and end pools and namespaces. No packet is without the mark of a live backend.
. /lab/lib.sh
with_ours

ok 'the modules load' eval 'load xt_condition && load xt_STATMARK'
lan director client
pools=/proc/net/nf_statmark
changes=$((250 / SLOWNESS))
pool() { on director cat "$pools/$1"; }
column() { awk -v mark="$1" -v column="$2" '$1 == mark { print $column }'; }

# Backend 1 always serves; 8 and 9 never do; the others come, go, drain, close.
table() { # MODE MARK...
    local mode=$1
    shift
    printf '*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp -j STATMARK --pool storm --mode %s' "$mode"
    printf -- ' --backend mark=%s' 1 8,condition=!down8 9,weight=0
    printf -- ' --backend mark=%s,weight=3,condition=up' "$@"
    printf -- ' --mask 0xff00ff\nCOMMIT\n'
}
table nth 2 3 >/tmp/table.0
table hash 3 4 5 >/tmp/table.1
table random 2 3 >/tmp/table.2
for backend in legacy nft; do
    ok "$backend has the rule" on director iptables-$backend-restore /tmp/table.0
done
on director sh -c 'echo down8=1 up=1 >/proc/net/nf_condition/.set'
is 'this is the pool' "$(pool storm | awk 'NR > 2 { print $1, $3 }' | paste -sd ' ')" \
    '0x1 up 0x8 down 0x9 idle 0x2 up 0x3 up'
# Behind the choice, in a table that nobody loads anew: counts what must not be.
for mark in 0 8 9; do
    on director iptables -A INPUT -p udp -m mark --mark $mark/0xff00ff -j ACCEPT
done
on director iptables -A INPUT -p udp -j DROP
counts() { on director iptables -vnxL INPUT | awk 'NR > 2 { print $1 }' | paste -sd ' '; }

by_hand() {
    cd $pools || return
    for ((i = 0; i < changes; i++)); do
        echo "+6 weight 6 $((i % 7)) drain 1 +1" >storm || echo "add $i"
        echo 'gate 6 up drain 6' >storm || echo "gate $i"
        echo "-6 +$((0x10000 + i % 5)) +7 weight 7 $((i % 900))" >storm || echo "remove $i"
        echo "-$((0x10000 + i % 5)) -7" >storm || echo "remove more $i"
        if echo '-1 -9 nonsense' >storm; then echo "nonsense $i"; fi 2>/dev/null
    done
}
switches() {
    cd /proc/net/nf_condition || return
    for ((i = 0; i < changes; i++)); do
        echo 0 >up || echo "off $i"
        echo "up=1 other=$((i % 2))" >.set || echo "on $i"
    done
}
rules() { # legacy or nft
    for ((i = 0; i < changes / 8; i++)); do
        "iptables-$1-restore" "/tmp/table.$((i % 3))" || echo "table $i"
    done
}
readers() {
    cd $pools || return
    for ((i = 0; i < changes; i++)); do
        awk '$1 == "0x1" && $3 != "up" || $1 == "0x8" && ($3 != "down" || $5 != 0)' storm
        awk '$1 == "storm" && ($5 < 4 || $7 < 1)' .pools
    done
}
sitters() {
    for ((i = 0; i < changes / 4; i++)); do
        labnet poll --timeout 300 $pools/storm
        labnet poll --by epoll --timeout 300 $pools/.pools
    done >/dev/null
    true # that nothing changed for a while is no fault
}
others() { # pools and namespaces that come and go
    for ((i = 0; i < changes / 8; i++)); do
        ip netns add "storm$i"
        ip netns exec "storm$i" iptables-legacy -t mangle -A PREROUTING -j STATMARK --pool storm \
            --mode hash --backend mark=1,condition=x || echo "pool $i"
        ip netns exec "storm$i" sh -c "echo 1 >/proc/net/nf_condition/x; cat $pools/storm >/dev/null"
        [ $((i % 2)) == 0 ] && ip netns exec "storm$i" sh -c \
            "iptables-legacy -t mangle -F; echo -storm >$pools/.pools || echo remove"
        ip netns delete "storm$i"
    done
}
export -f by_hand switches rules readers sitters
export pools changes

# Connections end after a second, so there are new ones all the time.
ok 'connections are short' on director sysctl -qw net.netfilter.nf_conntrack_udp_timeout=1 \
    net.netfilter.nf_conntrack_udp_timeout_stream=1
on director ip route add 10.9.0.0/16 via 192.168.0.100
nicely client labnet flood 192.168.0.1 53 --udp --source 10.9.0.1-10.9.0.250 --sport 65500 \
    --seconds 3600 >/dev/null &
traffic=$!
flowing() { [ "$(pool storm | column 0x1 5)" -gt "$1" ]; }
ok 'there is traffic' until_ok 20 flowing 100
names=(by_hand switches 'rules legacy' 'rules nft' readers sitters)
workers=()
for name in "${names[@]}"; do
    ip netns exec director bash -c "$name" >"/tmp/said.$name" 2>&1 &
    workers+=($!)
done
others >/tmp/said.others 2>&1 &
ok 'one who makes and ends namespaces is done' wait $!
for i in "${!names[@]}"; do
    ok "${names[i]}: done" wait "${workers[i]}"
done
for name in "${names[@]}" others; do
    is "$name: went as it should" "$(head "/tmp/said.$name")" ''
done
ok 'there is traffic still' until_ok 20 flowing "$(pool storm | column 0x1 5)"
kill $traffic
wait $traffic 2>/dev/null
diag "$(pool storm)"
diag "$(counts)"
is 'no packet was without the mark of one who serves' "$(counts | cut -d ' ' -f 1-3)" '0 0 0'
ok 'thousands had one' [ "$(counts | cut -d ' ' -f 4)" -gt 1000 ]
is 'who does not serve had no flow' "$(pool storm | column 0x8 5) $(pool storm | column 0x9 5)" '0 0'

# What is there in the end is what was said last.
for backend in legacy nft; do on director iptables-$backend-restore /tmp/table.0; done
ok 'the old rules of nft are gone' until_ok 20 eval "pool storm | grep -q 'rules 2\$'"
is 'the pool is the last rule' \
    "$(pool storm | awk 'NR == 1 { print $4 } NR > 2 { print $1, $2, $3 }' | sort | paste -sd ' ')" \
    '0x1 1 up 0x2 3 up 0x3 3 up 0x8 1 down 0x9 0 idle nth'

# Nobody serves: then packets have no mark, and a rule can tell.
on director sh -c "echo 'drain 1 drain 2 drain 3' >$pools/storm"
is 'nobody is up' "$(on director cat $pools/.pools)" 'storm nth 0xff00ff backends 5 up 0 rules 2'
on director iptables -Z INPUT
ok 'packets without a backend' on client labnet flood 192.168.0.1 54 --udp --count 40
ok 'have no mark' until_ok 10 eval '[ "$(counts)" == "40 0 0 0" ]'
for backend in legacy nft; do on director iptables-$backend -t mangle -F; done
ok 'the pool goes when the last rule has' until_ok 20 on director labnet write $pools/.pools -storm
ok 'the modules go' eval 'unload xt_STATMARK && unload xt_condition'
done_testing
