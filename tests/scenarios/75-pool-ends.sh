#!/bin/bash
# kernels: 6.1 6.12 sid debug
# modules: ours
# Whose a pool's file is, and how pools end: one is taken away, a namespace goes,
# a module goes, while rules use it, somebody holds its file open or waits in it.
. /lab/lib.sh
. /lab/ends.sh
with_ours
pools=/proc/net/nf_statmark
switches=/proc/net/nf_condition
use=(-t mangle -A PREROUTING -j STATMARK --pool)

# --- gates keep xt_condition, and nothing else does
load xt_STATMARK
unload xt_condition
iptables "${use[@]}" plain --backend mark=1
fails_with 'No chain/target/match by that name' iptables "${use[@]}" gated --backend mark=1,condition=up
ok 'the log says what to do' eval "kernel_log | grep -q 'xt_STATMARK: .*modprobe xt_condition'"
nok 'no pool was made' test -e $pools/gated
is 'nor by hand' "$(labnet write $pools/plain 'weight 1 2 gate 1 up')" ENOENT
is 'which changes nothing' "$(tail -n 1 $pools/plain | tr -s ' ')" '0x1 1 up - 0 0'
load xt_condition
ok 'with it there is a gate' labnet write $pools/plain 'gate 1 up'
fails_with 'in use' rmmod xt_condition
ok 'without the gate' labnet write $pools/plain 'gate 1 none'
ok 'it can go' rmmod xt_condition
load xt_condition
ok 'a rule with a gate' iptables "${use[@]}" gated --backend mark=1,condition=up
fails_with 'in use' rmmod xt_condition
iptables -t mangle -F
fails_with 'in use' rmmod xt_condition
is 'nor can a switch go that is a gate' "$(labnet write $switches/.set -up)" EBUSY
ok 'the pool outlives its rules' test -e $pools/gated
ok 'and goes by name' labnet write $pools/.pools '-gated -plain'
ok 'then the switch can' labnet write $switches/.set -up
ok 'and the module' rmmod xt_condition
is 'no pool is left' "$(cat $pools/.pools)" ''
rmmod xt_STATMARK

# --- a user namespace, whose root is our user 100000
load xt_condition
load xt_STATMARK
modprobe -a ip_tables iptable_mangle nf_tables nft_compat # not its root's to load
strangers
for iptables in iptables-legacy iptables-nft; do
    ok "$iptables: its root has a rule" inside $iptables "${use[@]}" mine --backend mark=1,condition=up
    is "$iptables: the pool is its own" "$(inside stat -c %a:%u:%g $pools/mine)" 644:0:0
    is "$iptables: who is our user 100000" "$(stat -c %u:%g "/proc/$HOLDER/net/nf_statmark/mine")" 100000:100000
    ok "$iptables: it may write" inside sh -c "echo +2 >$pools/mine"
    nok "$iptables: other users may not" inside_other sh -c "echo +3 >$pools/mine"
    ok "$iptables: but read" inside_other cat $pools/mine
    nok "$iptables: nor take it away" inside_other sh -c "echo -mine >$pools/.pools"
    nok "$iptables: nor see what there is" inside_other cat $pools/.pools
    is "$iptables: our pools are not its" "$(inside cat $pools/.pools)" 'mine nth 0xffffffff backends 2 up 1 rules 1'
    ok "$iptables: flush" inside $iptables -t mangle -F
    ok "$iptables: and take it away" until_ok 20 inside labnet write $pools/.pools -mine
done
no_strangers

# --- waiting, and the end of what one waits for
wait_for() { # OPTION... - until there is a change; $! is who waits
    rm -f /tmp/waiting
    labnet poll "$@" >/tmp/waiting &
    until_ok 20 grep -qs waiting /tmp/waiting
}
iptables "${use[@]}" x --backend mark=1,condition=up
iptables "${use[@]}" y --backend mark=1
for what in 'drain 1' +1 'weight 1 5' 'gate 1 !up' +2 -2; do
    wait_for --timeout 60000 $pools/x
    labnet write $pools/x "$what" >/dev/null
    ok "who waits hears of $what" wait $!
done
for file in x .pools; do
    wait_for --timeout 60000 $pools/$file
    echo 1 >$switches/up
    ok "$file: and of a gate" wait $!
    echo 0 >$switches/up
done
wait_for --timeout 500 $pools/y
echo 1 >$switches/up
labnet write $pools/y '+1' 'weight 1 1' nonsense >/dev/null
nok 'what changes nothing wakes nobody' wait $!
iptables -t mangle -F
exec 3<>$pools/x
waits $pools x
ok 'a pool goes although somebody waits for it' labnet write $pools/.pools -x
sent_away x
stop_waiting
fails_with 'Input/output error' cat <&3
fails_with 'Input/output error' eval 'echo +5 >&3'
exec 3<&-
ok 'one of its name can come' iptables "${use[@]}" x --backend mark=7
is 'and is a new one' "$(tail -n 1 $pools/x | tr -s ' ')" '0x7 1 up - 0 0'
iptables -t mangle -F

# --- a namespace goes while its files are open, waited for, and rules use pools
# that refer to its switches; twice, with the modules' exits in either order
for order in 'xt_condition xt_STATMARK' 'xt_STATMARK xt_condition'; do
    unload xt_STATMARK
    unload xt_condition
    for module in $order; do modprobe --ignore-install "$module"; done
    ip netns add going
    there() { ip netns exec going "$@"; }
    there iptables-legacy "${use[@]}" x --backend mark=1,condition=up
    there iptables-legacy "${use[@]}" x --backend mark=2,condition=up2
    there ip6tables-legacy "${use[@]}" x --backend mark=2
    there iptables-nft "${use[@]}" x --backend mark=1,condition=up3 --backend mark=3,condition=up
    there iptables-nft "${use[@]}" y --backend mark=1
    there ip6tables-nft "${use[@]}" x
    there iptables-legacy "${use[@]}" z --backend mark=1,condition=!up
    there iptables-legacy -t mangle -D PREROUTING 3
    is "$order: a pool for each" "$(there sort $pools/.pools)" \
        $'x nth 0xffffffff backends 3 up 1 rules 5\ny nth 0xffffffff backends 1 up 1 rules 1\nz nth 0xffffffff backends 1 up 1 rules 0'
    ip netns exec going sleep 1000 &
    sleeper=$!
    folder=/proc/$sleeper/net/nf_statmark
    ok 'its files can be seen from outside' until_ok 10 test -e "$folder/x"
    exec 3<>"$folder/x" 4<>"$folder/.pools" 5<>"$folder/z" 6<>"/proc/$sleeper/net/nf_condition/up"
    waits "$folder" x z .pools
    kill $sleeper
    wait $sleeper 2>/dev/null
    ip netns delete going
    read_fails() { ! cat <&"$1" 2>/dev/null; }
    for fd in 3 4 5 6; do
        ok "$order: its file $fd goes" until_ok 30 read_fails $fd
    done
    fails_with 'Input/output error' eval 'echo drain 1 >&3'
    fails_with 'Input/output error' eval 'echo -z >&4'
    exec 3<&- 4<&- 5<&- 6<&-
    sent_away z
    stop_waiting
    ok "$order: nothing holds the modules" until_ok 30 eval \
        "! grep -E '^xt_(condition|STATMARK) [0-9]* [1-9]' /proc/modules"
done

# --- only the module goes, with pools and switches that have no rule
for round in 1 2 3; do
    load xt_condition
    load xt_STATMARK
    iptables "${use[@]}" x --mode hash --backend mark=1,condition=up --backend mark=2
    iptables -t mangle -F
    exec 3<>$pools/x
    waits $pools x .pools
    ok "round $round: the module goes while somebody waits" rmmod xt_STATMARK
    sent_away x .pools
    stop_waiting
    fails_with 'Input/output error' cat <&3
    exec 3<&-
    ok "round $round: and with it what kept xt_condition" rmmod xt_condition
done

# --- and with packets on their way
load xt_STATMARK
lan director client
nicely client labnet flood 192.168.0.1 53 --udp --source 192.168.0.100 --seconds 3600 >/dev/null &
traffic=$!
once() {
    load xt_condition && load xt_STATMARK &&
        on director iptables "${use[@]}" x --backend mark=1,condition=!up --backend mark=2 &&
        on director sh -c "echo 'weight 1 7' >$pools/x" &&
        on director sh -c "echo 1 >$switches/up" &&
        on director iptables -t mangle -F && rmmod xt_STATMARK && rmmod xt_condition
}
for round in 1 2 3 4 5; do
    ok "round $round: loaded, used, flushed, unloaded at once" once || break
done
ok 'the traffic never stopped' kill -0 $traffic
kill $traffic
wait $traffic 2>/dev/null
nok 'nothing is left' ls $pools
ok 'nor in the list of targets' eval '! grep -qx STATMARK /proc/net/ip_tables_targets'
done_testing
