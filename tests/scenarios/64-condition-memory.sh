#!/bin/bash
# No memory: in each of these, every single allocation fails once, one after the
# other, until an attempt comes through. What fails says so and leaves nothing.
# kernels: debug
# modules: ours
# starves: memory
. /lab/lib.sh
. /lab/starve.sh
with_ours
switches=/proc/net/nf_condition
allocations_fail

# --- loading, which prepares every namespace that there is
ok 'a second namespace' ip netns add second
ok 'what the module needs is there' modprobe -a ip_tables iptable_filter x_tables
starve_loading xt_condition $switches .set

# --- many switches in one write, some made, some set, one taken away
echo old=0 gone=1 >$switches/.set
said=$(labnet starve write $switches/.set 'old=1 -gone new1=1 new2=0 new3=1' 'old=0 gone=1 -new1 -new2 -new3')
diag "$said"
is 'all of it or nothing' "$(grep -vE '^(ENOMEM|undone) ' <<<"$said")" 'success 1'
ok 'it did fail' grep -q ENOMEM <<<"$said"
is 'then all of it' "$(sort $switches/.set | paste -sd ' ')" 'new1=1 new2=0 new3=1 old=1'
ok 'a switch needs none' labnet write $switches/old 0

# --- a rule
ok 'the table is there' iptables -S
state() {
    labnet blob get
    ls -A $switches
    sort $switches/.set
}
name=$(printf '%s' fresh | od -An -v -tx1 | tr -d ' \n')
rule=(--target '' --data fbffffff00000000 --match condition --match-revision 1
    --match-data "$(printf '%-80s' "$name" | tr ' ' 0)")
before=$(state)
starve_rule() { # prints what is not as it should be
    local nth said status
    for nth in $(seq 2000); do
        said=$(labnet blob set "${rule[@]}" --starve "$nth" 2>&1)
        status=$?
        [ "$status" == 2 ] && echo "$said" && diag "$nth allocations" >&2 && return
        # A switch that a failed table has made stays, at 0.
        labnet write $switches/.set fresh=0 -fresh >/dev/null
        case $status:$said in
        1:ENOMEM) [ "$(state)" == "$before" ] || echo "allocation $nth: something has changed" ;;
        0:accepted)
            iptables -F
            labnet write $switches/.set -fresh >/dev/null
            ;;
        *) echo "allocation $nth: $said" ;;
        esac
    done
    echo 'never enough'
}
is 'a rule is there or not' "$(starve_rule)" accepted
is 'and asks its switch' "$(labnet write $switches/.set -fresh)" EBUSY
iptables -F
ok 'the module goes' unload xt_condition
done_testing
