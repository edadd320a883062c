#!/bin/bash
# kernels: 6.12
# modules: ours
# limit: 600
# What nfclusterd tells of what happens: to programs, by mail, to Prometheus, and
# in its file of down times, which outlives it.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/director.sh
. /lab/director.sh

config=/tmp/nfcluster.toml
state=/tmp/state
log=/tmp/daemon.log
downs=$state/down-times.jsonl
metrics=http://127.0.0.1:9799/metrics
daemon=''

write_config() { # MORE-OF-ALERT [MORE]
    cat >$config <<END
[node]
name = "director"

[pool.mail]
driver = "statmark"
check = { type = "tcp", port = 25, interval = "300ms", timeout = "200ms", fall = 2, rise = 2, damping = { window = "0s" } }
backends = [
    { name = "mail1", address = "192.168.0.1", mark = 1 },
    { name = "mail2", address = "192.168.0.2", mark = 2 },
]

[alert]
exec = [ "/tmp/tell", "it" ]
mail = [ "root", "ops@example.org" ]
sendmail = "/tmp/sendmail"
mail_burst = 100
$1

[metrics]
listen = "127.0.0.1:9799"
${2:-}
END
}
start_daemon() {
    : >$log
    ip netns exec director nfclusterd --config $config --socket /tmp/control --state $state >>$log 2>&1 &
    daemon=$!
    until_ok 60 grep -q 'started:' $log
}
scrape() { on director curl -sf --max-time 5 $metrics; }
metric() { scrape | sed -n "s/^nfcluster_$1 //p"; }      # NAME{LABELS}
is_now() { [ "$(metric "$1")" == "$2" ]; }               # NAME{LABELS} VALUE
told() { until_ok 20 grep -qs -- "$1" /tmp/told; }       # what an alert got
mailed() { until_ok 20 grep -qs -- "$1" /tmp/mailed; }
down_times() { grep -c "\"to\":$1" $downs; }
up() { echo "backend_up{pool=\"mail\",backend=\"$1\"}"; }

fill() {
    head -c 131072 /dev/zero >$state/filler 2>/dev/null
    [ "$(wc -c <$state/filler)" -lt 65536 ]
}

cat >/tmp/tell <<'END'
#!/bin/bash
{ echo "call $*"; env | grep -E '^(NFCLUSTER|MON)_' | sort; cat; } >>/tmp/told
END
cat >/tmp/sendmail <<'END'
#!/bin/bash
{ echo "sendmail $*"; cat; } >>/tmp/mailed
END
chmod +x /tmp/tell /tmp/sendmail
mkdir -p $state
_must mount -t tmpfs -o size=64k tmpfs $state # before the daemon has mounts of its own

director 2
load xt_STATMARK
_must on director iptables -t mangle -A PREROUTING -p tcp --dport 25 -j STATMARK --pool mail --backend mark=1 --backend mark=2
serve mail1 --tcp 25
serve mail2 --tcp 25
write_config ''
ok 'the daemon starts' start_daemon
ok 'both are up' until_ok 60 is_now "$(up mail1)" 1
ok 'and the other' until_ok 20 is_now "$(up mail2)" 1
nok 'nobody is told what was so before' test -e /tmp/told

# one dies
rm -f /tmp/told /tmp/mailed
stop_serving mail1
ok 'the program is told that it fell' told '^NFCLUSTER_EVENT=fell'
is 'with its argument' "$(grep ^call /tmp/told)" 'call it'
is 'and all of it' \
    "$(grep -E '^NFCLUSTER_(NODE|POOL|BACKEND|ADDRESS|PORT|STATE|DUTY|UP|TOTAL|COUNT)=' /tmp/told | sed 's/NFCLUSTER_//' | paste -sd ' ')" \
    'ADDRESS=192.168.0.1 BACKEND=mail1 COUNT=1 DUTY=serve NODE=director POOL=mail PORT=25 STATE=down TOTAL=2 UP=1'
ok 'with the reason' grep -q '^NFCLUSTER_REASON=.*refused' /tmp/told
ok 'and a line to read' grep -q 'mail/mail1 (192.168.0.1:25) is down: .*(1 of 2 up)$' /tmp/told
ok 'a mail is sent' mailed 'is down'
is 'to whom it shall' "$(head -n 2 /tmp/mailed | paste -sd ' ')" 'sendmail -i root ops@example.org To: root,'
is 'with a subject' "$(grep ^Subject /tmp/mailed)" 'Subject: director: mail/mail1 is down'
ok 'metrics know' until_ok 5 is_now "$(up mail1)" 0
ok 'and that it fell once' is_now 'backend_falls_total{pool="mail",backend="mail1"}' 1
is 'the down time is open' "$(down_times null) $(tail -n 1 $downs | grep -o '"pool.*"backend":"[a-z0-9]*"')" \
    '1 "pool":"mail","backend":"mail1"'
is 'the log has a line for it' "$(grep -c 'event=fell.*backend=mail1' $log)" 1

# the daemon dies too
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
rm -f /tmp/told
write_config 'convention = "mon"' '
[log]
format = "json"'
ok 'another one starts' start_daemon
ok 'and finds it down' until_ok 20 is_now "$(up mail1)" 0
ok 'and the other up' until_ok 20 is_now "$(up mail2)" 1
is 'the down time is still the same' "$(wc -l <$downs)" 1
serve mail1 --tcp 25
ok 'it comes back' until_ok 20 is_now "$(up mail1)" 1
ended() { [ "$(down_times '"')" == 1 ]; }
ok 'the down time has ended' until_ok 5 ended
is 'it began before the first daemon died' \
    "$(sed -n 1p $downs | cut -d, -f1)" "$(tail -n 1 $downs | cut -d, -f1)"
ok 'programs of mon are told of it' told '^MON_ALERTTYPE=up'
ok 'as mon does' grep -qE '^call -s tcp -g mail -h 192.168.0.1 -t [0-9]+ -u it$' /tmp/told
ok 'the log is JSON' grep -q '"event":"rose","pool":"mail","backend":"mail1"' $log

# kernel counters, and who asks badly
counted() { is_now 'statmark_flows_total{pool="mail",mark="2"}' 0 || [ "$(metric 'statmark_flows_total{pool="mail",mark="2"}')" -gt 0 ]; }
ok "STATMARK's counters are there" counted
printf 'GET /etc/passwd HTTP/1.0\r\n\r\n' | on director nc 127.0.0.1 9799 >/tmp/answer
is 'only metrics are there' "$(head -n 1 /tmp/answer | tr -d '\r')" 'HTTP/1.1 404 Not Found'
head -c 100000 /dev/zero | on director nc 127.0.0.1 9799 >/tmp/answer
is 'what is too much is refused' "$(head -n 1 /tmp/answer | tr -d '\r')" 'HTTP/1.1 431 Request Header Fields Too Large'
ok 'and the next one is served' is_now "$(up mail1)" 1

# rotation, and a full disk
stop_serving mail2
ok 'the other one dies' until_ok 20 is_now "$(up mail2)" 0
mv $downs $downs.1
kill -HUP "$daemon"
ok 'a new file has what is still down' until_ok 10 grep -qs '"to":null.*"backend":"mail2"' $downs
mv $downs $downs.2 # what stands there has room for more
ok 'the disk is full' fill
serve mail2 --tcp 25
ok 'metrics say that the file cannot be written' until_ok 20 is_now down_time_log_failed 1
is 'the log says so once' "$(grep -c 'down times wait' $log)" 1
rm $state/filler
ok 'with room it goes on' until_ok 20 is_now down_time_log_failed 0
ok 'and nothing is lost' grep -q '"to":"20.*"backend":"mail2"' $downs

kill "$daemon"
wait "$daemon"
umount $state
done_testing
