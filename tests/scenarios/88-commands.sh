#!/bin/bash
# kernels: 6.12 sid
# modules: ours
# limit: 600
# The commands around nfclusterd: a configuration is checked, its rules are printed and
# run, doctor says what is missing and what mends it until nothing is; then the daemon
# runs, and people see what it sees and tell it what they want.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/director.sh
. /lab/director.sh

director 2
for number in 1 2; do serve mail$number --tcp 25; done
_must ip -n director link add web0 type dummy
_must ip -n director link set web0 up
config=/tmp/nfcluster.toml
socket=/tmp/control
here() { on director "$@"; }
ask_daemon() { here nfcluster "$@" --socket $socket; }
cat >$config <<END
[node]
name = "director"
[cluster.web]
address = "192.168.7.10"
interface = "web0"
slots = 240
hashmode = "sourceip-sourceport"
nodes = { director = { address = "192.168.0.254" }, other = { address = "192.168.0.253" } }
[cluster.six]
address = "fd77::10"
interface = "web0"
slots = 16
nodes = { director = { address = "192.168.0.254" } }
[pool.mail]
driver = "condition"
check = { type = "tcp", port = 25, interval = "300ms", timeout = "200ms", fall = 2, rise = 2 }
backends = [ { name = "mail1", address = "192.168.0.1", condition = "mail1up" }, { name = "mail2", address = "192.168.0.2", condition = "mail2up" } ]
[pool.marks]
driver = "statmark"
check = { type = "tcp", port = 25, interval = "300ms", timeout = "200ms", fall = 2, rise = 2 }
backends = [ { name = "a", address = "192.168.0.1:25", mark = 16 }, { name = "b", address = "192.168.0.2:25", mark = 32, weight = 3 } ]
END

# --- check
sed 's/statmark/statmrak/' $config >/tmp/wrong.toml
exits 2 '/tmp/wrong.toml:' here nfcluster check /tmp/wrong.toml
exits 5 'cannot read /tmp/none' here nfcluster check /tmp/none
load
load xt_condition
load xt_STATMARK
exits 1 'pool.mail: no rule asks the condition "mail1up"' here nfcluster check $config
exits 1 'pool.marks: no rule uses the pool "marks"' here nfcluster check $config
sed 's/web0/web9/' $config >/tmp/wrong.toml
exits 1 'cluster.web.interface "web9": there is none on this node' here nfcluster check /tmp/wrong.toml

# --- rules, by a shell
here nfcluster rules $config --service "mail=tcp $SERVICE:25" --service "marks=tcp $SERVICE:2525" >/tmp/rules
ok 'a shell runs the rules' here sh -e /tmp/rules
here iptables-save >/tmp/saved
here ip6tables-save >/tmp/saved6
has() { grep -qE -- "$1" "${2:-/tmp/saved}"; }
ok 'SHAREDIP stands in raw' has '-A PREROUTING -j SHAREDIP --cluster-ip 192.168.7.10 --cluster-dev web0 .*--total-slots 240 --local-slots none'
ok 'of IPv6 too' has '-A PREROUTING -j SHAREDIP --cluster-ip fd77::10' /tmp/saved6
ok 'STATMARK gives marks' has '-j STATMARK --pool marks .*--backend mark=0x20,weight=3'
ok 'switches are asked' has '--condition "?mail2up"? +-j MARK'
ok 'marks lead to servers' has '--mark 0x20 -j DNAT --to-destination 192.168.0.2:25'
ok 'addresses are there' eval "here ip address show web0 | grep -q 192.168.7.10/32 && here ip address show web0 | grep -q fd77::10/128"
exits 0 'fine' here nfcluster check $config

# --- doctor
examine() { here nfcluster doctor --config "$1" --socket $socket; } # CONFIG
alone() { examine /tmp/none; }
ok 'no address is looked for any more' settled director
exits 0 'this node is healthy' alone
mends() { alone 2>&1 | grep -A 1 -F "$1" | sed -n '2s/^ *//p'; }
mended() { # FINDING - is there, is mended by the command that it names, and is gone
    exits 1 "$1" alone
    mends "$1" >/tmp/mend
    ok "mended by: $(</tmp/mend)" here sh -e /tmp/mend
    exits 0 'this node is healthy' alone
}
_must here ip address del 192.168.7.10/32 dev web0
mended '192.168.7.10: this node has not got the address'
_must here ip link set web0 down
exits 1 'interface web0 is down' alone
_must here ip link set web0 up
_must here ip address replace fd77::10/128 dev web0
settled director
exits 0 'this node is healthy' alone
_must here sysctl -qw net.ipv4.conf.web0.arp_ignore=8
mended '192.168.7.10: arp_ignore 8 answers no ARP request'
exits 1 'nfclusterd does not run here' examine $config

# --- the daemon
exits 5 'nfclusterd does not run here' ask_daemon reload
exits 5 'nfclusterd does not run here' ask_daemon status
mkdir -p /tmp/state
ip netns exec director nfclusterd --config $config --socket $socket --state /tmp/state >/tmp/daemon.log 2>&1 &
daemon=$!
row() { ask_daemon status 2>/dev/null | grep -E " $1 +" | tr -s ' '; }
row_is() { row "$1" | grep -qE "$2"; }
ok 'it runs, and mail1 is up' until_ok 30 row_is mail1 ' mail1 up '
ok 'all four are up' until_ok 30 eval "ask_daemon status | grep -q '4 of 4 backends up'"
all_slots() { here grep -q "^192.168.7.10 .* on 1-240 " /proc/net/nf_clusterip; }
ok 'of two nodes of which one is not there, it takes all slots' until_ok 30 all_slots || diag "$(ask_daemon status)"
exits 0 'this node is healthy' examine $config
ip netns exec director nfcluster events --json --socket $socket >/tmp/events 2>&1 &
listener=$!
listens() { here nfcluster events --count 1 --socket $socket >/tmp/heard 2>&1; }
listens &
heard=$!
follow() { grep -q 'from now on' /tmp/events && grep -q 'from now on' /tmp/heard; }
ok 'both listen' until_ok 20 follow
stop_serving mail2
ok 'mail2 falls' until_ok 30 row_is mail2 ' mail2 down '
ok 'an event says so' until_ok 20 eval 'grep -q "\"kind\":\"fell\"" /tmp/events'
wait $heard
is 'and ends a listener who wants one' "$? $(grep -cE '(mail/mail2|marks/b) is down' /tmp/heard)" '0 1'
is 'the switch follows' "$(on director cat /proc/net/nf_condition/mail2up)" 0
is 'all connections go to mail1' "$(shares 10)" 'mail1=10'
serve mail2 --tcp 25
ok 'mail2 is back' until_ok 30 row_is mail2 ' mail2 up '
exits 0 'marks/a drains' ask_daemon drain marks/a
ok 'status says so' until_ok 10 row_is a ' a drain '
ok 'and the kernel' until_ok 10 eval "on director grep -qE '^0x10 .* drain ' /proc/net/nf_statmark/marks"
exits 0 'marks/a is taken out' ask_daemon disable marks/a
exits 0 'marks/a serves' ask_daemon enable marks/a
ok 'it serves again' until_ok 20 row_is a ' a up '
exits 3 '' ask_daemon drain nobody
exits 0 'the configuration is loaded' ask_daemon reload
sed -i 's/weight = 3/weight = -3/' $config
exits 2 '' ask_daemon reload
exits 0 'the last reload failed' ask_daemon status
exits 1 'the last reload failed' examine $config
exits 0 '"daemon": {' ask_daemon status --json
exits 0 'mail1up' here nfcluster status --kernel
kill $listener $daemon
wait $daemon $listener 2>/dev/null
exits 5 'nfclusterd does not run here' ask_daemon status
done_testing
