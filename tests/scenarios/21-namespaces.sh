# Namespaces know nothing of each other's clusters, and may end with rules,
# addresses and open files in them.
. /lab/lib.sh

lan client node1 node2
load
refcount() { cat /sys/module/ipt_CLUSTERIP/refcnt; }

# the same address in two

_must on node1 iptables -I INPUT -d 192.168.0.10 -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hashmode sourceip
ok "another namespace may have a cluster of the same address with all else different" on node2 iptables -I INPUT -d 192.168.0.10 -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:aa:bb:cc --total-nodes 9 --local-node 7 --hashmode sourceip-sourceport --hash-init 5
ok "slots are taken in one" tell node2 192.168.0.10 +8
is "... and not in the other" "$(slots node1 192.168.0.10)" 1
is "... but in the one" "$(slots node2 192.168.0.10)" 7,8
is "the namespace in which the module was loaded has none" "$(ls /proc/net/ipt_CLUSTERIP)" ''
is "a namespace without rules has none" "$(on client ls /proc/net/ipt_CLUSTERIP)" ''
_must on node1 iptables -F INPUT
is "one goes, the other stays" "$(slots node2 192.168.0.10)" 7,8
_must on node1 iptables -I INPUT -d 192.168.0.10 -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hashmode sourceip

# one ends with live rules, and its file open

ip netns exec node1 sleep 1000 &
sleeper=$!
file=/proc/$sleeper/net/ipt_CLUSTERIP/192.168.0.10
until_ok 5 test -e "$file"
exec 5<"$file"
exec 6>"$file"
exec 7<"$file"
is "the file can be read from outside" "$(cat <&5)" 1
ok "... and written" eval 'echo +2 >&6'
is "... as the namespace sees" "$(slots node1 192.168.0.10)" 1,2
kill $sleeper
wait $sleeper 2>/dev/null
ok "the namespace is deleted" ip netns delete node1
gone() { [ "$(refcount)" -eq 1 ]; }
ok "... and with it its rule" until_ok 20 gone
head -c 1 <&7 >/tmp/read 2>/tmp/error
is "the open file has nothing to read any more" "$(cat /tmp/read)" ''
nok "... and takes no command" eval 'echo +1 >&6'
exec 5<&- 6>&- 7<&-
is "the other namespace goes on" "$(slots node2 192.168.0.10)" 7,8

# twenty in a row

short_life() { # NUMBER
    ip netns add "short$1" &&
        ip -n "short$1" link add eth0 type dummy &&
        ip -n "short$1" addr add 192.168.0.10/24 dev eth0 &&
        on "short$1" iptables -I INPUT -d 192.168.0.10 -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 16 --local-node "$(($1 % 16 + 1))" --hashmode sourceip &&
        [ "$(slots "short$1" 192.168.0.10)" == "$(($1 % 16 + 1))" ] &&
        ip netns delete "short$1"
}
many() { for number in {1..20}; do short_life "$number" || return; done; }
ok "20 namespaces come with a cluster and go with it" many
ok "nothing of them stays" until_ok 30 gone
is "the other namespace goes on" "$(slots node2 192.168.0.10)" 7,8

# several at once, and the module after them

for number in {1..5}; do
    _must ip netns add "end$number"
    _must ip -n "end$number" link add eth0 type dummy
    _must on "end$number" iptables -I INPUT -d 192.168.0.10 -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hashmode sourceip
done
is "six clusters are there" "$(refcount)" 6
nok "the module cannot be unloaded under them" rmmod ipt_CLUSTERIP
end_all() {
    local name deletions=()
    for name in node2 end{1..5}; do
        ip netns delete "$name" &
        deletions+=($!)
    done
    wait "${deletions[@]}"
}
ok "all namespaces are deleted at once" end_all
ok "the module can be unloaded" unload
nok "... and leaves no directory in /proc" test -e /proc/net/ipt_CLUSTERIP

done_testing
