# Rules that no iptables would send, handed to the kernel by raw setsockopt:
# each refused with its errno and nothing changed.
. /lab/lib.sh

ok 'the module loads' load
ok 'an interface' ip link add lan0 type dummy
ok 'the table is there' iptables -S
rule=(--iniface lan0 --total 4 --local '1,3' --mac 01:02:03:04:05:06)
is 'a cluster that must not suffer' "$(labnet blob set "${rule[@]}")" accepted
ok 'it has a slot more' labnet write /proc/net/ipt_CLUSTERIP/192.168.0.10 +2

state() {
    labnet blob get
    for file in /proc/net/ipt_CLUSTERIP/*; do echo "$file $(<"$file")"; done
    echo "$(</proc/net/dev_mcast)"
}
before=$(state)
is 'it is as it should be' "$(sed -n 's,.*/\(.*\..* .*\),\1,p' <<<"$before")" '192.168.0.10 1,2,3'
ok 'its interface listens' grep -q 'lan0.*010203040506' <<<"$before"

# refused ERRNO OPTIONS... - a rule for another address
refused() {
    local wanted=$1 got
    shift
    got=$(labnet blob set "${rule[@]}" --dst 192.168.0.11 --mac 01:02:03:04:05:11 "$@" 2>&1)
    [ "$(state)" == "$before" ] || got+=', and something has changed'
    is "$wanted: ${*@Q}" "$got" "$wanted"
}
# stricter: what the original takes, to its own harm, is not tried on it
stricter() { [ "$MODULE" != ours ] || refused "$@"; }

# --- the kernel's pointer
pointer() { labnet blob get | sed 's/.*\(................\)$/\1/' | sort -u; }
is 'nobody sees a pointer of the kernel' "$(pointer)" 0000000000000000
for tail in ffffffffffffffff 0000000000000001 4141414141414141; do
    is "what is sent in its place ($tail) does not matter" "$(labnet blob set "${rule[@]}" --tail $tail)" accepted
done
is 'nobody sees a pointer of the kernel now' "$(pointer)" 0000000000000000
is 'the cluster has lived through it all' "$(state)" "$before"

# --- sizes
for size in 0 8 48 56 72 128 4096; do
    refused EINVAL --data-size $size
done
for size in 0 1 31 32 40 88 95 97 104 4096 65535; do
    refused EINVAL --target-size $size
done

# --- who is meant
for revision in 1 2 255; do
    refused ENOENT --revision $revision
done
refused ENOENT --target CLUSTERIPX
refused ENOENT --target clusterip
refused ENOENT --target-raw 434c555354455249500a
refused EINVAL --target-raw "$(printf '43%.0s' {1..29})"
refused EINVAL --target ''

# --- flags, mode
refused EINVAL --flags 0
refused EINVAL --flags 2
for flags in 3 0x80000001 0xffffffff; do
    stricter EINVAL --flags $flags
done
for mode in 3 4 255 256 0x10000 0x80000000 0xffffffff; do
    refused EINVAL --hash-mode $mode
done

# --- slots
for number in 17 18 255 32768 65535; do
    refused EINVAL --num-local $number
    refused EINVAL --num-local $number --flags 0
done
refused EINVAL --num-local 3
refused EINVAL --num-local 16
for slot in 0 65 66 128 4096 32768 65535; do
    refused EINVAL --total 64 --local $slot
    refused EINVAL --total 64 --local 1,2,$slot
done
stricter EINVAL --total 4 --local 5
stricter EINVAL --total 4 --local 1,2,3,4,5
stricter EINVAL --total 63 --local 64
for total in 0 65 66 128 4096 32768 65535; do
    stricter EINVAL --total $total
done

# --- the address
for mask in 255.255.255.0 255.255.255.254 127.255.255.255 255.0.255.255 0.0.0.0; do
    refused EINVAL --dst-mask $mask
done
refused EINVAL --dst 0.0.0.0
refused EINVAL --dst 0.0.0.0 --dst-mask 0.0.0.0
stricter EINVAL --invflags 0x10
refused EINVAL --ip-flags 0x80
refused EINVAL --invflags 0x80

# --- the interface
refused EINVAL --iniface ''
refused ENOENT --iniface lan7
refused ENOENT --iniface lan+
refused ENOENT --iniface LAN0
refused ENOENT --iniface-raw 6c616e300a
refused ENOENT --iniface-raw 2e2e2f6c616e30
stricter EINVAL --iniface-raw "$(printf '61%.0s' {1..16})"
stricter EINVAL --iniface-raw 6c616e30616161616161616161616161
stricter EINVAL --invflags 0x01
for mask in '' 00 ff ffffff ffffffff 00ffffffff ff00ffffff ffffffff0f; do
    stricter EINVAL --iniface-mask "$mask"
done

# --- the hardware address: only iptables itself ever looked
for mac in 00:00:00:00:00:00 02:02:03:04:05:06 fe:ff:ff:ff:ff:ff; do
    stricter EINVAL --mac $mac
done

# --- the chain
for chain in FORWARD OUTPUT; do
    stricter EINVAL --chain $chain
done
stricter EINVAL --table mangle --chain POSTROUTING

# --- a cluster that is there, and a rule that says otherwise
differs() { refused EINVAL --dst 192.168.0.10 --mac 01:02:03:04:05:06 "$@"; }
refused EINVAL --dst 192.168.0.10 --mac 01:02:03:04:05:07
if [ "$MODULE" == ours ]; then
    for field in '--hash-mode 1' '--init 1' '--total 3' '--total 5'; do
        # shellcheck disable=SC2086 # two words
        differs $field
    done
fi
refused EINVAL --dst 192.168.0.10 --mac 01:02:03:04:05:07 --copies 20

# --- what is right is still taken
is 'many rules for one cluster' "$(labnet blob set "${rule[@]}" --copies 500)" accepted
is 'that kept what it was told' "$(</proc/net/ipt_CLUSTERIP/192.168.0.10)" 1,2,3
is 'are one membership' "$(grep -c 010203040506 /proc/net/dev_mcast) $(
    awk '$5 == "010203040506" { print $3 }' /proc/net/dev_mcast)" '1 1'
is 'one rule is enough' "$(labnet blob set "${rule[@]}")" accepted
is 'for it to be as it was' "$(state)" "$before"

# --- bytes changed at random
if [ "$MODULE" == ours ]; then
    for seed in 1 2 3 4; do
        diag "$(labnet blob set "${rule[@]}" --mutate $seed --count 300 | tr '\n' ' ')"
    done
fi
is 'a rule that is right' "$(labnet blob set "${rule[@]}")" accepted
ok 'all rules go' iptables -F
is 'and with them every file' "$(ls -A /proc/net/ipt_CLUSTERIP)" ''
ok 'and every membership' soon eval '! grep lan0.*01020304 /proc/net/dev_mcast'
ok 'and the module' unload

done_testing
