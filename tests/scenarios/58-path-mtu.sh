# modules: ours
# kernels: 6.12 sid
# limit: 900
# What routers on the way say goes where the connection lives that they speak of:
# so a path that is narrower than the LAN, and one that becomes so under way, holds
# up nobody, whichever node he has, and while his slot moves neither.
#
#   far --- router --- node1, node2, node3
. /lab/lib.sh
. /lab/thirds.sh

lan router node1 node2 node3
load
with_ours
export BACK_END=nft
_must ip netns add far
_must ip link add wan netns router type veth peer name eth0 netns far
printf '%s\n' 'link set wan up' 'addr add 10.8.0.1/24 dev wan' 'addr add fd08::1/64 dev wan nodad' >/tmp/router
printf '%s\n' 'link set lo up' 'link set eth0 up' 'addr add 10.8.0.2/24 dev eth0' 'addr add fd08::2/64 dev eth0 nodad' \
    'route add default via 10.8.0.1' 'route add default via fd08::1' \
    'route add local 10.9.0.0/16 dev lo' 'route add local fd09::/64 dev lo' >/tmp/far
_must ip -n router -batch /tmp/router
_must ip -n far -batch /tmp/far
_must on router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
for node in "${NODES[@]}"; do
    serve "$node" --tcp 80 --tcp6 80
    _must ip -n "$node" route add 10.9.0.0/16 via 192.168.0.1
    _must ip -n "$node" route add fd09::/64 via fd00::1
done

# path WIDTH - of what goes to the far end; what comes from there may be longer.
path() {
    _must ip -n router route replace 10.9.0.0/16 via 10.8.0.2 mtu "$1"
    _must ip -n router -6 route replace fd09::/64 via fd08::2 mtu "$1"
}
# Nobody remembers how wide the path was.
forget() {
    for node in "${NODES[@]}"; do
        _must ip -n "$node" route flush cache
        _must ip -n "$node" -6 route flush cache
    done
}
count=24 # two each from 12 addresses
sources() { if [[ $1 == *:* ]]; then echo "fd09::${2}1-fd09::${2}c"; else echo "10.9.$2.1-10.9.$2.12"; fi; }
# download ADDRESS NUMBER BYTES - at full width, in the background
download() {
    fetch far "$1" 80 --count $count --source "$(sources "$1" "$2")" --sport 20000 --size "$3" --chunk 20000 --interval 200 \
        --timeout $((20000 * SLOWNESS)) >/tmp/downloads &
    job=$!
}
ends() { awk '{ count[$4]++ } END { for (end in count) print end, count[end] }' /tmp/downloads | sort | paste -sd ' '; }
servers() { cut -d ' ' -f 3 /tmp/downloads | sort -u | paste -sd ' '; }
counted() { on "$1" awk -v name="$2" '{ for (i = 1; i < NF; i++) if ($i == name) sum += $(i + 1) } END { print sum }' /proc/net/nf_clusterip; }
under_way() { [ "$(on far ss -Htn state established dport = :80 | wc -l)" -ge $count ]; }
quiet() { for node in node1 node2 node3; do [ -z "$(on $node ss -Htn sport = :80)" ] || return 1; done; }
narrowed() { on "$1" ip "$2" route show cache table all | grep -q 'mtu 1300'; }

for address in 192.168.0.10 fd00::10; do
    share_thirds $address
    if [[ $address == *:* ]]; then family=-6 icmp=icmpv6 too_long=packet-too-big; else family=-4 icmp=icmp too_long=fragmentation-needed; fi

    path 1300
    download $address 1 200000
    wait "$job"
    is "$address: over a narrow path $count downloads end well" "$(ends)" "complete $count"
    is "$address: ... from all nodes" "$(servers)" 'node1 node2 node3'
    is "$address: ... each from the owner of its slot" "$(cut -d ' ' -f 1-3 /tmp/downloads)" "$(cut -d ' ' -f 1-3 /tmp/downloads | owners)"
    for node in node1 node2 node3; do ok "$address: ... $node has learned how narrow" narrowed "$node" "$family"; done

    # the path narrows under way, while node 2 gives its slots to the others
    path 1500
    forget
    download $address 2 $((1000000 * SLOWNESS))
    ok "$address: $count downloads begin, over a wide path" until_ok 60 under_way
    tell node2 $address 'drain 81-160' && tell node1 $address 'fill 81-120' && tell node3 $address 'fill 121-160'
    kept=$(counted node2 kept)
    path 1300
    ok "$address: under way, it narrows, and node 2, which drains, learns it" until_ok 30 narrowed node2 "$family"
    ok "$address: ... the downloads were still going on" kill -0 "$job"
    wait "$job"
    is "$address: ... they end well" "$(ends)" "complete $count"
    is "$address: ... each where it began" "$(cut -d ' ' -f 1-3 /tmp/downloads)" "$(cut -d ' ' -f 1-3 /tmp/downloads | owners)"
    ok "$address: ... node 2 has kept packets" [ "$(counted node2 kept)" -gt "$kept" ]

    # the control: they depend on what the router says
    path 1500
    forget
    tables="$(tables $address)"
    for node in node1 node2 node3; do _must on "$node" "$tables" -t mangle -A PREROUTING -p "$icmp" "--$icmp-type" "$too_long" -d $address -j DROP; done
    path 1300
    fetch far $address 80 --count $count --source "$(sources $address 3)" --sport 20000 --size 200000 --chunk 20000 --interval 200 \
        --timeout 5000 >/tmp/downloads
    is "$address: if nobody hears the router, all stall" "$(ends)" "stalled $count"
    # What is left of them would keep its namespace while it goes on asking.
    path 1500
    for node in node1 node2 node3; do _must on "$node" "$tables" -t mangle -F; done
    ok "$address: ... until they hear it" until_ok 60 quiet
    withdraw_thirds $address
done

# Datagrams have no connection by which they could be found: the slot of what the
# router quotes is all that there is.
address=fd00::10
path 1300
forget
share_thirds $address
learned=0
for host in $(seq 12); do
    _must ip -n far addr add "fd09::4:$host/128" dev eth0 nodad
    # The first answer is too long; of the second its node knows it.
    until_ok 20 on far ping -6 -c 1 -W 2 -s 1400 -I "fd09::4:$host" $address >/dev/null && learned=$((learned + 1))
done
is "long pings over a narrow path are answered by whatever node" $learned 12
done_testing
