#!/bin/bash
# No memory: in each of these, every single allocation fails once, one after the
# other, until an attempt comes through. What fails says so and leaves nothing.
# kernels: debug
# modules: ours
# starves: memory
. /lab/lib.sh
. /lab/starve.sh
with_ours
pools=/proc/net/nf_statmark
allocations_fail

# --- loading, which prepares every namespace that there is
for name in one two three; do ok "namespace $name" ip netns add $name; done
ok 'what the module needs is there' modprobe -a ip_tables iptable_mangle x_tables nf_conntrack nf_defrag_ipv4 nf_defrag_ipv6
starve_loading xt_STATMARK $pools .pools

# --- rules: iptables makes them, and blob puts what it has made
load xt_condition
bytes_of() { # OPTION... - of a rule
    iptables -t mangle -A PREROUTING -j STATMARK --pool "$@" || return
    labnet blob get --table mangle | cut -d ' ' -f 4
    iptables -t mangle -F
    until_ok 10 labnet write $pools/.pools "-$1" >/dev/null
}
put() { # BYTES OPTION...
    labnet blob set --table mangle --chain PREROUTING --target STATMARK --iniface '' --data "$@" 2>&1
}
# A backend that comes back stands behind the others. No process: they are slow.
state() {
    local line lines=()
    [ ! -e $pools/lean ] || mapfile -t lines <$pools/lean
    for line in "${lines[@]}"; do
        case $line in
        0x1*) echo "$line" ;;
        esac
    done
    for line in "${lines[@]}"; do
        case $line in
        0x1*) ;;
        *) echo "$line" ;;
        esac
    done
}
starve_rule() { # BYTES AFTER - prints what is not as it should be
    local nth said status
    for nth in $(seq 2000); do
        said=$(put "$1" --starve "$nth")
        status=$?
        [ "$status" == 2 ] && echo "$said" && diag "$nth allocations" >&2 && return
        case $status:$said in
        # Some can be done without: the rule is there then.
        1:ENOMEM | 0:accepted) "$2" "$said" ;;
        *) echo "allocation $nth: $said" ;;
        esac
    done
    echo 'never enough'
}
# A pool outlives its rules, so one that came whole stays when the table in which
# its rule stood has failed later.
whole='down up up'
undo() {
    [ "$1" != accepted ] || iptables -t mangle -F
    [ -e $pools/lean ] || return
    is_whole || echo "allocation $nth: $(state)"
    labnet write $pools/.pools -lean >/dev/null || echo "allocation $nth: it does not go"
}
is_whole() {
    local line states=
    while read -r _ _ line _; do states+=" $line"; done <$pools/lean
    [ "$states" == " mode state $whole" ]
}
bytes=$(bytes_of lean --backend mark=1,condition=up --backend mark=2,condition=!up --backend mark=3)
is 'a pool is there whole or not at all' "$(starve_rule "$bytes" undo)" accepted
ok 'its backends' is_whole
iptables -t mangle -F
labnet write $pools/.pools -lean >/dev/null

# --- the rule is replaced by another that declares something else
old=$(bytes_of lean --backend mark=1 --backend mark=2,weight=5,condition=up)
new=$(bytes_of lean --mode hash --backend mark=2,weight=3 --backend mark=3 --backend mark=4,condition=!up)
is 'a rule' "$(put "$old")" accepted
before=$(state)
# That the pool follows a rule that goes may need memory that is not there; then
# the next rule brings it about.
again() {
    [ "$1" != ENOMEM ] || [ "$(state)" == "$before" ] || put "$old" >/dev/null
    [ "$1" == ENOMEM ] || { put "$old" && put "$old"; } >/dev/null
    [ "$(state)" == "$before" ] || echo "allocation $nth: after $1, $(state)"
}
is 'a rule is replaced or not' "$(starve_rule "$new" again)" accepted
is 'the pool has followed' "$(awk 'NR == 1 { print $4 } NR > 2 { print $1, $2, $3 }' $pools/lean | paste -sd ' ')" \
    'hash 0x2 3 up 0x3 1 up 0x4 1 up'

# --- a write
while read -r text back; do
    text=${text//_/ } back=${back//_/ }
    said=$(labnet starve write $pools/lean "$text" "$back")
    diag "$text: $(tr '\n' ' ' <<<"$said")"
    is "$text: all of it or nothing" "$(grep -vE '^(ENOMEM|undone) ' <<<"$said")" 'success 1'
    ok 'it did fail' grep -q ENOMEM <<<"$said"
done <<'END'
+7_weight_7_9_gate_7_!other -7
drain_2_drain_3 +2_+3
gate_2_up_weight_3_0 gate_2_none_weight_3_1
END
is 'they count' "$(awk 'NR > 2 { print $1, $2, $3, $4 }' $pools/lean | paste -sd ' ')" \
    '0x2 3 drain up 0x3 0 drain - 0x4 1 up !up 0x7 9 up !other'

# --- a switch that is a gate: who has closed gets no flow, memory or not
labnet write $pools/lean '+2 +3 weight 3 1' >/dev/null
said=$(labnet starve write /proc/net/nf_condition/up 1 0)
diag "$said"
is 'a switch needs no memory' "$(grep -v '^undone ' <<<"$said")" 'success 1'
ok 'the log tells when the pool had none' eval "kernel_log | grep -q 'no memory to spread the load anew'"
is 'the pool shows it' "$(awk 'NR > 2 { print $1, $3 }' $pools/lean | paste -sd ' ')" \
    '0x2 up 0x3 up 0x4 down 0x7 up'
iptables -t mangle -F
ok 'the pool goes' labnet write $pools/.pools -lean
ok 'the modules go' eval 'unload xt_STATMARK && unload xt_condition'
done_testing
