# SHAREDIP rules that no iptables would send, by raw setsockopt and by netlink: each
# refused with its errno, and nothing changed.
# kernels: 6.1 6.12 sid debug
# modules: ours
. /lab/lib.sh
with_ours
ok 'the module loads' load
ok 'an interface' ip link add lan0 type dummy

# What a good rule says, as iptables makes it.
saying() { # FAMILY WORDS...
    _must "ip$1tables-legacy" -t mangle -A PREROUTING -j SHAREDIP "${@:2}"
    if [ "$1" ]; then return; fi
    labnet blob get --table mangle | awk '$1 == "SHAREDIP" { print $4 }'
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

set_legacy() { labnet blob set --table mangle --chain PREROUTING --dst-mask 0.0.0.0 --dst 0.0.0.0 --target SHAREDIP "$@" 2>&1; }
set_nft() { labnet blob nft --table mangle --chain PREROUTING --target SHAREDIP "$@" 2>&1; }
state() {
    labnet blob get --table mangle
    nft list ruleset 2>&1
    cat /proc/net/nf_clusterip /proc/net/ip*t_CLUSTERIP/* /proc/net/dev_mcast
}
before=$(state)

# refused DESCRIPTION ERRNO OPTIONS... - by both back ends and both families
refused() {
    local description=$1 wanted=$2 got
    shift 2
    got="$(set_legacy "$@") $(set_nft "$@") $(set_nft --family ip6 "$@")"
    is "$wanted: $description" "$got" "$wanted $wanted $wanted"
}
unchanged() { is 'nothing has changed' "$(state)" "$before"; }
wrong() { refused "$1" EINVAL --data "$good" "${@:2}"; }
hex() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'; }
le32() { printf '%02x%02x%02x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)); }
# Where things are: kmod/uapi/nf_sharedip.h.
flags=0 total=4 mode=8 seed=12 addr=16 ifname=32 mac=48 reserved=54 local=56 pointer=568

# --- the kernel's pointer
shown() { labnet blob get --table mangle | sed 's/.*\(................\)$/\1/'; }
for tail in ffffffffffffffff 4141414141414141; do
    is "what stands where the kernel has its pointer ($tail) does not matter" \
        "$(set_legacy --data "$plain" --set "$pointer=$tail")" accepted
    is '... and nobody sees the pointer' "$(shown)" 0000000000000000
done
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
is 'a good rule' "$(set_legacy --data "$good")" accepted
is 'a good rule by netlink' "$(set_nft --data "$good") $(set_nft --family ip6 --data "$good")" 'accepted accepted'
is 'and by its own words it is found' "$(iptables-nft -t mangle -S PREROUTING | tail -n 1)" \
    '-A PREROUTING -j SHAREDIP --cluster-ip 192.168.0.10 --cluster-dev lan0 --clustermac 01:00:5E:28:00:0A --total-slots 20 --local-slots 1-3 --hashmode sourceip --hash-init 0'

# --- bytes changed at random
for number in 1 2; do
    diag "legacy: $(set_legacy --data "$good" --mutate $number --count 300 | tr '\n' ' ')"
    diag "nft: $(set_nft --data "$good" --mutate $number --count 300 | tr '\n' ' ')"
    diag "nft, plain: $(set_nft --family ip6 --data "$plain" --mutate $number --count 300 | tr '\n' ' ')"
done
for table in filter mangle; do
    iptables-legacy -t $table -F
    ip6tables-legacy -t $table -F
done
nft flush ruleset
is 'no cluster is left' "$(cat /proc/net/nf_clusterip)" ''
ok 'the module goes' unload
done_testing
