#!/bin/bash
# guest.sh ROUNDS "PLACE..." "HASHMODE..." SHARED [peers]: all measurements, round
# after round, in one boot. The two modules carry one name and take turns within
# each round. SHARED: the hash mode of SHAREDIP, and of what shares without us.
# `peers`: rules that share nothing, too.
set -euo pipefail

rounds=$1
read -ra places <<<"$2"
read -ra modes <<<"$3"
shared=$4
peers=${5:-}
export XTABLES_LIBDIR=/usr/lib/nfcluster-xtables:/usr/lib/x86_64-linux-gnu/xtables
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
modprobe -a tun nf_tables nft_ct nf_conntrack_netlink iptable_{raw,mangle,filter} \
    ip6table_{raw,mangle,filter} nft_hash nft_compat xt_cluster xt_tcpudp
number=0
for ((round = 1; round <= rounds; round++)); do
    for family in "" 6; do
        measure "sender$family"
        measure "early$family"
        measure "drop$family" INPUT
        measure "cluster$family" INPUT
        measure "jhash$family" raw
    done
    if [ -n "$peers" ]; then
        for scheme in bare none; do
            measure "$scheme"
        done
        measure match INPUT
        for place in "${places[@]:1}"; do
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
    for family in "" 6; do
        for place in raw raw-nft INPUT; do
            measure "sharedip$family" "$place" "$shared"
        done
    done
    swap_module
done
