#!/bin/bash
# kernels: 5.10 6.1 6.12 sid debug
# modules: ours
# Whose the switches are, and how they end: owner and mode, also for users of a
# namespace's own; a namespace or the module goes while somebody holds a file
# open or waits in it.
. /lab/lib.sh
. /lab/ends.sh
with_ours
switches=/proc/net/nf_condition

# --- owner and mode
modprobe xt_condition condition_list_perms=0660 condition_uid_perms=33 condition_gid_perms=44
echo up=1 >$switches/.set
is 'parameters name mode and owner' "$(stat -c %a:%u:%g $switches/up)" 660:33:44
is 'of the file for all as well' "$(stat -c %a:%u:%g $switches/.set)" 660:33:44
parameters=/sys/module/xt_condition/parameters
is 'they are for root only' "$(stat -c %a $parameters/*)" $'600\n600\n600'
echo 0444 >$parameters/condition_list_perms
echo 0 >$parameters/condition_uid_perms
iptables -A INPUT -m condition --condition later -j ACCEPT
is 'they count for later files' "$(stat -c %a:%u:%g $switches/later)" 444:0:44
is 'and leave those that are there' "$(stat -c %a:%u:%g $switches/up)" 660:33:44
echo 07777 >$parameters/condition_list_perms
echo 0 >$parameters/condition_gid_perms
echo odd=1 >$switches/.set
is 'nobody can execute a switch' "$(stat -c %a:%u:%g $switches/odd)" 666:0:0
iptables -F INPUT
unload xt_condition

# --- a user namespace, whose root is our user 100000
load xt_condition
modprobe -a ip_tables iptable_filter nf_tables nft_compat # not its root's to load
strangers
outside=/proc/$HOLDER/net/nf_condition
is 'is root there' "$(inside id -u)" 0
is 'they were not when .set was made, so it asks who may' "$(inside stat -c %a $switches/.set)" 666
ok 'its root may' inside sh -c "echo early=1 >$switches/.set"
nok 'its other users may not' inside_other sh -c "echo early=0 >$switches/.set"
nok 'nor read it' inside_other cat $switches/.set
is 'a switch that can be set before a rule names it' "$(inside cat $switches/early)" 1
is 'is of its root' "$(stat -c %a:%u:%g "$outside/early")" 644:100000:100000
nok 'whose other users may not write it' inside_other sh -c "echo 0 >$switches/early"
ok 'but read it' inside_other cat $switches/early
for iptables in iptables-legacy iptables-nft; do
    ok "$iptables: its rule makes a switch" inside $iptables -A INPUT -m condition --condition mine -j ACCEPT
    is "$iptables: of its root" "$(inside stat -c %a:%u:%g $switches/mine)" 644:0:0
    is "$iptables: who is our user 100000" "$(stat -c %u:%g "$outside/mine")" 100000:100000
    ok "$iptables: and may write it" inside sh -c "echo 1 >$switches/mine"
    is "$iptables: it stands" "$(cat "$outside/mine")" 1
    ok "$iptables: flush" inside $iptables -F INPUT
    ok "$iptables: and take it away" until_ok 20 inside labnet write $switches/.set -mine
done
echo 7 >$parameters/condition_uid_perms
echo 70000 >$parameters/condition_gid_perms
ok 'it sets two at once' inside sh -c "echo one=1 two=0 >$switches/.set"
is 'the owner counts in its own users, a group it has not is its root' \
    "$(inside stat -c %u:%g $switches/one)" 7:0
is 'which are others here' "$(stat -c %u:%g "$outside/one")" 100007:100000
nok 'our switches are not its' inside ls $switches/up
echo 0 >$parameters/condition_uid_perms
echo 0 >$parameters/condition_gid_perms
no_strangers

# --- the namespace goes, and then the module, while files are open, waited for,
# and asked by rules
ip netns add going
ip netns exec going iptables-legacy -A INPUT -m condition --condition x -j ACCEPT
ip netns exec going ip6tables-legacy -A INPUT -m condition --condition y -j ACCEPT
ip netns exec going iptables-nft -A INPUT -m condition --condition x -j ACCEPT
ip netns exec going sh -c "echo z=1 >$switches/.set"
ip netns exec going sleep 1000 &
sleeper=$!
there=/proc/$sleeper/net/nf_condition
ok 'its files can be seen from outside' until_ok 10 test -e "$there/x"
exec 3<>"$there/x" 4<>"$there/.set" 5<>"$there/z"
is 'and read' "$(labnet read --size 1 "$there/z")" 1
waits "$there" x .set
kill $sleeper
wait $sleeper 2>/dev/null
ip netns delete going
read_fails() { ! cat <&3 2>/dev/null; }
ok 'the namespace goes in spite of them' until_ok 30 read_fails
fails_with 'Input/output error' cat <&4
fails_with 'Input/output error' eval 'echo 0 >&5'
exec 3<&- 4<&- 5<&-
ok 'the rules of the namespace are gone' until_ok 30 grep -q '^xt_condition [0-9]* 0 ' /proc/modules
sent_away x .set
ok 'the module goes' rmmod xt_condition
nok 'with all its files' ls $switches
stop_waiting

# --- only the module goes
for round in 1 2 3; do
    load xt_condition
    echo x=1 >$switches/.set
    exec 3<>$switches/x
    waits $switches x .set
    ok "round $round: the module goes while somebody waits" rmmod xt_condition
    sent_away x .set
    fails_with 'Input/output error' cat <&3
    exec 3<&-
    stop_waiting
done
done_testing
