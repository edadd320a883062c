#!/bin/bash
# kernels: 6.12 sid debug
# modules: ours
# Everything at once: who writes, takes away, loads rules, waits, reads and ends
# namespaces; and what is written together is seen together.
. /lab/lib.sh
load xt_condition
with_ours
switches=/proc/net/nf_condition
rounds=$((40 / SLOWNESS))
ip link set lo up
modprobe -a ip_tables ip6_tables nf_tables nft_compat
iptables -A INPUT -p udp -m condition --condition a -m condition --condition b -j DROP
ip6tables-legacy -A INPUT -m condition --condition a -j ACCEPT
renice -n 19 -p $$ >/dev/null

workers=()
work() { # NAME - runs the function of that name in the background
    { "$@" 2>"/tmp/said.$1"; true; } &
    workers+=($!)
}
# a and b are never written but together.
pairs() {
    for ((i = 0; i < 10 * rounds; i++)); do
        echo "a=$((i % 2)) b=$((i % 2))" >$switches/.set || echo "pair $i" >>/tmp/wrong
        echo "a=$((i % 2)) b=$(((i + 1) % 2)) c=1 -nobody" >$switches/.set && echo 'half' >>/tmp/wrong
    done
}
seen() {
    for ((i = 0; i < 10 * rounds; i++)); do
        case $(grep -e '^a=' -e '^b=' $switches/.set | sort | paste -sd ' ') in
        'a=0 b=0' | 'a=1 b=1') ;;
        *) echo "unequal in round $i" >>/tmp/wrong ;;
        esac
    done
}
singles() {
    for ((i = 0; i < 20 * rounds; i++)); do
        echo $((i % 2)) >$switches/single || echo "single $i" >>/tmp/wrong
        labnet write $switches/single 2 >/dev/null && echo "single $i: 2" >>/tmp/wrong
    done
}
# Many make and take away what others make and take away: EBUSY and ENOENT are
# fine, and so is success.
comers() {
    for ((i = 0; i < 5 * rounds; i++)); do
        labnet write $switches/.set "t1=1 t2=0 t3=1" '-t1 -t2' '-t3' "t$((i % 5))=1" "-t$((i % 5))"
    done >"/tmp/comers.$1"
}
legacy() {
    for ((i = 0; i < rounds; i++)); do
        iptables-legacy -w -A FORWARD -m condition --condition "own$((i % 3))" -m condition --condition t1 -j ACCEPT
        iptables-legacy -w -F FORWARD
        labnet write $switches/.set "-own$((i % 3))" >/dev/null || echo "own $i" >>/tmp/wrong
    done
}
nft() {
    for ((i = 0; i < rounds; i++)); do
        iptables-nft -A FORWARD -m condition --condition t2 -m condition ! --condition t3 -j ACCEPT
        ip6tables-nft -A FORWARD -m condition --condition t2 -j ACCEPT
        iptables-nft -F FORWARD
        ip6tables-nft -F FORWARD
    done
}
namespaces() {
    for ((i = 0; i < rounds; i++)); do
        ip netns add "storm$i"
        ip netns exec "storm$i" iptables-legacy -A INPUT -m condition --condition x -j ACCEPT
        ip netns exec "storm$i" sh -c "echo x=1 y=1 >$switches/.set; cat $switches/.set >/dev/null"
        ip netns delete "storm$i"
    done
}
sitters() {
    for ((i = 0; i < 2 * rounds; i++)); do
        labnet poll --by "$1" --timeout 200 $switches/.set
        labnet poll --by "$1" --timeout 200 $switches/t1
    done >/dev/null 2>&1
}
packets() {
    while :; do labnet flood 127.0.0.1 9 --udp --seconds 1; done >/dev/null 2>&1
}
echo single=0 >$switches/.set
: >/tmp/wrong
packets &
flood=$!
work pairs
work seen
work singles
work comers 1
work comers 2
work legacy
work nft
work namespaces
work sitters poll
work sitters epoll
ok 'all come to their end' wait "${workers[@]}"
kill $flood
wait $flood 2>/dev/null
is 'nothing went wrong' "$(head /tmp/wrong)" ''
is 'the kernel said only what it may say' \
    "$(cat /tmp/comers.* | grep -vE '^([0-9]+|EBUSY|ENOENT)$' | sort | uniq -c)" ''
ok 'what was made was taken away' grep -qx 3 /tmp/comers.1 /tmp/comers.2
iptables -F
ip6tables-legacy -F
ok 'all switches can go' until_ok 30 eval \
    "sed 's/^/-/; s/=[01]\$//' $switches/.set >/tmp/less && labnet write $switches/.set \"\$(cat /tmp/less)\""
is 'none is left' "$(cat $switches/.set)" ''
ok 'the module goes' unload xt_condition
done_testing
