# Pings, UDP and ICMP errors; and what becomes of a connection's mark.
# kernels: 5.10 6.1 6.12 sid
. /lab/lib.sh

lan client node1 node2
load
crowd node1 node2
for slot in 1 2; do
    _must on node$slot iptables -t mangle -A PREROUTING -p udp --dport 53 -m conntrack --ctstate NEW -j CONNMARK --set-mark 7
    join node$slot 192.168.0.10 2 $slot --hashmode sourceip-sourceport
    serve node$slot --udp 53
done

# pings

ok "a ping is answered once" eval "on client ping -c 3 -W 5 192.168.0.10 | grep '^3 packets transmitted, 3 packets received, 0% packet loss'"
answers=$(ask client 192.168.0.10 --icmp --count 40 --source 10.9.0.1-10.9.0.40 --timeout 20000 | named)
is "40 clients' pings are answered by the node of the hash, by no other" "$answers" \
    "$(labnet slot --hashmode sourceip-sourceport --total-nodes 2 --portless <<<"$answers")"
ok "... some by node 1, some by node 2" [ "$(cut -d ' ' -f 3 <<<"$answers" | sort -u | wc -l)" -eq 2 ]
said=$(kernel_log | grep -c 'unknown protocol')
if [ "$MODULE" == ours ]; then
    is "pings are not worth a line in the log" "$said" 0
else
    ok "pings fill the log" [ "$said" -gt 0 ]
fi

# UDP

answers=$(ask client 192.168.0.10 53 --udp --count 60 --source 10.9.0.1-10.9.0.6 --sport 4000 --timeout 20000)
is "60 datagrams are answered by the node of the hash, by no other" "$answers" \
    "$(labnet slot --hashmode sourceip-sourceport --total-nodes 2 <<<"$answers")"
for slot in 1 2; do
    # The mark of the connections that node answered.
    marks=$(on node$slot conntrack -L -p udp --dport 53 2>/dev/null | grep -v UNREPLIED | grep -o 'mark=[0-9]*' | sort -u)
    if [ "$MODULE" == ours ]; then
        is "node $slot leaves the mark of a connection alone" "$marks" mark=7
    else
        is "node $slot overwrites the mark of a connection" "$marks" mark=$slot
    fi
done

# ICMP errors come from anywhere. The client's own pings belong to one node, and
# we look at what the other one gets.

owner=$(labnet slot --hashmode sourceip-sourceport --total-nodes 2 --portless <<<'192.168.0.100 0' | cut -d ' ' -f 3)
other=$([ "$owner" == node1 ] && echo node2 || echo node1)
diag "pings from the client are $owner's"
ok "$owner's ping from the cluster's address is answered" on "$owner" ping -c 1 -W 5 -I 192.168.0.10 192.168.0.100
nok "$other's is not: the answer goes to $owner" on "$other" ping -c 1 -W 2 -I 192.168.0.10 192.168.0.100
for node in $owner $other; do
    is "$node is told that a port it asks is not there" \
        "$(ask "$node" 192.168.0.100 9 --udp --source 192.168.0.10 | cut -d ' ' -f 3)" refused
done

# A router, our client, finds an answer too long for the way to a farther client.

_must ip netns add far
_must on client ip link add eth1 mtu 1280 type veth peer name eth0 netns far
_must on client ip link set eth1 up
_must on client ip addr add 10.8.0.1/24 dev eth1
_must ip -n far link set eth0 up
_must ip -n far addr add 10.8.0.2/24 dev eth0
_must ip -n far route add default via 10.8.0.1
_must on client sysctl -w net.ipv4.ip_forward=1
long=$(printf 'x%.0s' {1..1400})
for node in node1 node2; do
    _must on $node ip route add 10.8.0.0/24 via 192.168.0.100
    ip netns exec $node labnet serve --name "$long" --udp 5353 >/tmp/long.$node &
    until_ok 10 grep -q ready /tmp/long.$node
done
port=$(for port in {6000..6050}; do echo "10.8.0.2 $port"; done |
    labnet slot --hashmode sourceip-sourceport --total-nodes 2 | grep -m 1 "$other" | cut -d ' ' -f 2)
far_asks() { ask far 192.168.0.10 5353 --udp --sport "$port" | cut -d ' ' -f 3 | cut -c -5; }
is "a long answer of $other's meets a short link: the first is lost" "$(far_asks)" -
ok "... $other is told how long it may be, though the router's ICMP hashes to $owner" \
    eval "on $other ip route get 10.8.0.2 from 192.168.0.10 | grep -q 'mtu 1280'"
is "... and the next comes through" "$(far_asks)" xxxxx

done_testing
