#!/bin/bash
# kernels: 6.12 sid
# modules: ours
# servers: real
# limit: 600
# IPVS with NAT: two web servers in turn behind a director that nfclusterd looks
# after, with ipvsadm as the witness; saved, lost and restored.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/director.sh
. /lab/director.sh
# shellcheck source=tests/lab/guest/services.sh
. /lab/services.sh
adm() { on director ipvsadm "$@"; }
weights() { adm -L -n | awk '/Masq/ { print $4 }' | paste -sd ' '; }
# Connections, packets and bytes, as each shows them.
adm_counts() { adm -L -n --stats --exact | awk '$2 ~ /:80$/ { print $3, $4, $5, $6, $7 }'; }
our_counts() { on director nfcluster ipvs --stats | tail -n +2 | awk '{ print $(NF-4), $(NF-3), $(NF-2), $(NF-1), $NF }'; }
counted() { [ "$(adm -L -n --stats --exact | awk '/192.168.0.1/ { print $3 }')" -ge "$1" ]; }

director 2 web
web web1
web web2
look_after director <<END
[ipvs]
timeout_tcp = "10m"
[pool.www]
driver = "ipvs"
service = "tcp $SERVICE:80"
scheduler = "rr"
forward = "nat"
check = { type = "http", path = "/", interval = "1s", timeout = "1s", fall = 2, rise = 2, damping = { window = "0s" } }
backends = [
    { name = "web1", address = "192.168.0.1" },
    { name = "web2", address = "192.168.0.2" },
]
END
both_up() { [ "$(weights)" == '1 1' ]; }
ok 'both are up' until_ok 60 both_up
ok 'both serve, in turn' settles pages 20 'web1=10 web2=10'
is 'ipvsadm shows what was set' "$(adm -L -n | tail -n +4 | tr -s ' ' | cut -d ' ' -f 2-5 | paste -sd ,)" \
    "$SERVICE:80 rr,-> 192.168.0.1:80 Masq 1,-> 192.168.0.2:80 Masq 1"
is 'the timeout of TCP, too' "$(adm -L --timeout)" 'Timeout (tcp tcpfin udp): 600 120 300'
is 'and so do we' "$(on director nfcluster ipvs timeouts)" 'tcp 600 tcpfin 120 udp 300'
ok 'it is changed by hand' on director nfcluster ipvs timeouts --udp 60
is 'as ipvsadm sees' "$(adm -L --timeout)" 'Timeout (tcp tcpfin udp): 600 120 60'
ok 'ipvsadm counts the connections' until_ok 20 counted 10
# A connection's last packets may be on their way.
count_the_same() { [ "$(our_counts)" == "$(adm_counts)" ]; }
ok 'and we count the same' until_ok 20 count_the_same

bad_hour() { # WHAT BEGINNING END: of web2
    eval "$2"
    ok "web2 $1: all to web1" settles pages 6 'web1=6'
    is "web2 $1: ipvsadm shows no weight" "$(weights)" '1 0'
    is "web2 $1: what is open on web1 stays" "$(page stays)" web1
    eval "$3"
    ok "web2 $1 no more: in turn again" settles pages 6 'web1=3 web2=3'
    is "web2 $1 no more: ipvsadm shows its weight" "$(weights)" '1 1'
}
held_by_web1() {
    hold stays client "$SERVICE" 80 && [ "$(page stays)" == web1 ] && return
    let_go stays
    hold stays client "$SERVICE" 80 && [ "$(page stays)" == web1 ]
}
ok 'a connection stays open' held_by_web1
bad_hour killed 'no_service web2' 'web web2'
bad_hour hung 'hang web2' 'unhang web2'
bad_hour slow 'slow web2 5000' 'slow web2 0'
bad_hour 'has nothing but 503' 'no_service web2; web web2 80 503' 'no_service web2; web web2'
let_go stays

# lost, and restored
ok 'the daemon ends' look_away director
ok 'saved' eval 'on director nfcluster ipvs save >/tmp/saved'
is 'ipvsadm saves the same' "$(adm -S -n | tr -s ' ' | sed 's/ $//' | sort)" "$(sed -E 's/ -[xy] [0-9]+//g' /tmp/saved | sort)"
ok 'lost' adm -C
is 'nobody serves' "$(pages 2)" 'refused=2'
ok 'restored' on director nfcluster ipvs restore /tmp/saved
is 'they serve' "$(pages 6)" 'web1=3 web2=3'
ok 'it has counted' until_ok 20 counted 3
before=$(adm -L -n | grep -c .)
cp /tmp/nfclusterd.director/conf /tmp/conf
look_after director </tmp/conf
ok 'the daemon is back, and all is as it was' settles pages 6 'web1=3 web2=3'
is 'no more and no less' "$(adm -L -n | grep -c .)" "$before"
ok 'it has taken over, not made anew: the counters went on' until_ok 20 counted 6
look_away director
done_testing
