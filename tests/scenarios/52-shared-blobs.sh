# SHAREDIP rules that no iptables would send, by raw setsockopt and by netlink: each
# refused with its errno, and nothing changed.
# kernels: 6.12 debug
# modules: ours
. /lab/lib.sh
. /lab/blobs.sh
blobs_of SHAREDIP
with_ours
ok 'the module loads' load
ok 'an interface' ip link add lan0 type dummy

# What a good rule says, as iptables makes it.
saying() { # FAMILY WORDS...
    _must "ip$1tables-legacy" -t mangle -A PREROUTING -j SHAREDIP "${@:2}"
    if [ "$1" ]; then return; fi
    seen_by_kernel
    iptables-legacy -t mangle -F
}
words=(--cluster-dev lan0 --total-slots 20 --local-slots 1-3 --hashmode sourceip)
good=$(saying '' --cluster-ip 192.168.0.10 "${words[@]}")
_must iptables-legacy -A INPUT -j SHAREDIP --cluster-ip 192.168.0.10 "${words[@]}"
plain=$(saying '' --cluster-ip 192.168.0.10)
is 'a rule is as long as it should be' "${#good} ${#plain}" '1152 1152'
_must iptables-nft -t mangle -A PREROUTING -j SHAREDIP --cluster-ip 192.168.0.10
# The same bytes are an address of IPv6 too: c0a8:a::
saying 6 --cluster-ip c0a8:a:: "${words[@]}" --clustermac 01:00:5e:28:00:0a
_must ip6tables-nft -t mangle -A PREROUTING -j SHAREDIP --cluster-ip c0a8:a::
echo 'drain 2 +7' >/proc/net/ipt_CLUSTERIP/192.168.0.10

state() {
    labnet blob get --table mangle
    nft list ruleset 2>&1
    cat /proc/net/nf_clusterip /proc/net/ip*t_CLUSTERIP/* /proc/net/dev_mcast
}
remember

# Where things are: kmod/uapi/nf_sharedip.h.
flags=0 total=4 mode=8 seed=12 addr=16 ifname=32 mac=48 reserved=54 local=56 pointer=568

# --- the kernel's pointer
pointer_is_the_kernels $pointer
iptables-legacy -t mangle -F

# --- sizes, revisions, places
for size in 0 8 56 560 568 584 64; do
    refused "$size bytes" EINVAL --data "$good" --data-size $size
done
for size in 0 31 600 616 65535; do
    is "EINVAL: $size bytes are said to be there" "$(set_legacy --data "$good" --target-size $size)" EINVAL
done
for revision in 1 255; do
    refused "revision $revision" ENOENT --data "$good" --revision $revision
done
is 'EINVAL: another chain' "$(set_legacy --data "$good" --chain FORWARD)" EINVAL
is 'EINVAL: another table' "$(set_legacy --data "$good" --table nat)" EINVAL
unchanged

# --- each field
for value in 0 2 3 0x80000001 0xffffffff; do wrong "flags $value" --set "$flags=$(le32 $((value)))"; done
for value in 0 2 4097 0xffffffff; do wrong "total $value" --set "$total=$(le32 $((value)))"; done
for value in 3 255 0xffffffff; do wrong "mode $value" --set "$mode=$(le32 $((value)))"; done
wrong 'no address' --set "$addr=$(printf '00%.0s' {1..16})"
is 'EINVAL: an address of many' "$(set_legacy --data "$good" --set "$addr=e0000001")" EINVAL
is 'EINVAL: of IPv6 as well' "$(set_nft --family ip6 --data "$good" --set "$addr=ff020001")" EINVAL
is 'EINVAL: more than an IPv4 address' "$(set_legacy --data "$good" --set $((addr + 15))=01)" EINVAL
wrong 'no interface' --set "$ifname=00"
wrong 'an interface without an end' --set "$ifname=$(printf '61%.0s' {1..16})"
wrong 'bytes behind its name' --set $((ifname + 15))=61
wrong 'no MAC' --set "$mac=000000000000"
wrong 'reserved' --set "$reserved=01"
wrong 'reserved, the last' --set $((reserved + 1))=80
wrong 'a slot above the total' --set $((local + 2))=10
wrong 'the last there could be' --set $((local + 511))=80
for change in "$seed=01" "$mac=03" "$total=$(le32 21)" "$mode=$(le32 1)"; do
    wrong "other than the cluster is: $change" --set "$change"
done
refused 'an interface that is not there' ENOENT --data "$good" --set "$addr=0b0b0b0b" --set "$ifname=$(hex none)"
refused 'a cluster that is not there' EINVAL --data "$plain" --set "$addr=0b0b0b0b"
for at in $total $mode $seed $ifname $mac $reserved $local $((local + 511)); do
    refused "a rule that only attaches, with a byte at $at" EINVAL --data "$plain" --set "$at=01"
done
unchanged

# --- what is right is still taken
good_is_taken \
    '-A PREROUTING -j SHAREDIP --cluster-ip 192.168.0.10 --cluster-dev lan0 --clustermac 01:00:5E:28:00:0A --total-slots 20 --local-slots 1-3 --hashmode sourceip --hash-init 0'

# --- bytes changed at random
any_bytes
for table in filter mangle; do
    iptables-legacy -t $table -F
    ip6tables-legacy -t $table -F
done
nft flush ruleset
is 'no cluster is left' "$(cat /proc/net/nf_clusterip)" ''
ok 'the module goes' unload
done_testing
