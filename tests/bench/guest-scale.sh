#!/bin/bash
# guest-scale.sh COUNT...: what so many clusters of 4096 slots cost, in both back
# ends. Prints lines of
#   back-end clusters step value
# where the value is thousands of instructions, or kilobytes for the step `memory`:
# what the kernel keeps, without the one piece that holds all rules of a legacy table.
set -euo pipefail

export XTABLES_LIBDIR=/usr/lib/nfcluster-xtables:/usr/lib/x86_64-linux-gnu/xtables
folder=/proc/net/ipt_CLUSTERIP
odd=$(seq 1 2 4096 | paste -sd,)

rules() {
    echo '*raw'
    for ((i = 0; i < $1; i++)); do
        echo "-A PREROUTING -j SHAREDIP --cluster-ip 10.8.$((i / 250)).$((i % 250 + 1))" \
            "--cluster-dev lan0 --total-slots 4096 --local-slots 1-4096 --hashmode sourceip"
    done
    echo COMMIT
}

# What was freed is free after a grace period, and so on; what caches hold, too.
settle() {
    sleep 0.5
    echo 3 >/proc/sys/vm/drop_caches
    sleep 0.5
}
kept() { awk '/^(Slab|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo; }
line() { printf '%s\t%s\t%s\t%s\n' "$backend" "$count" "$1" "$2"; }
step() {
    local name=$1
    shift
    line "$name" "$(/lab/cpu "$@")"
}

ip link add lan0 type dummy
ip link set lan0 up
modprobe -a ipt_CLUSTERIP iptable_raw nf_tables nft_compat
for backend in legacy nft; do
    iptables=iptables-$backend
    # The first rule of a kind costs more than any other.
    $iptables-restore <<<"$(rules 1)"
    $iptables -t raw -F
    for count in "$@"; do
        rules "$count" >/tmp/rules
        settle
        before=$(kept)
        step load $iptables-restore /tmp/rules
        settle
        [ "$(find $folder -type f | wc -l)" -eq "$count" ]
        line memory $(($(kept) - before))
        step write labnet write --each "-$odd" $folder/*
        step read sh -c 'exec cat /proc/net/nf_clusterip >/dev/null'
        step reload $iptables-restore /tmp/rules
        step teardown $iptables -t raw -F
        [ -z "$(find $folder -type f)" ]
    done
done
