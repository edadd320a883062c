# The words work and the classic two-node cluster answers every connection once.
. /lab/lib.sh

ok 'the module loads' load
lan web1 web2 client
ok 'nodes reach each other' until_ok 20 on client ping -c 1 -W 2 192.168.0.2

for number in 1 2; do
    node=web$number
    ok "$node takes the rule" on $node iptables -I INPUT -d 192.168.0.10 -i eth0 -p tcp --dport 80 \
        -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node $number \
        --hashmode sourceip-sourceport
    ok "$node takes the address" on $node ip address add 192.168.0.10/24 dev eth0
    is "$node answers for its own part" "$(slots $node 192.168.0.10)" $number
    serve $node --tcp 80
done

answers=$(ask client 192.168.0.10 80 --count 100 --sport 20000 --tally)
diag "$answers"
is 'every connection is answered once, by one of both' \
    "$(sed 's/ .*//' <<<"$answers" | tr '\n' ' ')" 'web1 web2 '
is 'none is lost' "$(awk '{ all += $2 } END { print all }' <<<"$answers")" 100

ok 'web1 takes the part of web2' tell web1 192.168.0.10 +2
ok 'web2 gives it up' tell web2 192.168.0.10 -2
is 'web1 answers all' "$(ask client 192.168.0.10 80 --count 100 --sport 30000 --tally)" 'web1 100'

ok 'the rule goes' on web2 iptables -F INPUT
nok 'and its file with it' slots web2 192.168.0.10
fails_with 'Input/output error' tell web1 192.168.0.10 2

done_testing
