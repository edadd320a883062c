# Ours and the kernel's own module: whichever is in charge stays in charge, ours
# says what to do, and modprobe takes ours.
# kernels: 6.1
# modules: ours
. /lab/lib.sh

own=/lib/modules/$(uname -r)/kernel/net/ipv4/netfilter/ipt_CLUSTERIP.ko
ours=/lib/modules/$(uname -r)/updates/ipt_CLUSTERIP.ko
file=/proc/net/ipt_CLUSTERIP/192.168.0.10
ok 'the kernel has its own' test -f "$own"
ok 'and there is ours' test -f "$ours"
is 'modprobe would take ours' "$(modinfo -n ipt_CLUSTERIP)" "$ours"
ok 'what both need is there' modprobe -a ip_tables nf_conntrack
ok 'an interface' ip link add lan0 type dummy
rule() {
    iptables -A INPUT -d 192.168.0.10 -i lan0 -j CLUSTERIP --new \
        --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hashmode sourceip
}

# Ours says its version, the kernel's says none.
loaded() {
    if [ -d /sys/module/ipt_CLUSTERIP ]; then
        cat /sys/module/ipt_CLUSTERIP/version 2>/dev/null || echo "the kernel's"
    fi
}

# --- the kernel's own is loaded, and in use
ok "the kernel's own is loaded" insmod "$own"
is 'it is the one' "$(loaded)" "the kernel's"
ok 'a rule of it' rule
fails_with 'File exists' insmod "$ours"
is 'the rule is as it was' "$(labnet write $file +2) $(<$file)" '2 1,2'
is 'and whose it was' "$(loaded)" "the kernel's"
ok 'modprobe has nothing to do' modprobe ipt_CLUSTERIP
is 'and does nothing' "$(loaded)" "the kernel's"
ok 'the rule goes' iptables -F
ok "the kernel's own goes" rmmod ipt_CLUSTERIP
ok 'ours comes' modprobe ipt_CLUSTERIP
is 'it is the one' "$(loaded)" "$(modinfo -F version "$ours")"
ok 'the same rule' rule
is 'works' "$(labnet write $file +2) $(<$file)" '2 1,2'
fails_with 'File exists' insmod "$own"
ok 'the rule goes' iptables -F
ok 'ours goes' rmmod ipt_CLUSTERIP

# --- one that is built into the kernel: its own under another name, which keeps
# us out by no name but that of the target
cp "$own" /tmp/ipt_CLUSTERIX.ko
ok 'the module with another name' labnet patch /tmp/ipt_CLUSTERIX.ko ipt_CLUSTERIP ipt_CLUSTERIX
ok 'a signature that no longer fits' \
    labnet patch /tmp/ipt_CLUSTERIX.ko '~Module signature appended~' '~Module signature stripped~'
ok 'it is loaded' insmod /tmp/ipt_CLUSTERIX.ko
ok 'a rule of it' rule
fails_with 'Device or resource busy' modprobe ipt_CLUSTERIP
ok 'the log says what to do' eval "dmesg | tail -n 2 |
    grep -q 'ipt_CLUSTERIP: there is a CLUSTERIP target already: remove its rules and its module'"
nok 'ours is not there' grep -q '^ipt_CLUSTERIP ' /proc/modules
ok 'the rule is as it was' iptables -C INPUT -d 192.168.0.10 -i lan0 -j CLUSTERIP --new \
    --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hashmode sourceip
is 'and its file' "$(cat /proc/net/ipt_CLUSTERIX/192.168.0.10)" 1
ok 'the rule goes' iptables -F
ok 'it goes' rmmod ipt_CLUSTERIX
ok 'ours comes' modprobe ipt_CLUSTERIP
ok 'the same rule' rule
is 'works' "$(labnet write $file +2) $(<$file)" '2 1,2'
ok 'the rule goes' iptables -F
ok 'ours goes' unload

done_testing
