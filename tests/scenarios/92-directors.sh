#!/bin/bash
# kernels: 6.12
# modules: ours
# servers: real
# limit: 400
# Two directors with IPVS behind one address, keepalived's classic: one slot makes one of
# them active, more make both. They tell each other of their connections, so what goes
# through a director that dies lives on through the other.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/services.sh
. /lab/services.sh
with_ours
SERVICE=10.10.10.22
adm() { on "$1" ipvsadm "${@:2}"; }
ctl() { nfcluster "${@:2}" --socket "/tmp/nfclusterd.$1/socket"; }

lan client dir1 dir2 web1 web2
crowd dir1 dir2 web1 web2
load ipt_CLUSTERIP
adm dir1 -L -n >/dev/null # IPVS has its sysctls once it is loaded
for node in dir1 dir2; do
    # Every fourth packet of a connection tells of it again.
    _must on $node sysctl -qw net.ipv4.ip_forward=1 net.ipv4.vs.sync_threshold='3 4'
done
_must ip -n client route add $SERVICE dev eth0
for node in web1 web2; do
    serve $node --tcp 80
    look_after $node < <(printf '[realserver.www]\naddress = "%s"\n' $SERVICE)
done

conf() { # NODE SLOTS
    cat <<END
[node]
name = "$1"
[cluster.www]
address = "$SERVICE"
interface = "eth0"
slots = $2
hashmode = "sourceip-sourceport"
nodes = { dir1 = { address = "192.168.0.1" }, dir2 = { address = "192.168.0.2" } }
heartbeat = { interval = "100ms", dead_after = "500ms" }
handover_limit = "0s"
ipvs_sync = { interface = "eth0", id = 7 }
[pool.www]
driver = "ipvs"
service = "tcp $SERVICE:80"
scheduler = "rr"
forward = "dr"
check = { type = "tcp", interval = "500ms", timeout = "500ms", fall = 2, rise = 2 }
backends = [ { name = "web1", address = "192.168.0.3" }, { name = "web2", address = "192.168.0.4" } ]
END
}
slots_of() { on "$1" sed -nE "s/^$SERVICE .* on ([^ ]+) .*/\1/p" /proc/net/nf_clusterip; }
both() { echo "$(slots_of dir1) $(slots_of dir2)"; }
are() { [ "$(both)" == "$1" ]; }
all_up() { [ "$(adm "$1" -L -n | grep -c 'Route.* 1 ')" == 2 ]; }
many() { ask client $SERVICE 80 --tally --count "$1" --source 10.9.1.1-10.9.9.250 | _in_a_line; }
connections() { adm "$1" -L -n -c | grep -c "ESTABLISHED $2\."; } # NODE SOURCES

look_after dir1 < <(conf dir1 1)
ok 'whoever is alone is active' until_ok 30 eval '[ "$(slots_of dir1)" == 1 ]'
look_after dir2 < <(conf dir2 1)
ok 'the other stands by' until_ok 30 are '1 none' || diag "$(both)" "$(tail -n 20 /tmp/nfclusterd.dir*/log)"
ok 'both know the servers' until_ok 30 eval 'all_up dir1 && all_up dir2'
is 'clients are served, in turn' "$(many 40)" 'web1=20 web2=20'
ok 'both tell and hear of connections' eval "[ \"\$(adm dir1 -L --daemon | grep -c 'syncid=7')\" == 2 ] && [ \"\$(adm dir2 -L --daemon | grep -c 'syncid=7')\" == 2 ]"

COUNT=100
downloads() { # SOURCES: by the first three numbers
    fetch client $SERVICE 80 --count $COUNT --size 12000 --chunk 300 --interval 500 \
        --timeout 30000 --source "$1.1-$1.$COUNT" >/tmp/fetched
}
complete() { awk '$4 == "complete" { n++ } END { print n + 0 }' /tmp/fetched; }
knows() { [ "$(connections "$1" "$2")" == $COUNT ]; } # NODE SOURCES

# --- the active one dies, under long connections
downloads 10.9.20 &
fetching=$!
ok "$COUNT long connections go through dir1" until_ok 20 knows dir1 10.9.20
ok 'and dir2 has heard of them' until_ok 20 knows dir2 10.9.20 || diag "$(connections dir2 10.9.20)"
kill -KILL "${_daemon_of[dir1]}"
_must ip -n dir1 link set eth0 down
ok 'dir1 dies: dir2 is active' until_ok 20 eval '[ "$(slots_of dir2)" == 1 ]'
is 'new clients are served' "$(many 40)" 'web1=20 web2=20'
wait $fetching
is 'all long connections have lived on' "$(complete)" $COUNT || diag "$(sort -k4 /tmp/fetched | head -n 5)"

# --- it comes back; a slot moves at once, with all its connections
downloads 10.9.21 &
fetching=$!
ok 'as many go through dir2' until_ok 20 knows dir2 10.9.21
tell dir1 $SERVICE -1 # as in a machine that boots
_must ip -n dir1 link set eth0 up
_must ip -n dir1 route replace 10.9.0.0/16 via 192.168.0.100
look_after dir1 < <(conf dir1 1)
ok 'dir1 is back, and is told of what goes on' until_ok 30 eval 'ctl dir1 status | grep -q "dir2 .* up"'
is 'nothing moves back without need' "$(both)" 'none 1'
ok 'and of their connections' until_ok 30 knows dir1 10.9.21 || diag "$(connections dir1 10.9.21)"
_must ctl dir2 drain dir2
ok 'dir2 is drained: dir1 is active' until_ok 20 are '1 none'
wait $fetching
is 'all long connections have lived on again' "$(complete)" $COUNT || diag "$(sort -k4 /tmp/fetched | head -n 5)"
_must ctl dir1 return dir2

# --- more slots: both are active
for node in dir1 dir2; do look_again $node < <(conf $node 8); done
each_has_half() { [ "$(slots_of dir1 | tr ',' '\n' | awk -F- '{ n += $NF - $1 + 1 } END { print n }')" == 4 ] && [ "$(slots_of dir2 | tr ',' '\n' | awk -F- '{ n += $NF - $1 + 1 } END { print n }')" == 4 ]; }
ok 'with eight slots both are active' until_ok 30 each_has_half || diag "$(both)" "$(ctl dir1 status)"
is 'and clients are served' "$(many 80 | tr ' ' '\n' | awk -F= '{ n += $2 } END { print n }')" 80
passed() { adm "$1" -L -n --stats | awk '/^TCP/ { print $3 }'; } # connections
ok 'through both' eval '[ "$(passed dir1)" != 0 ] && [ "$(passed dir2)" != 0 ]' ||
    diag "$(passed dir1) $(passed dir2)" "$(both)"
for node in dir1 dir2 web1 web2; do look_away $node; done
done_testing
