#!/bin/bash
# kernels: 6.12 sid
# modules: ours
# servers: real
# limit: 600
# IPVS with tunnels to two web servers in another subnet. nfclusterd makes them
# real servers, and on the director asks them through a tunnel: one whose tunnel is
# gone is out, though it lives.
#
#   client 10.8.0.2 ---- director 10.6.0.1 ---- router ---- web1 10.7.0.1, web2 10.7.0.2
#      \________________________________________/
. /lab/lib.sh
# shellcheck source=tests/lab/guest/services.sh
. /lab/services.sh
SERVICE=10.10.10.22
adm() { on director ipvsadm "$@"; }
weights() { adm -L -n | awk '/Tunnel/ { print $4 }' | paste -sd ' '; }

wire() { # A ADDRESS B ADDRESS
    _must ip link add "to-$3" netns "$1" type veth peer name "to-$1" netns "$3"
    _must ip -n "$1" addr add "$2/24" dev "to-$3"
    _must ip -n "$3" addr add "$4/24" dev "to-$1"
    _must ip -n "$1" link set "to-$3" up
    _must ip -n "$3" link set "to-$1" up
}
for node in client director router web1 web2; do
    _must ip netns add $node
    _must ip -n $node link set lo up
done
wire client 10.8.0.2 director 10.8.0.1
wire client 10.5.0.2 router 10.5.0.254
wire director 10.6.0.1 router 10.6.0.254
wire router 10.7.1.254 web1 10.7.1.1
wire router 10.7.2.254 web2 10.7.2.1
for node in director router; do _must on $node sysctl -qw net.ipv4.ip_forward=1; done
_must ip -n director route add 10.7.0.0/16 via 10.6.0.254
_must ip -n director route add 10.9.0.0/16 via 10.8.0.2
_must ip -n director addr add $SERVICE/32 dev lo
_must ip -n client route add local 10.9.0.0/16 dev lo
_must ip -n client route add $SERVICE via 10.8.0.1
_must ip -n router route add 10.8.0.0/24 via 10.5.0.2
_must ip -n router route add 10.9.0.0/16 via 10.5.0.2
for number in 1 2; do
    _must ip -n web$number route add default via 10.7.$number.254
    # As distributions have it: strict, which the tunnel's own setting has to overcome.
    _must on web$number sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.default.rp_filter=1
    web web$number
    look_after web$number <<END
[realserver.www]
address = "$SERVICE"
tunnel = true
END
    is "web$number has the service's address on its tunnel" \
        "$(ip -n web$number -br -4 addr show tunl0 | awk '{ print $3 }')" "$SERVICE/32"
    # Whom the check asks: on the tunnel only.
    _must ip -n web$number addr add 172.16.0.$number/32 dev tunl0
    _must ip -n director link add check$number type ipip local 10.6.0.1 remote 10.7.$number.1
    _must ip -n director link set check$number up
    _must ip -n director route add 172.16.0.$number dev check$number src 10.6.0.1
done

cat >/tmp/through-tunnel <<'END'
#!/bin/sh
number=${1#10.7.}
echo 'GET /' | nc -w 3 "172.16.0.${number%.1}" 80 | grep -q web
END
chmod 755 /tmp/through-tunnel
look_after director <<END
[pool.www]
driver = "ipvs"
service = "tcp $SERVICE:80"
scheduler = "rr"
forward = "tun"
check = { type = "exec", command = ["/tmp/through-tunnel"], convention = "mon", interval = "4s", timeout = "4s", fall = 2, rise = 1, damping = { window = "0s" } }
backends = [
    { name = "web1", address = "10.7.1.1" },
    { name = "web2", address = "10.7.2.1" },
]
END
both_up() { [ "$(weights)" == '1 1' ]; }
ok 'both are up' until_ok 60 both_up
ok 'both serve, in turn' settles pages 20 'web1=10 web2=10'
is 'ipvsadm shows what was set' "$(adm -L -n | tail -n +4 | tr -s ' ' | cut -d ' ' -f 2-5 | paste -sd ,)" \
    "$SERVICE:80 rr,-> 10.7.1.1:80 Tunnel 1,-> 10.7.2.1:80 Tunnel 1"

on_the_way() { # DEV FILTER: two such packets come by the router
    ip netns exec router timeout 30 tcpdump -Z root -i "$1" -n -c 2 "$2" >/tmp/seen 2>&1 &
    tcpdump=$!
    until_ok 10 grep -q 'listening on' /tmp/seen
    pages 4 >/dev/null
    wait $tcpdump
}
ok 'packets go in a tunnel' on_the_way to-web1 'ip proto 4 and dst host 10.7.1.1'
ok 'and answers go straight to the client' on_the_way to-client "src host $SERVICE"

bad_hour() { # WHAT BEGINNING END: of web2
    eval "$2"
    ok "web2 $1: all to web1" settles pages 6 'web1=6'
    is "web2 $1: no weight" "$(weights)" '1 0'
    eval "$3"
    ok "web2 $1 no more: in turn again" settles pages 6 'web1=3 web2=3'
}
bad_hour killed 'no_service web2' 'web web2'
bad_hour hung 'hang web2' 'unhang web2'
bad_hour slow 'slow web2 5000 to-router' 'slow web2 0 to-router'
bad_hour 'lives, its tunnel is blocked' 'on web2 iptables -A INPUT -p ipencap -j DROP' \
    'on web2 iptables -D INPUT -p ipencap -j DROP'
is 'saved and restored it is the same' "$(on director nfcluster ipvs save | on director nfcluster ipvs restore --exact; echo $?)" 1

# no real server any more
_must ip -n web1 addr add 10.99.0.1/32 dev lo # not ours
look_again web1 </dev/null
is 'what was set is taken back' "$(ip -n web1 -br -4 addr show tunl0 | tr -s ' ')" 'tunl0@NONE DOWN 172.16.0.1/32 '
is 'sysctls, too' "$(on web1 sysctl -n net.ipv4.conf.all.arp_ignore net.ipv4.conf.all.arp_announce | paste -sd ' ')" '0 0'
is 'and nothing else' "$(ip -n web1 -br -4 addr show lo | tr -s ' ')" 'lo UNKNOWN 127.0.0.1/8 10.99.0.1/32 '
ok 'so it is out' settles pages 6 'web2=6'
for node in director web1 web2; do look_away $node; done
done_testing
