#!/bin/bash
# kernels: 6.12
# modules: ours
# limit: 900
# nfclusterd drives switches, a pool of STATMARK and a service of IPVS from one
# file: servers die, hang and come back; the daemon is killed and started again,
# and loads good files and bad ones.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/director.sh
. /lab/director.sh

config=/tmp/nfcluster.toml
socket=/tmp/control
log=/tmp/daemon.log
daemon=''

control() { on director labnet control $socket "$@"; }
# field NAME - of the daemon's state, the first there is
field() { control '{"do":"status"}' | grep -oE "\"$1\":(\"[^\"]*\"|[0-9a-z]+)" | head -n 1 | cut -d: -f2- | tr -d '"'; }
start_daemon() {
    : >$log
    # Not by `on`: $! is the daemon itself.
    ip netns exec director nfclusterd --config $config --socket $socket --state /tmp/state >>$log 2>&1 &
    daemon=$!
    until_ok 20 grep -q 'started:' $log
}
end_daemon() { # SIGNAL
    kill "-$1" "$daemon"
    wait "$daemon" 2>/dev/null
    return 0
}
write_config() { # WEIGHT-OF-MAIL3 [MORE]
    cat >$config <<END
[pool.mail]
driver = "condition"
check = { type = "banner", port = 25, send = "hello\n", match = "^mail", interval = "1s", timeout = "900ms", fall = 2, rise = 2, damping = { window = "0s" } }
backends = [
    { name = "mail1", address = "192.168.0.1", condition = "mail1up" },
    { name = "mail2", address = "192.168.0.2", condition = "mail2up" },
]

[pool.marks]
driver = "statmark"
check = { type = "tcp", port = 25, interval = "1s", timeout = "900ms", fall = 2, rise = 2, damping = { window = "0s" } }
backends = [
    { name = "mail1", address = "192.168.0.1", mark = 1 },
    { name = "mail2", address = "192.168.0.2", mark = 2 },
]

[pool.web]
driver = "ipvs"
service = "tcp $SERVICE:80"
scheduler = "wrr"
forward = "nat"
check = { type = "tcp", interval = "1s", timeout = "900ms", fall = 2, rise = 2, damping = { window = "0s" } }
backends = [
    { address = "192.168.0.1:80", weight = 2 },
    { address = "192.168.0.3:80", weight = $1 },
]
${2:-}
END
}

pool_row() { on director awk -v mark="$1" '$1 == mark' /proc/net/nf_statmark/marks; }
weight_of() { on director ipvsadm -S -n | sed -nE "s/.* -r $1 .* -w ([0-9]+).*/\\1/p"; }
weight_is() { [ "$(weight_of "$1")" == "$2" ]; }
row_is() { pool_row "$1" | grep -qw "$2"; }
marks_up() { row_is 0x1 up && row_is 0x2 up; }
switches_are() { switch_is mail1up "$1" && switch_is mail2up "$2"; }
weights_are() { weight_is 192.168.0.1:80 "$1" && weight_is 192.168.0.3:80 "$2"; }
# Of each of the six at least one answer is known.
all_asked() { [ "$(control '{"do":"status"}' | grep -oE '"checks":[1-9]' | wc -l)" == 6 ]; }
# All that the daemon owns, without counters.
held() {
    on director sort /proc/net/nf_condition/.set
    on director awk '{ print $1, $2, $3, $4 }' /proc/net/nf_statmark/marks
    on director ipvsadm -S -n
}

director 3
for number in 1 2 3; do
    serve mail$number --tcp 25 --tcp 80
done
mkdir -p /tmp/state
mount -t tmpfs -o size=64k none /tmp/state
write_config 3

exits 0 '' nfclusterd --check --config $config
ok 'it starts where no module is loaded' start_daemon
ok 'it says which' grep -q 'pool mail: the kernel could not be told: no switches here: module xt_condition' $log
ok 'IPVS, which the kernel loads by itself, serves meanwhile' \
    until_ok 30 weights_are 2 3
is 'the state says what is wrong' "$(field problem | cut -d: -f1)" 'no switches here'

ok 'the module of switches loads' load xt_condition
ok 'the module of pools loads' load xt_STATMARK
ok 'the switches are set once they are there' until_ok 60 switches_are 1 1
on director iptables -t mangle -A PREROUTING -d $SERVICE -p tcp --dport 25 -j STATMARK --pool marks --mode nth \
    --backend mark=1
ok 'the pool gets its marks once there is one' until_ok 60 marks_up

# --- servers die, hang and come back
stop_serving mail1
ok 'a dead server: its switch' until_ok 30 switch_is mail1up 0
ok '... its mark drains' until_ok 30 row_is 0x1 drain
ok '... its weight is 0' until_ok 30 weight_is 192.168.0.1:80 0
is '... and the others stay' "$(switch_is mail2up 1 && row_is 0x2 up && weight_of 192.168.0.3:80)" 3
serve mail1 --tcp 25 --tcp 80
ok 'it is back: its switch' until_ok 30 switch_is mail1up 1
ok '... its mark' until_ok 30 row_is 0x1 up
ok '... its weight' until_ok 30 weight_is 192.168.0.1:80 2
# shellcheck disable=SC2086 # a list of process numbers
kill -STOP ${_pids_of[mail2]:-}
ok 'a server that hangs: its switch' until_ok 30 switch_is mail2up 0
ok '... while its port answers' row_is 0x2 up
# shellcheck disable=SC2086
kill -CONT ${_pids_of[mail2]:-}
ok 'and back' until_ok 30 switch_is mail2up 1

# --- the daemon dies
before=$(held)
on director labnet poll --timeout 12000 /proc/net/nf_condition/.set >/tmp/poll &
poll=$!
until_ok 10 grep -q waiting /tmp/poll
end_daemon KILL
is 'the daemon killed: the kernel stays' "$(held)" "$before"
ok 'it starts again' start_daemon
ok 'and has asked everyone' until_ok 20 all_asked
wait "$poll"
is 'nothing was written to the switches' "$(tail -n 1 /tmp/poll)" timeout
is 'all is as it was' "$(held)" "$before"
is 'it changed nothing in the kernel' "$(field kernel_changes)" 0
nok 'nobody was seen to fall or rise' grep -qE 'rose|fell' $log

# --- other files
write_config 5
kill -HUP "$daemon"
ok 'a new weight' until_ok 30 weight_is 192.168.0.3:80 5
is 'is one change' "$(field kernel_changes)" 1
echo 'schedular = "rr"' >>$config
before=$(held)
is 'a bad file is refused with all that is wrong' \
    "$(control '{"do":"reload"}' | grep -oE 'pool.web.schedular.*unknown|bad_input' | sort -u | head -n 1)" bad_input
ok '... and it is in the log' grep -q 'schedular' $log
ok '... with what it means' grep -q 'what was loaded before holds' $log
is '... and nothing changes' "$(held)" "$before"
stop_serving mail3
ok '... and everyone is watched still' until_ok 30 weight_is 192.168.0.3:80 0
serve mail3 --tcp 25 --tcp 80
ok '... and comes back' until_ok 30 weight_is 192.168.0.3:80 5
write_config 5
sed -i '/pool.web/,$d' $config
is 'a file without the service is loaded' "$(control '{"do":"reload"}')" '{"ok":null}'
is '... and the service is gone' "$(on director ipvsadm -S -n)" ''
write_config 3
is 'a file with it again' "$(control '{"do":"reload"}')" '{"ok":null}'
ok '... brings it back' until_ok 30 weights_are 2 3

# --- what people want
is 'drain' "$(control '{"do":"drain","backend":"web/192.168.0.1:80"}')" '{"ok":null}'
is '... at once' "$(weight_of 192.168.0.1:80)" 0
is 'disable' "$(control '{"do":"disable","backend":"mail/mail2"}')" '{"ok":null}'
ok '... at once' switch_is mail2up 0
is 'a name that two pools have wants its pool' \
    "$(control '{"do":"drain","backend":"mail1"}' | grep -o 'more than one pool')" 'more than one pool'
end_daemon TERM
ok 'it ends when it is asked to' grep -q 'the kernel goes on as it is' $log
nok 'and leaves no socket' test -e $socket
before=$(held)
ok 'started again' start_daemon
ok '... it has asked everyone' until_ok 20 all_asked
is '... and what people wanted holds' "$(held)" "$before"
is 'enable' "$(control '{"do":"enable","backend":"web/192.168.0.1:80"}')" '{"ok":null}'
is '... at once' "$(weight_of 192.168.0.1:80)" 2
dd if=/dev/zero of=/tmp/state/full bs=4k 2>/dev/null
is 'the disk is full' \
    "$(control '{"do":"enable","backend":"mail/mail2"}' '{"do":"disable","backend":"mail/mail1"}' |
        grep -c 'No space left on device; nothing was changed')" 2
ok '... and nothing was changed' switches_are 1 0
rm /tmp/state/full
is 'when there is room again it can be told' "$(control '{"do":"enable","backend":"mail/mail2"}')" '{"ok":null}'

# --- the others of this node
switch mail1up=0
ok 'what somebody else changes is set right' until_ok 60 switch_is mail1up 1
ok '... which the log tells' grep -q 'not as we had left it' $log
exits 5 'another nfclusterd' on director nfclusterd --config $config --socket $socket --state /tmp/state
ok 'the first goes on' control '{"do":"status"}'
end_daemon TERM
umount /tmp/state
on director iptables -t mangle -F
done_testing
