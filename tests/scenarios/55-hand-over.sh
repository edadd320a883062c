# A slot goes from one living node to another, and no connection notices: the old
# owner drains it, the new one fills it. By rules of both syntaxes, with and
# without connection tracking, for servers here and behind, and for IPv6.
# modules: ours
. /lab/lib.sh
. /lab/behind.sh
with_ours

load
lan client node1 node2
address=192.168.0.10
for node in node1 node2; do
    serve $node --tcp 80 --tcp6 81 --udp 53
    _must on $node ip addr add $address/24 dev eth0
done
_must on client ip neigh add $address lladdr 01:00:5e:28:00:0a dev eth0

# count NODE COUNTER
count() { on "$1" sed -nE "s/^${shared-$address} .* $2 ([0-9]+).*/\1/p" /proc/net/nf_clusterip; }
asked() { ask client $address 80 --count 8 --sport "$1" --timeout 10000 | cut -d ' ' -f 3- | sort | uniq -c | tr -s ' '; }
# hand_over FROM TO
hand_over() {
    ok "$where: $1 drains" tell "$1" $address 'drain 1'
    ok "$where: $2 fills" tell "$2" $address 'fill 1'
}
# finish FROM TO
finish() {
    ok "$where: $1 is done" tell "$1" $address -1
    ok "$where: $2 has it all" tell "$2" $address +1
}

# story FIRST-PORT - told from node1 to node2 and back
story() {
    local port=$1
    ok "$where: a connection" hold one client $address 80 --sport "$port" --timeout 60000
    is "$where: to node1" "$(answer_to one hello)" 'node1 hello'
    hand_over node1 node2
    is "$where: it lives on" "$(answer_to one still)" 'node1 still'
    is "$where: new ones are node2's" "$(asked $((port + 10)))" ' 8 node2'
    is "$where: so are datagrams, at once" \
        "$(ask client $address 53 --udp --sport "$port" | cut -d ' ' -f 3-)" node2
    ok "$where: a second connection" hold two client $address 80 --sport $((port + 1)) --timeout 60000
    is "$where: to node2" "$(answer_to two hello)" 'node2 hello'
    is "$where: the first lives on" "$(answer_to one again)" 'node1 again'
    ok "$where: packets were kept" [ "$(count node1 kept)" -gt 0 ]
    ok "$where: and others let go" [ "$(count node1 foreign)" -gt 0 ]
    ok "$where: and others not answered" [ "$(count node2 silenced)" -gt 0 ]
    let_go one
    ok "$where: it ends as it should" until_ok 20 eval \
        '! on node1 ss -Htn state established state close-wait state last-ack | grep -q :$port'
    finish node1 node2
    is "$where: the second lives on" "$(answer_to two still)" 'node2 still'
    is "$where: new ones are node2's" "$(asked $((port + 20)))" ' 8 node2'

    # --- and back
    hand_over node2 node1
    is "$where: the second lives on again" "$(answer_to two again)" 'node2 again'
    is "$where: new ones are node1's" "$(asked $((port + 30)))" ' 8 node1'
    ok "$where: a third connection" hold three client $address 80 --sport $((port + 2)) --timeout 60000
    is "$where: to node1" "$(answer_to three hello)" 'node1 hello'

    # --- the control: what the others were spared
    ok "$where: node2 gives up at once" tell node2 $address -1
    ok "$where: node1 takes all at once" tell node1 $address +1
    say two hello
    ok "$where: the second" hear two 30
    is "$where: is reset" "$HEARD" reset
    is "$where: the third lives on" "$(answer_to three still)" 'node1 still'
    let_go two
    let_go three
}

# rules TABLE CHAIN - on both nodes; node1 has the slot
rules() {
    _must on node1 iptables -t "$1" -A "$2" -j SHAREDIP --cluster-ip $address --cluster-dev eth0 \
        --total-slots 1 --local-slots 1 --hashmode sourceip
    _must on node2 iptables -t "$1" -A "$2" -j SHAREDIP --cluster-ip $address --cluster-dev eth0 \
        --total-slots 1 --local-slots none --hashmode sourceip
}
flush() { for node in node1 node2; do _must on $node iptables -t "$1" -F; done; }

where='raw, nothing tracked'
rules raw PREROUTING
is 'nothing is tracked' "$(on node1 cat /proc/sys/net/netfilter/nf_conntrack_count)" 0
story 7000
is 'nothing was tracked' "$(on node1 cat /proc/sys/net/netfilter/nf_conntrack_count)" 0

# --- connections that are being made while the slot moves
where='half open'
# late NAME PORT - the end of its handshake, and all after it, does not get through
late() {
    _must on client iptables -A OUTPUT -p tcp --sport "$2" ! --syn -j DROP
    ok "$where: a connection, as the client sees it" hold "$1" client $address 80 --sport "$2" --timeout 60000
    nok "$where: as the server sees it there is none" eval "on node1 ss -Htn state established | grep -q :$2"
}
late one 7100
hand_over node1 node2
_must on client iptables -F OUTPUT
is "$where: it comes to be where it was begun" "$(answer_to one hello)" 'node1 hello'
let_go one
_must tell node1 $address +1
_must tell node2 $address -1

where='a SYN cookie'
_must on node1 sysctl -qw net.ipv4.tcp_syncookies=2
_must on node2 sysctl -qw net.ipv4.tcp_syncookies=0 # one kernel, one secret: here only
late one 7101
nok "$where: the server remembers nothing" eval 'on node1 ss -Htn state syn-recv | grep -q :7101'
hand_over node1 node2
_must on client iptables -F OUTPUT
is "$where: it comes to be where it was begun" "$(answer_to one hello)" 'node1 hello'
let_go one
_must tell node1 $address +1
_must tell node2 $address -1

# --- an error from somewhere on the way goes where its connection lives
where='ICMP errors'
for node in node1 node2; do
    _must on $node iptables -t raw -A PREROUTING -d $address -p icmp --icmp-type 3/4
done
heard() { on "$1" iptables -t raw -vxnL PREROUTING | awk '/icmptype 3/ { print $1 }'; }
ok "$where: a connection" hold one client $address 80 --sport 7168 --timeout 60000
hand_over node1 node2
# 192.168.0.10 port 80 to 192.168.0.100 port 7168 (0x1c00) was too long
client_says_too_long() { # HEADER TRANSPORT
    on client labnet packet $address --dev eth0 --eth-dst 01:00:5e:28:00:0a \
        --source 192.168.0.100 --proto 1 --payload "0304000000000578$1$2"
}
for sport in 1c00 1c01; do
    _must client_says_too_long 450000280000400040060000c0a8000ac0a80064 "0050${sport}00000001"
done
is "$where: node1 takes that of its own, nobody the other" "$(heard node1) $(heard node2)" '1 0'
is "$where: the connection lives on" "$(answer_to one hello)" 'node1 hello'
let_go one
# Of a datagram, connection tracking knows whose it was: from port 53 to 7170.
_must tell node1 $address +1
_must tell node2 $address -1
_must on node1 iptables -A INPUT -m conntrack --ctstate INVALID -j DROP
is "$where: node1 answers a datagram" "$(ask client $address 53 --udp --sport 7170 | cut -d ' ' -f 3)" node1
hand_over node1 node2
_must client_says_too_long 4500001c0000400040110000c0a8000ac0a80064 00351c0200080000
is "$where: node1 takes what is about it, and node2 too, as it takes all datagrams" "$(heard node1) $(heard node2)" '2 1'
flush filter
flush raw

where='mangle, tracked'
for node in node1 node2; do
    _must on $node iptables -A INPUT -m conntrack --ctstate INVALID -j DROP
done
rules mangle PREROUTING
story 7200
flush mangle
flush filter

where='CLUSTERIP in INPUT'
join_by() { # NODE SLOT
    _must on "$1" iptables -A INPUT -d $address -i eth0 -j CLUSTERIP --new --clustermac \
        01:00:5e:28:00:0a --total-nodes 1 --local-node 1 --hashmode sourceip
}
join_by node1
join_by node2
_must tell node2 $address -1
story 7300
flush filter

# --- servers behind: only connection tracking knows their connections
where='forwarded'
serve_behind $address
rules raw PREROUTING
# Its end is not that of a socket here.
story 7400
flush raw
flush nat

# --- IPv6
where=IPv6 shared=2001:db8::10
for number in 1 2; do
    _must on node$number ip addr add $shared/64 dev eth0 nodad
done
_must on client ip addr add 2001:db8::100/64 dev eth0 nodad
_must on client ip -6 neigh add $shared lladdr 33:33:00:00:00:10 dev eth0
tell6() { on "$1" bash -c 'echo "$2" >"/proc/net/ip6t_CLUSTERIP/$1"' tell $shared "$2"; }
shared_by() { # NODE SLOTS
    _must on "$1" ip6tables -t raw -A PREROUTING -j SHAREDIP --cluster-ip $shared --cluster-dev eth0 \
        --total-slots 1 --local-slots "$2" --hashmode sourceip-sourceport
}
shared_by node1 1
shared_by node2 none
# talk - a connection from the client; every line is answered
cat >/tmp/talk <<'END'
exec 5<>/dev/tcp/2001:db8::10/81 || exit 1
while read -r line; do echo "$line" >&5; read -r answer <&5 || break; echo "$answer"; done
echo over
END
coproc ONE { exec /usr/bin/ip netns exec client bash /tmp/talk 2>&1; }
exec {one_in}>&"${ONE[1]}" {one_out}<&"${ONE[0]}"
answer6() { # IN OUT TEXT
    local line
    echo "$3" >&"$1"
    read -r -t $((30 * SLOWNESS)) -u "$2" line && echo "$line"
}
is "$where: a connection" "$(answer6 $one_in $one_out hello)" 'node1 hello'
ok "$where: node1 drains" tell6 node1 'drain 1'
ok "$where: node2 fills" tell6 node2 'fill 1'
is "$where: it lives on" "$(answer6 $one_in $one_out still)" 'node1 still'
for _ in 1 2 3 4; do
    is "$where: a new one is node2's" "$(echo hello | timeout 30 /usr/bin/ip netns exec client bash /tmp/talk | head -n 1)" 'node2 hello'
done
ok "$where: packets were kept" [ "$(count node1 kept)" -gt 0 ]
ok "$where: and others not answered" [ "$(count node2 silenced)" -gt 0 ]
ok "$where: and it lives on" [ "$(answer6 $one_in $one_out again)" == 'node1 again' ]
ok "$where: node1 gives up at once" tell6 node1 -1
ok "$where: node2 takes all at once" tell6 node2 +1
ok "$where: the control is reset" eval '[[ $(answer6 $one_in $one_out hello) == *reset* ]]'
# What node1 has left of it would go on asking, and keep its namespace, unheard.
for node in node1 node2; do _must on $node ip6tables -t raw -F; done
kill "$ONE_PID"

done_testing
