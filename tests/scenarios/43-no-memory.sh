# No memory: in each of these, every single allocation fails once, one after the
# other, until an attempt comes through. What fails says so and leaves nothing.
# kernels: debug
# modules: ours
# starves: memory
. /lab/lib.sh

debug=/sys/kernel/debug/failslab
ok 'the kernel lets allocations fail' test -w /proc/self/fail-nth
ok 'those that may sleep as well' eval "echo N >$debug/ignore-gfp-wait"
ok 'and says nothing about it' eval "echo 0 >$debug/verbose"
ok 'whole pages are not our subject' eval "echo 20 >${debug%/*}/fail_page_alloc/min-order"
file=/proc/net/ipt_CLUSTERIP/192.168.0.10

# --- loading, which prepares every namespace that there is
for name in one two three; do ok "namespace $name" ip netns add $name; done
module=$(modinfo -n ipt_CLUSTERIP)
ok 'what the module needs is there' modprobe -a ip_tables nf_conntrack nf_defrag_ipv4 nf_defrag_ipv6 x_tables
said=$(labnet starve module "$module" ipt_CLUSTERIP)
diag "$said"
is 'the module loads as soon as there is memory' \
    "$(grep -vE '^(ENOMEM|undone) ' <<<"$said")" 'success 1'
ok 'it is loaded once' grep -q '^ipt_CLUSTERIP ' /proc/modules
is 'with its folder' "$(ls -d ${file%/*})" ${file%/*}

# --- a rule
ok 'the table is there' iptables -S
ok 'an interface' ip link add lan0 type dummy
rule=(--iniface lan0 --total 4 --local '1,3')
state() {
    labnet blob get
    ls /proc/net/ipt_CLUSTERIP
    echo "$(</proc/net/dev_mcast)"
}
before=$(state)
starve_rule() { # UNDO... - prints what is not as it should be
    local nth said status
    for nth in $(seq 2000); do
        said=$(labnet blob set "${rule[@]}" --starve "$nth" 2>&1)
        status=$?
        [ "$status" == 2 ] && echo "$said" && diag "$nth allocations" >&2 && return
        case $status:$said in
        1:ENOMEM) [ "$(state)" == "$before" ] || echo "allocation $nth: something has changed" ;;
        # Some can be done without: the rule is there then.
        0:accepted) "$@" ;;
        *) echo "allocation $nth: $said" ;;
        esac
    done
    echo 'never enough'
}
is 'a rule is there whole or not at all' "$(starve_rule iptables -F)" accepted
is 'its slots' "$(<$file)" 1,3

# --- a second rule of the same cluster, the first being replaced
before=$(state)
ok 'another slot' labnet write $file +2
is 'a rule is replaced or not' "$(starve_rule true)" accepted
is 'the cluster has kept its slots' "$(<$file)" 1,2,3

# --- a write
for text in +4 -1 -2; do
    case $text in +*) back=-${text#+} ;; *) back=+${text#-} ;; esac
    said=$(labnet starve write $file "$text" "$back")
    diag "$text: $(tr '\n' ' ' <<<"$said")"
    is "$text fails or counts" "$(grep -vE '^(ENOMEM|undone) ' <<<"$said")" 'success 1'
    ok 'it did fail' grep -q ENOMEM <<<"$said"
done
is 'they count' "$(<$file)" 3,4
ok 'the rule goes' iptables -F
nok 'the file with it' ls $file

ok 'the module goes' unload

done_testing
