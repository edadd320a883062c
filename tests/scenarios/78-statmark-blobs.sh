#!/bin/bash
# kernels: 6.1 6.12 sid debug
# modules: ours
# STATMARK rules that no iptables would send, by raw setsockopt and by netlink: each
# refused with its errno, and nothing changed.
. /lab/lib.sh
export XTABLES_LIBDIR=/usr/lib/nfcluster-xtables:/usr/lib/x86_64-linux-gnu/xtables
ok 'the modules load' eval 'load xt_condition && load xt_STATMARK'

# What a good rule says, as iptables makes it.
saying() { # WORDS...
    iptables-legacy -t mangle -F
    _must iptables-legacy -t mangle -A PREROUTING -j STATMARK "$@"
    labnet blob get --table mangle | awk '$1 == "STATMARK" { print $4 }'
}
good=$(saying --pool mail --mode random --mask 0xff --backend mark=1,weight=3,condition=!one \
    --backend mark=2,condition=two --backend mark=0x30)
plain=$(saying --pool mail)
is 'a rule is as long as it should be' "${#good} ${#plain}" '6192 6192'
for family in '' 6; do
    _must "ip${family}tables-nft" -t mangle -A PREROUTING -j STATMARK --pool mail
done
echo 'weight 2 7' >/proc/net/nf_statmark/mail

set_legacy() { labnet blob set --table mangle --chain PREROUTING --dst-mask 0.0.0.0 --dst 0.0.0.0 --target STATMARK "$@" 2>&1; }
set_nft() { labnet blob nft --table mangle --chain PREROUTING --target STATMARK "$@" 2>&1; }
state() {
    labnet blob get --table mangle
    nft list ruleset 2>&1
    for file in /proc/net/nf_statmark/.pools /proc/net/nf_statmark/* /proc/net/nf_condition/.set; do
        echo "$file: $(<"$file")"
    done
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
le16() { printf '%02x%02x' $(($1 & 255)) $(($1 >> 8 & 255)); }
le32() { le16 $(($1 & 65535)) && le16 $(($1 >> 16)); }
zeros() { printf '00%.0s' $(seq "$1"); }
# Where things are: kmod/uapi/nf_statmark.h.
flags=32 mask=36 count=40 gate_count=42 mode=43 reserved=44
mark() { echo $((48 + 8 * $1)); }
weight() { echo $((52 + 8 * $1)); }
gate() { echo $((54 + 8 * $1)); }
backend_flags() { echo $((55 + 8 * $1)); }
gate_name() { echo $((2096 + 31 * $1)); }
pointer=3088

# --- the kernel's pointer
shown() { labnet blob get --table mangle | sed 's/.*\(................\)$/\1/'; }
for tail in ffffffffffffffff 4141414141414141; do
    is "what stands where the kernel has its pointer ($tail) does not matter" \
        "$(set_legacy --data "$plain" --set "$pointer=$tail")" accepted
    is '... and nobody sees the pointer' "$(shown)" 0000000000000000
done

# --- sizes, revisions, places
for size in 0 8 48 3080 3088 3104 3600; do
    refused "$size bytes" EINVAL --data "$good" --data-size $size
done
for size in 0 31 3088 3120 3136 65535; do
    is "EINVAL: $size bytes are said to be there" "$(set_legacy --data "$good" --target-size $size)" EINVAL
done
for revision in 1 255; do
    refused "revision $revision" ENOENT --data "$good" --revision $revision
done
is 'EINVAL: another chain' "$(set_legacy --data "$good" --chain FORWARD)" EINVAL
is 'EINVAL: another table' "$(set_legacy --data "$good" --table filter --chain INPUT)" EINVAL
unchanged

# --- the pool
for name in '' . .. .pools a/b 'a"b' 'a\b' $'a\nb' $'\x7f'; do
    wrong "the pool ${name@Q}" --set "0=$(hex "$name")$(zeros $((32 - ${#name})))"
done
wrong 'a pool without an end' --set "0=$(printf '61%.0s' {1..32})"
wrong 'bytes behind the name' --set 31=01
refused 'a pool that is not there' ENOENT --data "$plain" --set "0=$(hex nobody)"
unchanged

# --- the head
for value in 0 2 3 0x80000001 0xffffffff; do
    wrong "flags $value" --set "$flags=$(le32 $((value)))"
done
for value in 0 0x0f 0xfe 0x80000000; do
    wrong "mask $value" --set "$mask=$(le32 $((value)))"
done
for value in 0 1 2 4 256 257 65535; do
    wrong "$value backends" --set "$count=$(le16 $value)"
done
for value in 0 1 3 33 255; do
    wrong "$value gates" --set "$gate_count=$(printf %02x $value)"
done
for value in 3 255; do
    wrong "mode $value" --set "$mode=$(printf %02x $value)"
done
wrong 'reserved 1' --set "$reserved=$(le32 1)"
wrong 'the last reserved byte' --set $((reserved + 3))=80
unchanged

# --- the backends
for value in 0 1 0x100 0xffffffff 0x80000002; do
    wrong "mark $value, beside 1 and 0x30" --set "$(mark 1)=$(le32 $((value)))"
done
for value in 1001 32768 65535; do
    wrong "weight $value" --set "$(weight 0)=$(le16 $value)"
done
for value in 3 32 33 255; do
    wrong "gate $value of 2" --set "$(gate 0)=$(printf %02x $value)"
done
for value in 2 3 128 255; do
    wrong "flags $value" --set "$(backend_flags 0)=$(printf %02x $value)"
done
wrong 'a gate that is none, and not' --set "$(backend_flags 2)=01"
wrong 'a byte behind the last backend' --set "$(mark 3)=01"
wrong 'a byte of the last that could be' --set "$(backend_flags 255)=01"
unchanged

# --- the gates
for name in '' . .. .set a/b 'a"b' 'a\b' a,b '!a' $'a\tb' two; do
    wrong "the gate ${name@Q}" --set "$(gate_name 0)=$(hex "$name")$(zeros $((31 - ${#name})))"
done
wrong 'a gate without an end' --set "$(gate_name 1)=$(printf '61%.0s' {1..31})"
wrong 'bytes behind the name of a gate' --set "$(($(gate_name 0) + 30))=01"
wrong 'a gate that no backend has' --set "$(gate 1)=01"
wrong 'a byte behind the last gate' --set "$(gate_name 2)=01"
wrong 'a byte of the last that could be' --set "$(($(gate_name 31) + 30))=01"
unchanged

# --- a rule that declares nothing says nothing
for at in $mask $count $gate_count $mode $reserved "$(mark 0)" "$(backend_flags 255)" \
    "$(gate_name 0)" "$(($(gate_name 31) + 30))"; do
    refused "a rule that only uses a pool, with a byte at $at" EINVAL --data "$plain" --set "$at=01"
done
unchanged

# --- what is right is still taken
is 'a good rule' "$(set_legacy --data "$good")" accepted
is 'a good rule by netlink' "$(set_nft --data "$good") $(set_nft --family ip6 --data "$good")" 'accepted accepted'
is 'and by its own words it is found' "$(iptables-nft -t mangle -S PREROUTING | tail -n 1)" \
    '-A PREROUTING -j STATMARK --pool mail --mode random --backend mark=0x1,weight=3,condition=!one --backend mark=0x2,condition=two --backend mark=0x30 --mask 0xff'

# --- bytes changed at random
for seed in 1 2; do
    diag "legacy: $(set_legacy --data "$good" --mutate $seed --count 300 | tr '\n' ' ')"
    diag "nft: $(set_nft --data "$good" --mutate $seed --count 300 | tr '\n' ' ')"
    diag "nft, plain: $(set_nft --family ip6 --data "$plain" --mutate $seed --count 300 | tr '\n' ' ')"
done
iptables-legacy -t mangle -F
nft flush ruleset
ok 'both modules go' eval 'unload xt_STATMARK && unload xt_condition'
done_testing
