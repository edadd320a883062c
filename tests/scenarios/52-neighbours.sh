# modules: ours
# What nodes say by neighbour discovery about a shared IPv6 address, and about no
# other; and that they do not take each other for duplicates, but strangers they do.
. /lab/lib.sh

lan client node1 node2
load
with_ours
address=fd00::10
mac=33:33:00:00:00:10
everyone=ff02::1:ff00:10
client=$(mac_of 100)

watch() { # NODE - what its eth0 sees, into /tmp/ndp.NODE
    : >"/tmp/watch.$1"
    ip netns exec "$1" labnet ndp watch --dev eth0 --count 100000 --timeout 600000 >>"/tmp/ndp.$1" 2>"/tmp/watch.$1" &
    until_ok 10 grep -q ready "/tmp/watch.$1"
}
# said TEXT [NODE] - the messages that came with that in them, each once
said() { grep -F -- "$1" "/tmp/ndp.${2:-client}" | grep ' in$' | sort -u; }
heard() { [ "$(said "$1" "${3:-client}" | wc -l)" -ge "$2" ]; }
forget() { : >/tmp/ndp.client; }
# Everything said before has come when this has.
marked=0
mark() { # NODE
    marked=$((marked + 1))
    on "$1" labnet ndp send --source fe80::99 --target "fe80::99:$marked" ff02::1
    until_ok 10 heard "target=fe80::99:$marked" 1
}
state() { on "$1" ip -6 -o addr show dev eth0 to $address; }
has() { state "$1" | grep -v tentative | grep -qv dadfailed; }
failed() { state "$1" | grep -q dadfailed; }
cached() { on client ip neigh show $address | grep -o 'lladdr [^ ]*'; }
on client sysctl -qw net.ipv6.conf.eth0.accept_dad=1
watch client

# a node gets the address, then another

share node1 $address 2 1 --hashmode sourceip
ok "node 1 has the address" until_ok 20 has node1
is "... and has asked before whether somebody else has it, with the cluster's MAC for a mark" \
    "$(said from=:: | grep " target=$address ")" "solicitation from=:: to=$everyone target=$address nonce=$mac eth=$(mac_of 1)>33:33:ff:00:00:10 in"
share node2 $address 2 2 --hashmode sourceip
ok "node 2 has it too" until_ok 20 has node2
ok "... and node 1 still has it" has node1
for node in node1 node2; do _must on $node ip addr del $address/64 dev eth0; done
forget
_must on node1 sysctl -qw net.ipv6.conf.eth0.enhanced_dad=0
for node in node1 node2; do _must on $node ip addr add $address/64 dev eth0; done
ok "both get it at the same time" until_ok 20 eval 'has node1 && has node2'
is "... a node whose probes have no nonce marks them as well" "$(said from=:: | grep "eth=$(mac_of 1)" | grep " target=$address ")" \
    "solicitation from=:: to=$everyone target=$address nonce=$mac eth=$(mac_of 1)>33:33:ff:00:00:10 in"
nok "no node complains about the other" eval "kernel_log | grep -i -e duplicate -e 'advertised our' -e 'no node of'"

# asked for

forget
on client ping -6 -c 1 -W 2 $address >/dev/null
ok "the client asks for the cluster's address and is answered by both nodes" until_ok 10 heard "advertisement from=$address" 2
is "... with the cluster's MAC, from the nodes' own interfaces" "$(said "advertisement from=$address")" \
"advertisement from=$address to=fd00::100 target=$address flags=SO tlla=$mac eth=$(mac_of 1)>$client in
advertisement from=$address to=fd00::100 target=$address flags=SO tlla=$mac eth=$(mac_of 2)>$client in"
is "... which is what it remembers" "$(cached)" "lladdr $mac"
on client ping -6 -c 1 -W 2 fd00::1 >/dev/null
ok "the client asks for node 1's own address" until_ok 10 heard 'advertisement from=fd00::1 ' 1
is "... and gets the interface's MAC" "$(said 'advertisement from=fd00::1 ')" \
    "advertisement from=fd00::1 to=fd00::100 target=fd00::1 flags=SO tlla=$(mac_of 1) eth=$(mac_of 1)>$client in"

# asked whether it is still there

forget
on client labnet ndp send --type 135 --source fd00::100 --target $address --lladdr 1="$client" --eth-dst $mac $address
ok "asked at the cluster's MAC whether they are there, both nodes answer" until_ok 10 heard "advertisement from=$address" 2
is "... and say the MAC, although they need not" "$(said "advertisement from=$address" | sed 's/ eth=.*//' | uniq)" \
    "advertisement from=$address to=fd00::100 target=$address flags=SO tlla=$mac"
_must on client ip neigh replace $address lladdr "$(mac_of 1)" dev eth0 nud stale
ok "a client that has learned node 1's own MAC" [ "$(cached)" == "lladdr $(mac_of 1)" ]
right() { on client ping -6 -c 1 -W 1 $address >/dev/null; [ "$(cached)" == "lladdr $mac" ]; }
ok "... learns better as soon as it asks again" until_ok 30 right

# asking

forget
_must on node1 ip neigh flush dev eth0
on node1 ping -6 -c 1 -W 1 -I $address fd00::100 >/dev/null
ok "node 1 asks in the name of the cluster's address" until_ok 10 heard "solicitation from=$address" 1
is "... with the cluster's MAC, from its own interface" "$(said "solicitation from=$address")" \
    "solicitation from=$address to=ff02::1:ff00:100 target=fd00::100 slla=$mac eth=$(mac_of 1)>33:33:ff:00:01:00 in"
_must on node1 ip neigh flush dev eth0
on node1 ping -6 -c 1 -W 1 -I fd00::1 fd00::101 >/dev/null
ok "node 1 asks in its own name" until_ok 10 heard 'target=fd00::101' 1
is "... with its interface's MAC" "$(said 'target=fd00::101')" \
    "solicitation from=fd00::1 to=ff02::1:ff00:101 target=fd00::101 slla=$(mac_of 1) eth=$(mac_of 1)>33:33:ff:00:01:01 in"

# through another interface

_must ip netns add beside
_must on node1 ip link add eth1 type veth peer name eth0 netns beside
_must ip -n node1 link set eth1 up address 02:00:00:00:01:01
_must ip -n node1 addr add $address/128 dev eth1 nodad
_must ip -n beside link set eth0 up address 02:00:00:00:01:02
_must ip -n beside addr add fd00::200/64 dev eth0 nodad
_must ip -n node1 route add fd00::200/128 dev eth1
watch beside
on beside ping -6 -c 1 -W 1 $address >/dev/null
ok "the cluster's address is asked for through another interface" until_ok 10 heard "advertisement from=$address" 1 beside
is "... which answers with its own MAC" "$(said "advertisement from=$address" beside | grep -o 'tlla=[^ ]*')" tlla=02:00:00:00:01:01
_must ip -n node1 link del eth1

# strangers

forget
_must on client ip addr add $address/64 dev eth0
ok "a stranger that wants the address is told that it is taken" until_ok 20 failed client
ok "... node 1 says so in its log" eval "kernel_log | grep -q '$address on eth0: $client, which is no node of this cluster, wants'"
ok "... and both nodes keep it" eval 'has node1 && has node2'
_must on client ip addr del $address/64 dev eth0
on client labnet ndp send --source fe80::1 --target $address --flags 0x20000000 --lladdr 2="$client" ff02::1
ok "of one that says it has it, the log tells as well" until_ok 10 eval "kernel_log | grep -q '$client, which is no node of this cluster, says that it has'"
ok "... and both nodes keep it" eval 'has node1 && has node2'
for node in node1 node2; do _must on $node ip addr del $address/64 dev eth0; done
_must on client ip addr add $address/64 dev eth0 nodad
_must on node1 ip addr add $address/64 dev eth0
ok "a node does not get what a stranger has" until_ok 20 failed node1
_must on client ip addr del $address/64 dev eth0
_must on node1 ip addr del $address/64 dev eth0
for node in node1 node2; do _must on $node ip addr add $address/64 dev eth0 nodad; done

# whatever programs on a node send

forget
stack() { on node1 labnet ndp send --stack --source $address "$@" ff02::1; }
out() { mark node1; said "eth=$(mac_of 1)" | grep " to=ff02::1 target=$address" | sed "s/advertisement from=$address to=ff02::1 target=$address //; s/ eth=.*//"; forget; }
own=$(mac_of 1)
stack --target $address --flags 0x20000000 --lladdr 2="$own"
is "an advertisement gets the cluster's MAC" "$(out)" "flags=O tlla=$mac"
stack --target $address
is "one without a MAC gets it too" "$(out)" "flags=O tlla=$mac"
stack --target $address --lladdr 2="$own" --lladdr 9="$own" --lladdr 2="$own"
is "... and one with two of them, both" "$(out)" "flags= tlla=$mac option9=$own tlla=$mac"
capture client 'ip6[6] = 60'
stack --target $address --extension --lladdr 2="$own"
mark node1
captured client -x >/tmp/behind
is "... and one behind another header" "$(grep -c '0201 3333 0000 0010' /tmp/behind)" 1
forget
stack --target $address --lladdr 2="$own" --option 0200000000000000
stack --target $address --lladdr 2="$own" --option 0202000000000000
stack --target $address --lladdr 2="$own" --option 0201
is "with broken options it does not leave" "$(out)" ''
stack --target fd00::1 --lladdr 2="$own"
mark node1
is "about another address it leaves as it is" "$(said 'target=fd00::1 ' | grep -o 'tlla=.*bad.*\|tlla=[^ ]*')" "tlla=$own"
on node1 labnet ndp send --stack --type 133 --source $address --lladdr 1="$own" ff02::2
mark node1
is "a router is asked with the cluster's MAC" "$(said router-solicitation | grep "from=$address" | grep -o 'slla=[^ ]*')" "slla=$mac"

# rubbish

forget
for type in 133 134 135 136; do
    on node1 labnet ndp send --stack --type $type --source $address --target $address --lladdr 1="$own" --lladdr 2="$own" \
        --lladdr 14="$own" --mutate "$type" --count 300 ff02::1
    on client labnet ndp send --type $type --target $address --lladdr 1="$client" --lladdr 2=$mac --lladdr 14=$mac --mutate "$type" --count 300 $everyone
    on client labnet ndp send --type $type --source fd00::100 --target $address --lladdr 2=$mac --mutate $((type + 4)) --count 300 --eth-dst $mac $address
done
mark node1
nok "in $(grep -c "eth=$own" /tmp/ndp.client) messages of random bytes no checksum was broken" \
    grep -E "eth=$own.*bad-checksum|bad-checksum eth=$own" /tmp/ndp.client
nok "... and no node's own MAC told for the cluster's address" grep -E "advertisement .* target=$address .*tlla=$own.* eth=$own" /tmp/ndp.client
ok "both nodes keep the address" eval 'has node1 && has node2'
_must on client ip neigh flush dev eth0
on client ping -6 -c 1 -W 2 $address >/dev/null
is "the client learns the cluster's MAC" "$(cached)" "lladdr $mac"

# without the rule

for node in node1 node2; do _must on $node ip6tables -t raw -F; done
_must on node2 ip link set eth0 down
forget
_must on client ip neigh flush dev eth0
on client ping -6 -c 1 -W 2 $address >/dev/null
ok "without the rule the client is answered as by any host" until_ok 10 heard "advertisement from=$address" 1
is "... with the interface's MAC" "$(said "advertisement from=$address" | grep -o 'tlla=[^ ]*')" "tlla=$own"

done_testing
