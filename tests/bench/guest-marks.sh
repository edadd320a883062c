#!/bin/bash
# guest-marks.sh ROUNDS PEER: what marks cost, round after round, in one boot. PEER
# is xtables-addons' xt_condition.ko, which takes turns with ours.
set -euo pipefail

rounds=$1
export XTABLES_LIBDIR=/usr/lib/nfcluster-xtables:/usr/lib/x86_64-linux-gnu/xtables
declare -A condition=([ours]=/lib/modules/$(uname -r)/updates/xt_condition.ko [peer]=$2)

measure() {
    local namespace=bench-$((++number))
    ip netns add "$namespace"
    ip netns exec "$namespace" bash /lab/measure.sh "$round" "$@"
    ip netns delete "$namespace"
}

# The rules of a deleted namespace go a moment later, and hold the module until then.
remove() {
    local deadline=$((SECONDS + 30))
    while [ -d "/sys/module/$1" ] && ! rmmod "$1" 2>/dev/null; do
        [ "$SECONDS" -lt "$deadline" ] || rmmod "$1"
        sleep 0.01
    done
}

# Loading one in the middle would be a change between rounds.
modprobe -a tun nf_tables nft_ct nft_compat nf_conntrack_netlink iptable_{raw,mangle,filter} \
    xt_statistic xt_mark xt_connmark xt_tcpudp
number=0
for ((round = 1; round <= rounds; round++)); do
    modprobe -a xt_condition xt_STATMARK
    measure sender
    for backend in legacy nft; do
        measure plain "$backend"
        measure recipe "$backend"
        for mode in nth random hash; do
            measure statmark "$backend" "$mode"
        done
    done
    remove xt_STATMARK
    for module in ours peer; do
        remove xt_condition
        insmod "${condition[$module]}"
        for backend in legacy nft; do
            measure asked "$backend" | sed "s/\tasked\t/\tasked-$module\t/"
        done
    done
    remove xt_condition
done
