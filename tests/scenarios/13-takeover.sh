# Slots move between nodes while requests come in, as scripts and Pacemaker's
# kernels: 5.10 6.1 6.12 sid
# IPaddr2 move them.
. /lab/lib.sh

lan client node1 node2 node3
load
crowd node1 node2 node3
for slot in 1 2 3; do
    join node$slot 192.168.0.10 3 $slot --hashmode sourceip-sourceport
    serve node$slot --tcp 80 --udp 53
done

# What a script sees

fails_with 'Cannot allocate memory' on node1 sh -c 'echo "+1" >> /proc/net/ipt_CLUSTERIP/192.168.0.10'
fails_with 'Cannot allocate memory' on node1 sh -c 'echo "+4" >> /proc/net/ipt_CLUSTERIP/192.168.0.10'
fails_with 'No such file or directory' on node1 sh -c 'echo "-2" >> /proc/net/ipt_CLUSTERIP/192.168.0.10'
fails_with 'No such file or directory' on node1 sh -c 'echo "-4" >> /proc/net/ipt_CLUSTERIP/192.168.0.10'
is "a slot that is ours already, or is not, or does not exist: nothing changes" "$(slots node1 192.168.0.10)" 1

# Who answers 60 questions

questions() { ask client 192.168.0.10 53 --udp --count 60 --source 10.9.0.1-10.9.0.6 --sport 4000 --timeout "${1:-20000}"; }
by_hash() { labnet slot --hashmode sourceip-sourceport --total-nodes 3 | sed "$1"; }
# The order in which two nodes answer is not ours to say.
in_order() { sed 's/node2 node1$/node1 node2/'; }

answers=$(questions)
is "everyone answers for its own slot" "$answers" "$(by_hash '' <<<"$answers")"
ok "node 1 takes slot 2 while node 2 still has it" tell node1 192.168.0.10 +2
answers=$(questions | in_order)
is "... and its questions are answered twice" "$answers" "$(by_hash 's/node2/node1 node2/' <<<"$answers")"
ok "node 2 gives it up" tell node2 192.168.0.10 -2
answers=$(questions)
is "... and they are answered once" "$answers" "$(by_hash s/node2/node1/ <<<"$answers")"
is "node 2 answers for no slot" "$(slots node2 192.168.0.10)" ''
ok "node 1 gives up slot 2" tell node1 192.168.0.10 -2
answers=$(questions 5000)
is "... and its questions are answered by no one" "$answers" "$(by_hash s/node2/-/ <<<"$answers")"
ok "node 2 takes it again" tell node2 192.168.0.10 +2
answers=$(questions)
is "everyone answers for its own slot" "$answers" "$(by_hash '' <<<"$answers")"

# Slot 2 goes round under traffic, given up before it is taken

count=$((4000 / SLOWNESS))
ip netns exec client labnet ask 192.168.0.10 53 --udp --count $count --source 10.9.0.1-10.9.0.200 --sport 5000 --parallel 256 --timeout 1000 >/tmp/answers &
job=$!
from=2
moves=0
while kill -0 $job 2>/dev/null; do
    to=$((from % 3 + 1))
    tell node$from 192.168.0.10 -2
    tell node$to 192.168.0.10 +2
    from=$to
    moves=$((moves + 1))
done
ok "$count questions are asked while slot 2 moves $moves times" wait $job
is "none is answered twice" "$(awk 'NF > 3' /tmp/answers)" ''
by_hash '' </tmp/answers >/tmp/owners
paste -d ' ' /tmp/owners /tmp/answers | awk '$3 != "node2" && $6 != "-" { print $3, $6 }' >/tmp/stayed
is "those of the slots that stay are answered by no one but their nodes" "$(awk '$1 != $2' /tmp/stayed)" ''
ok "... and most of them are: $(wc -l </tmp/stayed)" [ "$(wc -l </tmp/stayed)" -gt $((count / 3)) ]
movers=$(paste -d ' ' /tmp/owners /tmp/answers | awk '$3 == "node2" { print $6 }' | sort | uniq -c)
diag "$movers"
ok "those of the slot that moves are answered here and there" [ "$(grep -c node <<<"$movers")" -gt 1 ]

# IPaddr2: the rule before the address; instances come and go by the file

is_up() { on node1 grep -qE "(^|,)$1(,|\$)" /proc/net/ipt_CLUSTERIP/192.168.0.20; }
ok "the first instance inserts the rule before there is an address" on node1 iptables -I INPUT -d 192.168.0.20 -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 3 --local-node 2 --hashmode sourceip-sourceport
ok "... then the address" on node1 ip -f inet addr add 192.168.0.20/24 brd 192.168.0.255 dev eth0
ok "instance 2 is up" is_up 2
nok "instance 1 is not" is_up 1
ok "instance 1 starts" on node1 sh -c 'echo "+1" > /proc/net/ipt_CLUSTERIP/192.168.0.20'
ok "... and is up" is_up 1
ok "instance 2 is still up" is_up 2
ok "instance 2 stops" on node1 sh -c 'echo "-2" > /proc/net/ipt_CLUSTERIP/192.168.0.20'
nok "... and is not up" is_up 2
ok "instance 1 is still up" is_up 1
ok "instance 1 stops" on node1 sh -c 'echo "-1" > /proc/net/ipt_CLUSTERIP/192.168.0.20'
is "the file is empty" "$(on node1 cat /proc/net/ipt_CLUSTERIP/192.168.0.20 | wc -c)" 0
deleted=''
for i in 1 2 3; do
    on node1 iptables -D INPUT -d 192.168.0.20 -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 3 --local-node $i --hashmode sourceip-sourceport 2>/dev/null && deleted+=$i
done
is "of the rules it tries to delete there is the one it inserted" "$deleted" 2
nok "the file is gone" on node1 test -e /proc/net/ipt_CLUSTERIP/192.168.0.20
is "the other cluster is as it was" "$(slots node1 192.168.0.10 | grep -o 1)" 1

done_testing
