# The module is not taken away under a rule, and without one it goes at any
# time: twenty times under traffic, or five.
. /lab/lib.sh

address=192.168.0.10
ok 'the module loads' load
lan web1 client
rule=(INPUT -d "$address" -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06
    --total-nodes 2 --local-node 1 --hashmode sourceip-sourceport)
ok 'a rule' on web1 iptables -A "${rule[@]}"
ok 'the address' on web1 ip address add $address/24 dev eth0
serve web1 --udp 53

# --- in use
fails_with 'Module ipt_CLUSTERIP is in use' rmmod ipt_CLUSTERIP
fails_with 'in use' modprobe -r ipt_CLUSTERIP
is 'the rule answers as before' "$(slots web1 $address)" 1
ok 'a second rule' on web1 iptables -A INPUT -d $address -i eth0 -p udp -j CLUSTERIP "${rule[@]:7}"
is 'each rule is a use' "$(cat /sys/module/ipt_CLUSTERIP/refcnt)" 2
ok 'the second one goes' on web1 iptables -D INPUT 2
fails_with 'in use' rmmod ipt_CLUSTERIP
ip netns exec web1 sleep 1000 &
sleeper=$!
ok 'its file can be seen from outside' \
    until_ok 10 test -e "/proc/$sleeper/net/ipt_CLUSTERIP/$address"
exec 3<>"/proc/$sleeper/net/ipt_CLUSTERIP/$address"
ok 'its file is open' test -e /proc/self/fd/3
ok 'flush' on web1 iptables -F
ok 'the file that is still open does not hold the module' rmmod ipt_CLUSTERIP
fails_with 'Input/output error' cat <&3
exec 3<&-
kill $sleeper

# --- twenty times, with packets and ARP on their way
ok 'the client knows where to send' \
    on client ip neigh add $address lladdr 01:02:03:04:05:06 dev eth0
nicely client labnet flood $address 53 --udp --source 192.168.0.100 --seconds 3600 >/dev/null &
traffic=("$!")
nicely client labnet arp send --tpa $address --spa 192.168.0.100 --count 1000000 >/dev/null &
traffic+=("$!")
once() {
    load && on web1 iptables -A "${rule[@]}" && tell web1 $address +2 &&
        on web1 iptables -F && rmmod ipt_CLUSTERIP
}
rounds=20
[ "$KERNEL" == 6.12 ] || rounds=5
for round in $(seq $rounds); do
    ok "round $round: loaded, used, flushed, unloaded at once" once || break
done
ok 'the traffic never stopped' kill -0 "${traffic[@]}"
kill "${traffic[@]}"
wait "${traffic[@]}" 2>/dev/null

# --- without rules
for round in $(seq 5); do
    ok "round $round: loaded and unloaded" eval 'load && rmmod ipt_CLUSTERIP'
done
nok 'nothing of it is left' ls /proc/net/ipt_CLUSTERIP
nok 'nor in a namespace' on web1 ls /proc/net/ipt_CLUSTERIP
ok 'nor in the list of targets' eval '! grep -qx CLUSTERIP /proc/net/ip_tables_targets'

done_testing
