#!/bin/bash
# kernels: 6.12 debug
# modules: ours
# STATMARK rules that no iptables would send, by raw setsockopt and by netlink: each
# refused with its errno, and nothing changed.
. /lab/lib.sh
. /lab/blobs.sh
blobs_of STATMARK
export XTABLES_LIBDIR=/usr/lib/nfcluster-xtables:/usr/lib/x86_64-linux-gnu/xtables
ok 'the modules load' eval 'load xt_condition && load xt_STATMARK'

# What a good rule says, as iptables makes it.
saying() { # WORDS...
    iptables-legacy -t mangle -F
    _must iptables-legacy -t mangle -A PREROUTING -j STATMARK "$@"
    seen_by_kernel
}
good=$(saying --pool mail --mode random --mask 0xff --backend mark=1,weight=3,condition=!one \
    --backend mark=2,condition=two --backend mark=0x30)
plain=$(saying --pool mail)
is 'a rule is as long as it should be' "${#good} ${#plain}" '6192 6192'
for family in '' 6; do
    _must "ip${family}tables-nft" -t mangle -A PREROUTING -j STATMARK --pool mail
done
echo 'weight 2 7' >/proc/net/nf_statmark/mail

state() {
    labnet blob get --table mangle
    nft list ruleset 2>&1
    for file in /proc/net/nf_statmark/.pools /proc/net/nf_statmark/* /proc/net/nf_condition/.set; do
        echo "$file: $(<"$file")"
    done
}
remember

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
pointer_is_the_kernels $pointer

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
good_is_taken \
    '-A PREROUTING -j STATMARK --pool mail --mode random --backend mark=0x1,weight=3,condition=!one --backend mark=0x2,condition=two --backend mark=0x30 --mask 0xff'

# --- bytes changed at random
any_bytes
iptables-legacy -t mangle -F
nft flush ruleset
ok 'both modules go' eval 'unload xt_STATMARK && unload xt_condition'
done_testing
