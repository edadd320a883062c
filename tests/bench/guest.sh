#!/bin/bash
# guest.sh ROUNDS "PLACE..." "HASHMODE..." [peers]: all measurements, round after
# round, in one boot. The two modules carry one name and take turns within each
# round. `peers`: what else there is, too.
set -euo pipefail

rounds=$1
read -ra places <<<"$2"
read -ra modes <<<"$3"
peers=${4:-}
kernel=/lib/modules/$(uname -r)
declare -A file=(
    [in-tree]=$kernel/kernel/net/ipv4/netfilter/ipt_CLUSTERIP.ko
    [ours]=$kernel/updates/ipt_CLUSTERIP.ko
)

measure() {
    local namespace=bench-$((++number))
    ip netns add "$namespace"
    ip netns exec "$namespace" bash /lab/measure.sh "$round" "$@"
    ip netns delete "$namespace"
}

# The rules of a deleted namespace go a moment later, and hold the module until then.
swap_module() {
    local deadline=$((SECONDS + 30))
    while [ -d /sys/module/ipt_CLUSTERIP ] && ! rmmod ipt_CLUSTERIP 2>/dev/null; do
        [ "$SECONDS" -lt "$deadline" ] || rmmod ipt_CLUSTERIP
        sleep 0.01
    done
    [ -z "${1:-}" ] || insmod "${file[$1]}"
}

# Loading one in the middle would be a change between rounds.
modprobe -a tun nf_tables nft_ct nf_conntrack_netlink iptable_{raw,mangle,filter} xt_cluster
number=0
for ((round = 1; round <= rounds; round++)); do
    measure sender
    if [ -n "$peers" ]; then
        for scheme in bare none early; do
            measure "$scheme"
        done
        for place in "${places[@]}"; do
            for scheme in match drop cluster; do
                measure "$scheme" "$place"
            done
        done
    fi
    for module in in-tree ours; do
        swap_module "$module"
        for place in "${places[@]}"; do
            for mode in "${modes[@]}"; do
                measure clusterip "$place" "$mode" | sed "s/\tclusterip\t/\t$module\t/"
            done
        done
    done
    swap_module
done
