# shellcheck shell=bash
# Servers that stand behind node1 and node2, which pass on what comes to a shared
# address; after lib.sh.

# serve_behind ADDRESS - node1's server is back1, node2's back2; each says its node's name
serve_behind() {
    local number node back
    for number in 1 2; do
        node=node$number back=back$number
        _must ip netns add $back
        _must ip link add in0 netns $node type veth peer name eth0 netns $back
        _must ip -n $node addr add 10.1.$number.1/24 dev in0
        _must ip -n $node link set in0 up
        _must ip -n $back addr add 10.1.$number.2/24 dev eth0
        _must ip -n $back link set eth0 up
        _must ip -n $back link set lo up
        _must ip -n $back route add default via 10.1.$number.1
        _must on $node sysctl -qw net.ipv4.ip_forward=1
        _must on $node iptables -t nat -A PREROUTING -d "$1" -p tcp -j DNAT --to-destination 10.1.$number.2
        _must on $node iptables -t nat -A PREROUTING -d "$1" -p udp -j DNAT --to-destination 10.1.$number.2
        _must on $node conntrack -F
        ip netns exec $back labnet serve --name $node --tcp 80 --udp 53 >/tmp/$back &
        ok "a server behind $node" until_ok 10 grep -q ready /tmp/$back
    done
}
