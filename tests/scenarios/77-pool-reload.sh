#!/bin/bash
# kernels: 6.1 6.12 sid
# modules: ours
# What becomes of a pool when rules are loaded again, changed, taken away or fail to
# load; and what can be written to its file.
. /lab/lib.sh
export XTABLES_LIBDIR=/usr/lib/nfcluster-xtables:/usr/lib/x86_64-linux-gnu/xtables
ok 'the modules load' eval 'load xt_condition && load xt_STATMARK'
pools=/proc/net/nf_statmark

# show POOL - mode, mask and what is said of each backend: mark/weight/state/gate
show() { awk 'NR == 1 { printf "%s %s rules %s:", $4, $6, $8 } /^0x/ { printf " %s/%s/%s/%s", $1, $2, $3, $4 }' "$pools/$1"; }
given() { awk '/^0x/ { printf "%s%s", sep, $5; sep = " " }' "$pools/$1"; }
port=1024
send() { # COUNT - new flows
    labnet flood 127.0.0.1 5000 --count 1 --sport $port >/dev/null
    local i
    for ((i = 1; i < $1; i++)); do labnet flood 127.0.0.1 5000 --count 1 --sport $((port + i)) >/dev/null; done
    port=$((port + $1))
}
# rules_with BACKENDS... - a file for iptables-restore, on stdout
rules_with() {
    printf '%s\n' '*mangle' ':PREROUTING ACCEPT [0:0]' \
        "-A PREROUTING -p udp --dport 5000 -j STATMARK --pool $pool $*"
    [ -z "${another:-}" ] || echo "$another"
    echo COMMIT
}

# waits OPTIONS... FILE - somebody does, in $!, and writes what it saw to /tmp/poll
waits() {
    rm -f /tmp/poll # what an earlier one said
    labnet poll --timeout 20000 "$@" >/tmp/poll &
    until_ok 10 grep -qs waiting /tmp/poll || diag 'not waiting'
}

for backend in legacy nft; do
    restore() { iptables-$backend-restore; }
    iptables="iptables-$backend -t mangle"
    pool=mail-$backend another=
    backends='--backend mark=1 --backend mark=2 --backend mark=3 --mask 0xff'

    # --- the same rules again: nothing changes, the round goes on where it was
    ok "$backend: a pool is made" restore < <(rules_with "$backends")
    is "$backend: as the rule says" "$(show $pool)" 'nth 0xff rules 1: 0x1/1/up/- 0x2/1/up/- 0x3/1/up/-'
    send 4
    is "$backend: four flows" "$(given $pool)" '2 1 1'
    ok "$backend: the same rules are loaded again" restore < <(rules_with "$backends")
    is "$backend: ... and change nothing" "$(show $pool)" 'nth 0xff rules 1: 0x1/1/up/- 0x2/1/up/- 0x3/1/up/-'
    $iptables -A PREROUTING -j ACCEPT
    send 1
    is "$backend: ... neither counters nor whose turn it is" "$(given $pool)" '2 2 1'

    # --- what was changed in the file outlives a reload and a flush
    echo 'weight 2 5 drain 3 +4 gate 4 !broken -1' >$pools/$pool
    changed='0x2/5/up/- 0x3/1/drain/- 0x4/1/up/!broken'
    is "$backend: five changes in one write" "$(show $pool)" "nth 0xff rules 1: $changed"
    ok "$backend: the same rules again" restore < <(rules_with "$backends")
    is "$backend: the changes stay" "$(show $pool)" "nth 0xff rules 1: $changed"
    $iptables -F
    ok "$backend: no rule, and all stays" until_ok 10 eval "[ '$(show $pool)' ] && [ \"\$(show $pool)\" == 'nth 0xff rules 0: $changed' ]"
    ok "$backend: the same rules from nothing" restore < <(rules_with "$backends")
    is "$backend: and all has stayed" "$(show $pool) $(given $pool)" "nth 0xff rules 1: $changed 2 1 0"

    # --- other rules: what they say otherwise than before is done, and no more
    ok "$backend: rules without 2, with 5, and another weight for 3" restore < <(
        rules_with '--backend mark=1 --backend mark=3,weight=7 --backend mark=5,condition=!broken --mask 0xff')
    settled() { [ "$(show "$pool")" == "$1" ]; }
    ok "$backend: 2 is gone, 5 is there, 3 weighs 7 and drains on" until_ok 10 settled \
        'nth 0xff rules 1: 0x3/7/drain/- 0x4/1/up/!broken 0x5/1/up/!broken'
    ok "$backend: rules with another mode, mask and gate" restore < <(
        rules_with '--mode hash --backend mark=1 --backend mark=3,weight=7 --backend mark=5,condition=other --mask 0xf')
    ok "$backend: that is what changes" until_ok 10 settled \
        'hash 0xf rules 1: 0x3/7/drain/- 0x4/1/up/!broken 0x5/1/down/other'
    # Two rules: the younger one counts, and when it goes the older.
    $iptables -A OUTPUT -j STATMARK --pool $pool --mode random --backend mark=1 --backend mark=3,weight=7 --backend mark=5,weight=9,condition=other --mask 0xf
    is "$backend: two rules: the younger counts" "$(show $pool)" \
        'random 0xf rules 2: 0x3/7/drain/- 0x4/1/up/!broken 0x5/9/down/other'
    $iptables -F OUTPUT
    ok "$backend: it goes: the older counts again" until_ok 10 settled \
        'hash 0xf rules 1: 0x3/7/drain/- 0x4/1/up/!broken 0x5/1/down/other'

    # --- rules that fail to load change nothing
    before=$(show $pool)
    another='-A PREROUTING -j STATMARK --pool nobody'
    nok "$backend: a file whose last rule is wrong" restore < <(
        rules_with '--mode nth --backend mark=7 --backend mark=3,weight=8 --mask 0xff')
    ok "$backend: ... changes nothing" until_ok 10 settled "$before"
    another=

    # --- the file: all of a write or nothing
    echo '+1' >$pools/$pool
    before=$(show $pool)
    for write in 'EINVAL:' 'EINVAL:\n' 'EINVAL:+' 'EINVAL:+0' 'EINVAL:+0x' 'EINVAL:+16' 'EINVAL:+0x10' 'EINVAL:+-1' 'EINVAL:+4294967297' \
        'EINVAL:1' 'EINVAL:+1x' 'EINVAL:+ 1' 'EINVAL:drain' 'EINVAL:drain x' 'EINVAL:weight 1' 'EINVAL:weight 1 1001' \
        'EINVAL:weight 1 -1' 'EINVAL:weight 1 1 1' 'EINVAL:gate 1' 'EINVAL:gate 1 !' 'EINVAL:gate 1 !none' 'EINVAL:gate 1 a/b' \
        'EINVAL:gate 1 .set' 'EINVAL:gate 1 a,b' 'EINVAL:gate 1 thirty-one-bytes-are-too-many-x' 'EINVAL:+2\x00' 'EINVAL:DRAIN 1' \
        'EINVAL:+2 nonsense' 'EINVAL:+2 weight 1 7 +0' 'ENOENT:-2' 'ENOENT:drain 2' 'ENOENT:weight 2 1' 'ENOENT:gate 2 x' \
        'ENOENT:-1 -1' 'ENOENT:+2 -3 -3' 'ENOENT:drain 1 weight 9 1'; do
        is "$backend: '${write#*:}' is ${write%%:*}" "$(labnet write $pools/$pool "${write#*:}")" "${write%%:*}"
        [ "$(show $pool)" == "$before" ] || is "$backend: ... and changes nothing" "$(show $pool)" "$before"
    done
    echo '-1' >$pools/$pool
    # A thousand changes in one write, and one that is too long.
    {
        for mark in $(seq 8 15); do echo "+$mark"; done
        for i in $(seq 1000); do echo "weight 8 $((i % 100))"; done
    } >/tmp/many
    ok "$backend: a thousand commands in one write" dd if=/tmp/many of=$pools/$pool bs=64k status=none
    is "$backend: all carried out" "$(wc -l <$pools/$pool)" 13
    is "$backend: the last one last" "$(awk '$1 == "0x8" { print $2 }' $pools/$pool)" 0
    is "$backend: a write above 64 KiB" "$(head -c 65537 /dev/zero | tr '\0' ' ' | dd of=$pools/$pool bs=128k iflag=fullblock 2>&1 | grep -o 'Argument list too long')" \
        'Argument list too long'
    for mark in $(seq 8 15); do echo "-0x$(printf %x "$mark")"; done >/tmp/less
    ok "$backend: and away with them" dd if=/tmp/less of=$pools/$pool bs=64k status=none

    # --- a backend that is gone: who had it is given another
    $iptables -F
    another=
    pool=gone-$backend
    restore < <(rules_with '--backend mark=1 --backend mark=2')
    send 1
    is "$backend: a flow is given to 1" "$(given $pool)" '1 0'
    echo '-1' >$pools/$pool
    port=$((port - 1))
    send 1
    is "$backend: 1 is gone: the flow is given to 2" "$(given $pool)" 1
    echo 'weight 2 0' >$pools/$pool
    is "$backend: a backend without weight is idle" "$(show $pool)" 'nth 0xffffffff rules 1: 0x2/0/idle/-'
    port=$((port - 1))
    send 1
    is "$backend: ... but keeps what it has" "$(awk '/^0x/ { print $5, $6 }' $pools/$pool)" '1 2'

    # --- waiting for a change, which the counters are not
    for way in poll epoll; do
        waits --by $way $pools/$pool
        send 1
        echo 'weight 2 3' >$pools/$pool
        ok "$backend: $way() wakes at a change" wait $!
        is "$backend: ... and reads anew" "$(sed '1,/waiting/d' /tmp/poll | grep -c '^0x2  *3 ')" 1
        echo 'weight 2 0' >$pools/$pool
    done
    echo 'weight 2 1' >$pools/$pool
    waits --timeout 500 $pools/$pool
    send 3
    nok "$backend: flows do not wake it" wait $!
    is "$backend: ... it waited its time out" "$(tail -n 1 /tmp/poll)" timeout
    echo 'gate 2 !broken' >$pools/$pool
    for file in $pool .pools; do
        waits "$pools/$file"
        echo 1 >/proc/net/nf_condition/broken
        ok "$backend: a gate that closes wakes who waits for $file" wait $!
        echo 0 >/proc/net/nf_condition/broken
    done

    # --- all pools
    is "$backend: the list of pools" "$(grep "^$pool " $pools/.pools)" "$pool nth 0xffffffff backends 1 up 1 rules 1"
    is "$backend: a pool in use does not go" "$(labnet write $pools/.pools "-mail-$backend -$pool")" EBUSY
    ok "$backend: ... nor does one named beside it" test -e $pools/mail-$backend
    is "$backend: nor one that is not there" "$(labnet write $pools/.pools "-mail-$backend -nobody")" ENOENT
    $iptables -F
    gone() { echo "-mail-$backend -gone-$backend" 2>/dev/null >$pools/.pools; }
    ok "$backend: without rules they go" until_ok 10 gone
    nok "$backend: and their files" test -e $pools/gone-$backend -o -e $pools/mail-$backend
done
is 'no pool is left' "$(cat $pools/.pools)" ''
ok 'both modules go' eval 'unload xt_STATMARK && unload xt_condition'
done_testing
