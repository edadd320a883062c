#!/bin/bash
# kernels: 6.12
# modules: ours
# Ten thousand new flows under each way to pick a backend, weights 1:2:5; and whom
# a backend's end, its closed gate and its drain concern.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/director.sh
. /lab/director.sh
ok 'the modules load' eval 'load xt_condition && load xt_STATMARK'
director 0
_must sysctl -qw net.netfilter.nf_conntrack_max=200000
column() { on director awk -v column="$2" '/^0x/ { printf "%s%s", sep, $column; sep = " " }' "/proc/net/nf_statmark/$1"; }
given() { column "$1" 5; }   # POOL - flows given to each backend
carried() { column "$1" 6; } # POOL - packets of each
tell_pool() { echo "$2" | on director tee "/proc/net/nf_statmark/$1" >/dev/null; } # POOL COMMANDS

# send COUNT FIRST-PORT - one packet from each of so many addresses
send() {
    on client labnet flood "$SERVICE" 5000 --count "$1" --sport "$2" \
        --source "10.9.0.1-$(source_address "$1")" | grep -q "^sent $1,"
}
# whose FIRST-PORT - lines of ADDRESS MARK, from connection tracking
whose() {
    on director conntrack -L -p udp 2>/dev/null |
        sed -nE "s/.* src=(10\.9\.[0-9.]+) .* sport=$1 .*mark=([0-9]+).*/\1 \2/p" | sort
}
# moved FILE FILE MARK... - how many addresses had one of the marks and lost it
moved() {
    awk -v marks=" ${*:3} " 'NR == FNR { was[$1] = $2; next }
        index(marks, " " was[$1] " ") && was[$1] != $2 { moved++ } END { print moved + 0 }' "$1" "$2"
}
# fits SHARES - chi-square against 1:2:5 with two degrees of freedom; chance exceeds
# 41 once in 10^9
fits() {
    awk -v n="$flows" '{ split("1 2 5", w)
        for (i = 1; i <= 3; i++) { e = n * w[i] / 8; sum += ($i - e) * ($i - e) / e }
        printf "chi-square %.1f of %s\n", sum, $0; exit !(NF == 3 && sum < 41) }' <<<"$1"
}

for backend in legacy nft; do
    # The rule is another's to carry; how it chooses is the same.
    if [ "$backend" == legacy ]; then flows=10000; else flows=2000; fi
    iptables="on director iptables-$backend -t mangle"
    pool=$backend
    rule() { # MODE
        $iptables -F PREROUTING
        $iptables -A PREROUTING -p udp --dport 5000 -j STATMARK --pool $pool --mode "$1" \
            --backend mark=1 --backend mark=2,weight=2 --backend mark=3,weight=5,condition=!closed
        # Seen by another: what the packets really carry.
        for mark in 1 2 3; do $iptables -A PREROUTING -m mark --mark $mark; done
    }
    seen() { $iptables -nvxL PREROUTING | awk '/mark match/ { printf "%s%s", sep, $1; sep = " " }'; }
    for mode in nth random hash; do
        on director conntrack -F 2>/dev/null
        pool=$backend-$mode
        ok "$pool: the rule loads" rule $mode
        ok "$pool: $flows new flows" send $flows 1000
        is "$pool: each is given to one" "$(given $pool | tr ' ' '\n' | awk '{ s += $1 } END { print s }')" $flows
        is "$pool: a packet each" "$(carried $pool)" "$(given $pool)"
        is "$pool: packets carry the marks" "$(seen)" "$(given $pool)"
        if [ $mode == nth ]; then
            is "$pool: exactly 1:2:5" "$(given $pool)" "$((flows / 8)) $((flows / 4)) $((flows * 5 / 8))"
        else
            ok "$pool: 1:2:5 ($(given $pool))" fits "$(given $pool)"
        fi
    done

    # hash: who comes again finds its backend again, whatever happens to others.
    pool=$backend-hash
    some=1000
    on director conntrack -F 2>/dev/null
    send $some 2000
    whose 2000 >/tmp/first
    is "$pool: connection tracking has them all" "$(wc -l </tmp/first)" $some
    send $some 2001
    whose 2001 >/tmp/again
    ok "$pool: the same source, the same backend" diff /tmp/first /tmp/again
    switch closed=1
    send $some 2002
    whose 2002 >/tmp/closed
    is "$pool: a closed gate moves none of the others" "$(moved /tmp/first /tmp/closed 1 2)" 0
    is "$pool: and all of its own" "$(awk '$2 == 3' /tmp/closed | wc -l)" 0
    switch closed=0
    send $some 2003
    whose 2003 >/tmp/open
    ok "$pool: it opens: all is as before" diff /tmp/first /tmp/open
    tell_pool $pool -0x2
    send $some 2004
    whose 2004 >/tmp/less
    is "$pool: a backend that is removed gets none" "$(awk '$2 == 2' /tmp/less | wc -l)" 0
    ok "$pool: of the others at most 2 in 100 move ($(moved /tmp/first /tmp/less 1 3))" \
        [ "$(moved /tmp/first /tmp/less 1 3)" -le $((some / 50)) ]

    # drain: no new flow; the old ones live on.
    pool=$backend-nth
    rule nth
    on director conntrack -F 2>/dev/null
    send 80 3000
    # more NUMBER NUMBER NUMBER - so many more than the first round gave
    more() { echo "$((flows / 8 + $1)) $((flows / 4 + $2)) $((flows * 5 / 8 + $3))"; }
    is "$pool: eighty more" "$(given $pool)" "$(more 10 20 50)"
    tell_pool $pool 'drain 3'
    send 30 3001
    is "$pool: none of thirty for one that drains" "$(given $pool)" "$(more 20 40 50)"
    send 80 3000
    is "$pool: its old flows go on" "$(carried $pool)" "$(more 30 60 100)"
    is "$pool: ... and are not new ones" "$(given $pool)" "$(more 20 40 50)"
    tell_pool $pool +3
    send 8 3002
    is "$pool: the drain ends" "$(given $pool)" "$(more 21 42 55)"
    $iptables -F
done
done_testing
