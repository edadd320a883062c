# modules: ours
# kernels: 6.12
# Nodes of one cluster may have it by CLUSTERIP, or by SHAREDIP of either back end:
# they hash alike, so each packet is still taken once.
. /lab/lib.sh

lan client node1 node2 node3
load
with_ours
crowd node1 node2 node3
mac=01:02:03:04:05:06

# The slots of each, by turns.
slots_of() { seq "$1" 3 16 | paste -sd,; }
owners() { labnet slot "$@" --total-nodes 16 --dport 80 | awk '{ print $1, $2, "node" (substr($3, 5) - 1) % 3 + 1 }'; }
for node in 1 2 3; do serve node$node --tcp 80; done

for mode in sourceip sourceip-sourceport sourceip-sourceport-destport; do
    for seed in 0 0xdeadbeef; do
        join node1 192.168.0.10 16 1 --hashmode $mode --hash-init $seed
        for slot in 4 7 10 13 16; do _must tell node1 192.168.0.10 +$slot; done
        share node2 192.168.0.10 16 "$(slots_of 2)" --hashmode $mode --hash-init $seed --clustermac $mac
        BACK_END=nft share node3 192.168.0.10 16 "$(slots_of 3)" --hashmode $mode --hash-init $seed --clustermac $mac
        is "$mode, seed $seed: all have their slots" "$(for node in 1 2 3; do slots node$node 192.168.0.10; done | tr ',' '\n' | sort -n | paste -sd,)" \
            "$(seq -s, 16)"
        witness
        ask client 192.168.0.10 80 --count 400 --source 10.9.0.1-10.9.0.80 --sport 5000 --timeout 20000 >/tmp/answers
        witnessed >/tmp/witnessed
        is "... each of 400 connections is answered by the node of its slot" "$(cat /tmp/answers)" \
            "$(owners --hashmode $mode --hash-init $seed </tmp/answers)"
        is "... and by no other" "$(cat /tmp/witnessed)" "$(sort /tmp/answers)"
        is "... and each node answered some" "$(cut -d ' ' -f 3 /tmp/answers | sort -u | paste -sd ' ')" 'node1 node2 node3'
        ok "... slot 1 goes from a node of CLUSTERIP to one of SHAREDIP" eval "tell node1 192.168.0.10 -1 && tell node2 192.168.0.10 +1"
        ask client 192.168.0.10 80 --count 100 --source 10.9.0.1-10.9.0.50 --sport 6000 --timeout 20000 >/tmp/answers
        is "... and its connections with it" "$(cat /tmp/answers)" \
            "$(labnet slot --hashmode $mode --hash-init $seed --total-nodes 16 --dport 80 </tmp/answers |
                awk '{ slot = substr($3, 5) + 0; print $1, $2, "node" (slot == 1 ? 2 : (slot - 1) % 3 + 1) }')"
        _must on node1 iptables -F INPUT
        _must on node1 ip addr del 192.168.0.10/24 dev eth0
        withdraw node2 192.168.0.10
        BACK_END=nft withdraw node3 192.168.0.10
    done
done

done_testing
