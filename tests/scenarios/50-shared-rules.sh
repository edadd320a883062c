# SHAREDIP: one address on two nodes, by rules of both back ends, for both
# families, in every chain where it may stand, before connection tracking too.
# modules: ours
# kernels: 5.10 6.12 sid
. /lab/lib.sh
with_ours

ok 'the module is found by the name of the target' modprobe ipt_SHAREDIP
ok 'and by that of IPv6' modprobe ip6t_SHAREDIP
load
lan client node1 node2
crowd node1 node2
four=192.168.0.10 six=2001:db8::10
serve node1 --tcp 80 --udp 53
serve node2 --tcp 80 --udp 53
for number in 1 2; do
    _must on node$number ip addr add $four/24 dev eth0
    _must on node$number ip addr add $six/64 dev eth0 nodad
    _must on node$number ip -6 route add 2001:db8:9::/64 via 2001:db8::100
done
_must on client ip addr add 2001:db8::100/64 dev eth0 nodad
for i in $(seq 12); do _must on client ip addr add "2001:db8:9::$i/128" dev eth0 nodad; done
_must on client ip -6 neigh add $six lladdr 33:33:00:00:00:10 dev eth0

# rule NODE-NUMBER COMMAND TABLE ACTION CHAIN ADDRESS
rule() {
    _must on "node$1" "$2" -t "$3" "$4" "$5" -j SHAREDIP --cluster-ip "$6" --cluster-dev eth0 \
        --total-slots 2 --local-slots "$1" --hashmode $mode
}
# both ACTION - on both nodes
both() { for number in 1 2; do rule $number "$command" "$table" "$1" "$chain" "$address"; done; }
count() { # NODE COUNTER
    on "$1" grep "^$address " /proc/net/nf_clusterip | sed -E "s/.* $2 ([0-9]+).*/\1/"
}

mode=sourceip-sourceport
for place in 'filter INPUT' 'mangle PREROUTING' 'raw PREROUTING'; do
    table=${place% *} chain=${place#* }
    for backend in legacy nft; do
        # The debug kernel is slow, and each chain alike: both back ends in one of them.
        if [ "$SLOWNESS" -gt 1 ]; then
            case $place:$backend in filter*:nft | mangle*:legacy) continue ;; esac
        fi
        # --- IPv4: each question is answered once, by the node of the hash
        address=$four command=iptables-$backend
        both -A
        is "$command, $place: its MAC is derived" "$(on node1 awk '$2 == "eth0" && /01005e28000a/' /proc/net/dev_mcast | wc -l)" 1
        answers=$(ask client $address 80 --count 16 --source 10.9.0.1-10.9.0.4 --sport 1021 --timeout 20000)
        is "$command, $place: TCP" "$answers" \
            "$(labnet slot --hashmode $mode --total-nodes 2 --dport 80 <<<"$answers")"
        answers=$(ask client $address 53 --udp --count 16 --source 10.9.0.1-10.9.0.4 --sport 1021 --timeout 20000)
        is "$command, $place: UDP" "$answers" \
            "$(labnet slot --hashmode $mode --total-nodes 2 --dport 53 <<<"$answers")"
        is "$command, $place: what one takes the other drops" \
            "$(count node1 accepted) $(count node1 foreign)" "$(count node2 foreign) $(count node2 accepted)"
        ok "$command, $place: and it is not nothing" [ "$(count node1 accepted)" -gt 20 ]
        ok "$command, $place: a ping of three fragments is answered" \
            on client ping -c 1 -s 4000 -W 5 $address
        both -D
        nok "$command, $place: the file goes with the rule" slots node1 $address

        # --- IPv6
        address=$six command=ip6tables-$backend mode=sourceip
        both -A
        is "$command, $place: its MAC is derived" "$(on node1 awk '$2 == "eth0" && /333300000010/' /proc/net/dev_mcast | wc -l)" 1
        is "$command, $place: its file" "$(on node1 cat /proc/net/ip6t_CLUSTERIP/$address)" 1
        replies=0
        for i in $(seq 12); do
            said=$(on client ping -6 -c 1 -W 5 -I "2001:db8:9::$i" $address)
            case $said in *DUP* | *'0 received'*) diag "$said" ;; *) replies=$((replies + 1)) ;; esac
        done
        is "$command, $place: all are answered once" $replies 12
        is "$command, $place: by one of both" "$(($(count node1 accepted) + $(count node2 accepted)))" 12
        is "$command, $place: and dropped by the other" "$(($(count node1 foreign) + $(count node2 foreign)))" 12
        ok "$command, $place: both have some" [ "$(count node1 accepted)" -gt 0 -a "$(count node2 accepted)" -gt 0 ]
        ok "$command, $place: a ping of three fragments is answered" \
            on client ping -6 -c 1 -s 4000 -W 5 -I 2001:db8:9::1 $address
        both -D
        nok "$command, $place: the file goes with the rule" on node1 cat /proc/net/ip6t_CLUSTERIP/$address
        mode=sourceip-sourceport
    done
done
address=$four command=iptables-legacy

# --- where it may not stand
refuse() { # COMMAND TABLE CHAIN
    fails_with 'Invalid argument' on node1 "$1" -t "$2" -A "$3" -j SHAREDIP --cluster-ip $address \
        --cluster-dev eth0 --total-slots 2 --local-slots 1 --hashmode sourceip
}
for command in iptables-legacy iptables-nft; do
    for place in 'filter OUTPUT' 'filter FORWARD' 'mangle POSTROUTING' 'mangle FORWARD' 'raw OUTPUT' \
        'nat PREROUTING' 'nat INPUT'; do
        refuse $command "${place% *}" "${place#* }"
    done
done
ok 'the log says why not in nat' eval 'kernel_log | grep -q "the table nat would miss packets"'
fails_with 'No' on node1 iptables -A INPUT -j SHAREDIP --cluster-ip $address --cluster-dev none0 \
    --total-slots 2 --local-slots 1 --hashmode sourceip
fails_with 'Invalid argument' on node1 iptables -A INPUT -j SHAREDIP --cluster-ip $address
ok 'the log says what is missing' eval 'kernel_log | grep -q "no cluster has this address yet"'
is 'nothing is left of all that' "$(on node1 cat /proc/net/nf_clusterip)" ''

# --- it acts on packets to its address from its interface
table=filter chain=INPUT mode=sourceip command=iptables-nft
both -A
_must tell node1 $address -1
_must tell node2 $address -2
is 'no packet of its address' "$(ask client $address 80 --timeout 1000 --sport 1021 | cut -d ' ' -f 3)" -
is 'but those of others' "$(ask client 192.168.0.1 80 --sport 1021 | cut -d ' ' -f 3)" node1
is 'and those from here' "$(ask node1 $address 80 --sport 1021 | cut -d ' ' -f 3)" node1
ok 'a chain with the rule' on node1 bash -c "
    iptables-nft -N shared && iptables-nft -A shared -j SHAREDIP --cluster-ip $address"
fails_with 'Invalid argument' on node1 iptables-nft -A OUTPUT -j shared
ok 'INPUT may go there' on node1 iptables-nft -A INPUT -j shared
_must on node1 iptables-nft -F
_must on node1 iptables-nft -X
_must on node2 iptables-nft -F

# --- all rules of an address have one cluster, whatever made it
join node1 192.168.0.11 2 1 --hashmode sourceip
ok 'one that CLUSTERIP made' on node1 iptables-nft -t raw -A PREROUTING -j SHAREDIP --cluster-ip 192.168.0.11
is 'keeps its slots' "$(slots node1 192.168.0.11)" 1
is 'and is one' "$(on node1 cut -d ' ' -f 1 /proc/net/nf_clusterip)" 192.168.0.11
ok 'its first rule goes' on node1 iptables-legacy -F
is 'it stays with the other' "$(slots node1 192.168.0.11)" 1
ok 'as many slots as the original never had, too' on node1 iptables-legacy -A INPUT -j SHAREDIP \
    --cluster-ip 192.168.0.12 --cluster-dev eth0 --total-slots 4096 --local-slots 1-2000,4096 \
    --hashmode sourceip
is 'are answered' "$(slots node1 192.168.0.12 | md5sum)" "$(echo "$(seq -s, 2000),4096" | md5sum)"
ok 'and changed' tell node1 192.168.0.12 '-1-2000 drain 4096 fill 7'
is 'by the file' "$(slots node1 192.168.0.12)" 7

# --- saved by one back end, restored by the other
_must on node1 iptables-legacy -F
_must on node1 iptables-nft -t raw -F
_must on node1 iptables-nft -F
for pair in 'legacy nft' 'nft legacy'; do
    for address in 192.168.0.13 fd00::13; do
        for place in 'filter INPUT' 'raw PREROUTING'; do
            from=$(BACK_END=${pair% *} tables $address) to=$(BACK_END=${pair#* } tables $address)
            table=${place% *} chain=${place#* }
            _must on node1 "$from" -t "$table" -A "$chain" -j SHAREDIP --cluster-ip $address --cluster-dev eth0 \
                --total-slots 40 --local-slots 1-9 --hashmode sourceip-sourceport --hash-init 5
            _must tell node1 $address +12
            on node1 "$from-save" -t "$table" >/tmp/saved
            ok "what $from saved, $to restores" on node1 "$to-restore" /tmp/saved
            is "$to, $place: as it was" "$(on node1 "$to-save" -t "$table" | grep -v '^[#:]')" "$(grep -v '^[#:]' /tmp/saved)"
            _must on node1 "$from" -t "$table" -F
            is "$to, $place: the cluster has kept its slots" "$(slots node1 $address)" 1,2,3,4,5,6,7,8,9,12
            _must on node1 "$to" -t "$table" -F
        done
    done
done

# --- a list of a megabyte
{
    printf '*filter\n-A INPUT -j SHAREDIP --cluster-ip 192.168.0.13 --cluster-dev eth0 --total-slots 4096 --local-slots 1'
    printf ',%d' $(seq 2 200000)
    printf ' --hashmode sourceip\nCOMMIT\n'
} >/tmp/megabyte
ok 'a rule with a list of more than a megabyte' [ "$(wc -c </tmp/megabyte)" -gt 1200000 ]
for command in iptables-legacy iptables-nft; do
    nok "$command does not take it" on node1 "$command-restore" /tmp/megabyte
done
is 'no cluster is left' "$(on node1 cat /proc/net/nf_clusterip)" ''
ok 'the module goes' unload

done_testing
