# Reading a cluster's file: whole or in pieces, from anywhere, by several at
# once, while it changes; and whose file it is.
. /lab/lib.sh

ok 'the module loads' load
ok 'an interface' ip link add lan0 type dummy
file=/proc/net/ipt_CLUSTERIP/192.168.0.10
ok 'a cluster' iptables -A INPUT -d 192.168.0.10 -i lan0 -j CLUSTERIP --new \
    --clustermac 01:02:03:04:05:06 --total-nodes 16 --local-node 1 --hashmode sourceip

is 'one slot is one line' "$(od -c $file | head -n 1)" '0000000   1  \n'
is 'one write, one slot more' "$(labnet write $file +16 +9)" $'3\n2'
is 'in order' "$(labnet read $file)" 1,9,16

# --- a file of many slots
all=$(seq -s, 64)
ok 'a rule that no iptables makes: 64 slots, 16 of them ours' labnet blob set --iniface lan0 \
    --dst 192.168.0.11 --total 64 --local 64,2,33,32,31,63,1,17,16,15,8,9,10,5,34,3
big=/proc/net/ipt_CLUSTERIP/192.168.0.11
if [ "$MODULE" == ours ]; then
    is 'slots above 32 are shown' "$(labnet read $big)" 1,2,3,5,8,9,10,15,16,17,31,32,33,34,63,64
else
    is 'the original shows 32' "$(labnet read $big)" 1,2,3,5,8,9,10,15,16,17,31,32
fi
mapfile -t rest < <(seq 1 64 | grep -vxE '1|2|3|5|8|9|10|15|16|17|31|32|33|34|63|64' | sed 's/^/+/')
is 'all others are added' "$(labnet write $big "${rest[@]}" | sort -u | tr '\n' ' ')" '2 3 '
if [ "$MODULE" == ours ]; then
    is 'all are shown' "$(labnet read $big)" "$all"
    length=$((${#all} + 1))

    for size in 1 2 3 7 100 $((length - 1)) $length $((length + 1)) 4096; do
        is "read in pieces of $size" "$(labnet read --size "$size" $big)" "$all"
    done
    for at in 0 1 2 5 90 $((length - 2)); do
        is "read at $at" "$(labnet read --at $at --size 4 $big)" "${all:at:4}"
    done
    is 'its last byte' "$(labnet read --at $((length - 1)) --size 9 $big | od -An -c)" '  \n'
    for at in $length $((length + 1)) 4096 1000000 9223372036854771000; do
        is "nothing at $at" "$(labnet read --at "$at" $big | wc -c)" 0
    done

    exec 3<$big 4<$big
    is 'one reader begins' "$(dd bs=1 count=3 <&3 2>/dev/null)" 1,2
    is 'another goes its own way' "$(dd bs=1 count=5 <&4 2>/dev/null)" 1,2,3
    is 'a write between' "$(labnet write $big -3 -64)" $'2\n3'
    is 'the one who had begun reads on without a break' "$(cat <&3)" ",3${all#1,2,3}"
    changed=${all/,3,/,}
    is 'who begins now sees the change' "$(labnet read $big)" "${changed%,64}"
    is 'one who goes back to the beginning reads it all again' \
        "$(labnet read --again --size 5 $big)" "${changed%,64}"$'\n'"${changed%,64}"
    exec 3<&- 4<&-
fi

# --- nothing is answered here
is 'the last slots go' "$(labnet blob set --iniface lan0 --dst 192.168.0.12 --local '' --num-local 0)" accepted
none=/proc/net/ipt_CLUSTERIP/192.168.0.12
is 'no slot: no byte, not even a newline' "$(wc -c <$none)" 0
is 'in pieces as well' "$(labnet read --size 1 $none | wc -c)" 0
is 'one is added, and goes' "$(labnet write $none +1 -1)" $'2\n2'
is 'nothing again' "$(wc -c <$none)" 0
is 'the folder shows what is there' "$(ls /proc/net/ipt_CLUSTERIP)" 192.168.0.12

# --- whose it is
is 'for root alone' "$(stat -c '%a %u %g %F' $none)" '600 0 0 regular empty file'
as_nobody() { su -s /bin/bash nobody -c "$1"; }
fails_with 'Permission denied' as_nobody "cat $none"
fails_with 'Permission denied' as_nobody "echo +1 >$none"
is 'another namespace has a folder of its own, empty' \
    "$(unshare -n ls -A /proc/self/net/ipt_CLUSTERIP 2>&1; echo $?)" 0

# --- root of a user namespace, who is nobody outside, has a cluster of his own
chmod 1777 /tmp
cat >/tmp/container <<'END'
ip link add lan0 type dummy
iptables -A INPUT -d 192.168.0.13 -i lan0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 \
    --total-nodes 2 --local-node 1 --hashmode sourceip
cd /proc/self/net/ipt_CLUSTERIP
stat -c '%a %u %g' . 192.168.0.13
labnet write 192.168.0.13 +2
cat 192.168.0.13
END
is 'it is his to read and to write' \
    "$(XTABLES_LOCKFILE=/tmp/container.lock as_nobody 'exec unshare -Ur unshare -n bash /tmp/container' 2>&1)" \
    $'555 0 0\n600 0 0\n2\n1,2'

done_testing
