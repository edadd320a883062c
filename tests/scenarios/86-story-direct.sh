#!/bin/bash
# kernels: 6.12 sid
# modules: ours
# servers: real
# limit: 600
# IPVS with direct routing: 10.10.10.22 on the director and on lo of two web
# servers, weights 1 and 3. nfclusterd makes them real servers, so that nobody but
# the director is heard about the address.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/services.sh
. /lab/services.sh
SERVICE=10.10.10.22 SERVICE6=fd10::22
adm() { on director ipvsadm "$@"; }
weights() { adm -L -n -t $SERVICE:80 | awk '/Route/ { print $4 }' | paste -sd ' '; }

lan client director web1 web2 # of which the director is .1
crowd director web1 web2
_must on director sysctl -qw net.ipv4.ip_forward=1
_must ip -n director addr add $SERVICE/32 dev eth0
_must ip -n director addr add $SERVICE6/128 dev eth0 nodad
_must ip -n client route add $SERVICE dev eth0
_must ip -n client route add $SERVICE6 dev eth0
web web1
web web2

# who_has - everybody who answers when the client asks for both addresses
who_has() {
    _must ip -n client neigh flush all
    capture client 'arp or icmp6'
    on client ping -c 1 -W 1 $SERVICE >/dev/null
    on client ping -c 1 -W 1 $SERVICE6 >/dev/null
    captured client -e | grep -E "Reply $SERVICE is-at|neighbor advertisement.*tgt is $SERVICE6" |
        named | sed -E 's/^(\S+) .*(Reply|advertisement).*/\1 \2/' | sort -u | paste -sd ,
}
ip -n web1 addr add $SERVICE/32 dev lo
is 'an address on lo alone is answered for by ARP' "$(who_has)" \
    'director Reply,director advertisement,web1 Reply'
ip -n web1 addr del $SERVICE/32 dev lo

for node in web1 web2; do
    look_after $node <<END
[realserver.www]
address = "$SERVICE"
[realserver.www6]
address = "$SERVICE6"
END
    is "$node has the addresses" "$(ip -n $node -br addr show lo | tr -s ' ' | cut -d ' ' -f 3-)" \
        "127.0.0.1/8 $SERVICE/32 $SERVICE6/128 ::1/128 "
done
is 'now only the director answers' "$(who_has)" 'director Reply,director advertisement'

web_pool() { # NAME SERVICE WEB1 WEB2 WEIGHT: of web2
    cat <<END
[pool.$1]
driver = "ipvs"
service = "tcp $2:80"
scheduler = "wrr"
forward = "dr"
check = { type = "http", path = "/", interval = "1s", timeout = "1s", fall = 2, rise = 2, damping = { window = "0s" } }
backends = [
    { name = "web1", address = "$3", weight = 1 },
    { name = "web2", address = "$4", weight = $5 },
]
END
}
conf() { # WEIGHT: of web2
    web_pool www $SERVICE 192.168.0.2 192.168.0.3 "$1"
    web_pool www6 "[$SERVICE6]" fd00::2 fd00::3 "$1"
}
many() { ask client $SERVICE 80 --say 'GET /' --tally --count "$1" --source 10.9.1.1-10.9.9.250 | _in_a_line; }
many6() { ask client $SERVICE6 80 --say 'GET /' --tally --count "$1" | _in_a_line; }
look_after director < <(conf 3)
# Who asks before waits for each of hundreds in vain.
all_up() { [ "$(adm -L -n | awk '/Route/ { print $4 }' | sort | paste -sd ' ')" == '1 1 3 3' ]; }
ok 'all are up' until_ok 60 all_up
ok 'both serve, 1 to 3' settles many 400 'web1=100 web2=300'
ok 'IPv6 the same' settles many6 40 'web1=10 web2=30'
is 'ipvsadm shows what was set' "$(adm -L -n -t $SERVICE:80 | tail -n +3 | tr -s ' ' | cut -d ' ' -f 2-5 | paste -sd ,)" \
    "$SERVICE:80 wrr,-> 192.168.0.2:80 Route 1,-> 192.168.0.3:80 Route 3"
capture director "src host $SERVICE and tcp"
is 'answers' "$(many 8)" 'web1=2 web2=6'
is 'do not come by the director' "$(captured director | grep -c .)" 0
is 'all the while, nobody else was heard' "$(who_has)" 'director Reply,director advertisement'

# web2 drains: it is told so, and what is open stays
held_by_web2() {
    local number
    for number in 1 2 3; do
        hold "on$number" client $SERVICE 80 --source 10.9.10.$number || return 1
    done
    before=$(open_pages)
    [[ $before == *web2* ]]
}
open_pages() { local number; for number in 1 2 3; do page on$number; done | paste -sd ' '; }
ok 'connections stay open, on web2 too' held_by_web2
look_again director < <(conf 0)
ok 'web2 drains: new ones go to web1' settles many 20 'web1=20'
is 'by weight 0' "$(weights)" '1 0'
is 'what was open goes on where it was' "$(open_pages)" "$before"
look_again director < <(conf 3)
ok 'and it is back' settles many 40 'web1=10 web2=30'
is 'what was open is open still' "$(open_pages)" "$before"

bad_hour() { # WHAT BEGINNING END: of web1
    eval "$2"
    ok "web1 $1: all to web2" settles many 20 'web2=20'
    is "web1 $1: no weight" "$(weights)" '0 3'
    eval "$3"
    ok "web1 $1 no more: 1 to 3 again" settles many 40 'web1=10 web2=30'
}
bad_hour killed 'no_service web1' 'web web1'
bad_hour hung 'hang web1' 'unhang web1'
bad_hour slow 'slow web1 5000' 'slow web1 0'
for number in 1 2 3; do let_go on$number; done
is 'saved and restored it is the same' "$(on director nfcluster ipvs save | on director nfcluster ipvs restore --exact; echo $?)" 1

# a restart changes nothing; no real server any more gives back what was set
look_away web2
is 'its daemon gone, it serves on' "$(many 8)" 'web1=2 web2=6'
look_after web2 </tmp/nfclusterd.web1/conf
look_again web2 </dev/null
is 'no real server any more: the addresses are gone' \
    "$(ip -n web2 -br addr show lo | tr -s ' ' | cut -d ' ' -f 3-)" '127.0.0.1/8 ::1/128 '
is 'and the sysctls as they were' \
    "$(on web2 sysctl -n net.ipv4.conf.{all,lo}.arp_{ignore,announce} | paste -sd ' ')" '0 0 0 0'
for node in director web1 web2; do look_away $node; done
done_testing
