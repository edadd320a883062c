#!/bin/bash
# kernels: 6.12
# modules: ours
# servers: real
# limit: 600
# nfclusterd as its packages start it: by systemd, in the cage of its unit, where it may
# still do all that its file says. systemd is the first process of a namespace of its own.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/director.sh
. /lab/director.sh

director 2
for number in 1 2; do serve mail$number --tcp 25; done
load xt_condition
load xt_STATMARK
{ modprobe ip_vs && modprobe ip_vs_wrr; } || bail 'no IPVS'
_must on director iptables -t mangle -A PREROUTING -d $SERVICE -p tcp --dport 25 -j STATMARK \
    --pool marks --mode nth --backend mark=1 --backend mark=2

# --- a machine as its administrator leaves it
unit=nfclusterd.service
_must mkdir -p /etc/nfcluster "/run/systemd/system/$unit.d" /var/lib \
    /etc/corosync /var/lib/corosync /var/log/corosync
cat >/etc/nfcluster/nfcluster.toml <<END
[node]
name = "director"
[cluster.shared]
address = "192.168.0.200"
interface = "lan"
slots = 4
nodes = { director = { address = "192.168.0.254" } }
[cluster.ordered]
address = "192.168.0.201"
interface = "lan"
slots = 4
membership = "corosync"
nodes = { director = { address = "192.168.0.254" } }
[ipvs]
timeout_tcp = "15m"
[realserver.www]
address = "10.10.10.22"
[alert]
exec = "/etc/nfcluster/alert"
[pool.mail]
driver = "condition"
check = { type = "exec", command = ["/etc/nfcluster/asks", "192.168.0.2"], interval = "1s", timeout = "900ms", fall = 4, rise = 2, damping = { window = "0s" } }
backends = [ { name = "mail2", address = "192.168.0.2", condition = "mail2up" } ]
[pool.marks]
driver = "statmark"
check = { type = "icmp", interval = "1s", timeout = "900ms", fall = 4, rise = 2, damping = { window = "0s" } }
backends = [ { name = "mail1", address = "192.168.0.1", mark = 1 }, { name = "mail2", address = "192.168.0.2", mark = 2 } ]
[pool.web]
driver = "ipvs"
service = "tcp $SERVICE:80"
scheduler = "wrr"
forward = "nat"
check = { type = "tcp", port = 25, interval = "1s", timeout = "900ms", fall = 4, rise = 2, damping = { window = "0s" } }
backends = [ { address = "192.168.0.1:80", weight = 2 }, { address = "192.168.0.2:80", weight = 3 } ]
END
cat >/etc/nfcluster/alert <<'END'
#!/bin/sh
env >>/var/lib/nfcluster/told
touch /etc/nfcluster/broken-out /root/broken-out 2>/dev/null || true
END
cat >/etc/nfcluster/asks <<'END'
#!/bin/sh
echo | nc -w 1 "$1" 25 | grep -q mail
END
chmod +x /etc/nfcluster/alert /etc/nfcluster/asks
cat >/etc/corosync/corosync.conf <<'END'
totem {
    version: 2
    cluster_name: cage
    transport: knet
    token: 500
    consensus: 600
}
nodelist {
    node {
        name: director
        nodeid: 1
        ring0_addr: 192.168.0.254
    }
}
quorum {
    provider: corosync_votequorum
}
system {
    allow_knet_handle_fallback: yes
}
logging {
    to_stderr: yes
    to_syslog: no
}
END
printf '[Service]\nEnvironment=XTABLES_LIBDIR=%s\nWatchdogSec=3\nStandardError=file:/run/daemon.log\nStandardOutput=inherit\n' "$XTABLES_LIBDIR" >"/run/systemd/system/$unit.d/watchdog.conf"

# --- systemd
cat >/tmp/boot <<'END'
# The first root of all cannot be left, as the unit wants to: a root on top of it can.
mkdir -p /run/root && mount --bind / /run/root && cd /run/root && mount --move . / && exec chroot . sh -c '
    mount -t proc proc /proc && mount -t sysfs sys /sys && mount -t cgroup2 cgroup /sys/fs/cgroup &&
    mount -t devtmpfs dev /dev && mount -t tmpfs run /run && mount -t tmpfs tmp /tmp &&
    mkdir -p /run/systemd/system && cp -r /etc/nfcluster/drop-in /run/systemd/system/nfclusterd.service.d &&
    exec env -i container=lab PATH=/usr/sbin:/usr/bin /usr/lib/systemd/systemd \
        --unit=basic.target --log-target=console --show-status=no'
END
_must mv "/run/systemd/system/$unit.d" /etc/nfcluster/drop-in
ip netns exec director unshare -p -f -m sh /tmp/boot >/tmp/systemd.log 2>&1 &
systemd=$!
first_of() { tr -d ' ' <"/proc/$systemd/task/$systemd/children"; }
inside() { nsenter -t "$(first_of)" -m -n -p "$@"; }
runs() { inside systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'; }
ok 'systemd runs' until_ok 60 runs || bail "$(tail -n 20 /tmp/systemd.log)"

corosync() { inside env LD_LIBRARY_PATH=/lab/corosync/lib "/lab/corosync/corosync$1" "${@:2}"; }
corosync '' -f >/tmp/corosync.log 2>&1 &
corosync=$!
quorate() { corosync -quorumtool -s 2>/dev/null | grep -q 'Quorate:.*Yes'; }
ok 'Corosync runs' until_ok 60 quorate || diag "$(tail -n 20 /tmp/corosync.log)"

property() { inside systemctl show -P "$1" $unit; }
active() { [ "$(property ActiveState)" == active ]; }
ok 'it starts the daemon, which says that it is ready' inside systemctl start $unit || diag "$(tail -n 20 /tmp/systemd.log)"
ok 'it is active' active
main() { property MainPID; }
of_daemon() { inside cat "/proc/$(main)/status" | awk -v name="$1:" '$1 == name { print $2 }'; }
is 'it may change the network, and use raw sockets, and no more' "$(of_daemon CapEff)" 0000000000003000
is 'nor may what it starts' "$(of_daemon CapBnd) $(of_daemon NoNewPrivs) $(of_daemon Seccomp)" '0000000000003000 1 2'

# --- what its file says
marks_up() { [ "$(on director grep -c '^0x.* up ' /proc/net/nf_statmark/marks)" == 2 ]; }
weights() { on director ipvsadm -S -n | sed -nE 's/.* -w ([0-9]+).*/\1/p' | paste -sd ' '; }
weights_are() { [ "$(weights)" == "$1" ]; }
ok 'the switch is on' until_ok 30 switch_is mail2up 1
ok 'the pool serves' until_ok 30 marks_up
ok 'IPVS has its servers' until_ok 30 weights_are '2 3'
ok 'IPVS has its timeouts' eval 'on director ipvsadm -L --timeout | grep -q ": 900 "'
ok 'the address is on lo' eval 'on director ip address show lo | grep -q 10.10.10.22/32'
shared() { on director iptables -t raw -S PREROUTING | grep -q 'SHAREDIP --cluster-ip 192.168.0.200 ' && ip -n director addr show lan | grep -q 192.168.0.200/32; }
ok 'a shared address has its rule, and is there' until_ok 20 shared || diag "$(inside cat /run/daemon.log)"
has() { on director grep -q "^192.168.0.201 .* on $1 " /proc/net/nf_clusterip; }
ok 'so has one of which Corosync tells' until_ok 20 has 1-4 || diag "$(inside nfcluster status)"
is 'nobody is told of it by ARP' "$(on director sysctl -n net.ipv4.conf.all.arp_ignore net.ipv4.conf.all.arp_announce | paste -sd ' ')" '1 2'
inside nfcluster status >/tmp/status 2>&1
ok 'status asks it, and has nothing to complain of' eval 'grep -q "5 of 5 backends up" /tmp/status && ! grep -iE "not|fail|problem|denied" /tmp/status'
diag "$(cat /tmp/status)"

# --- Corosync hangs: the daemon does not
signal_corosync() { inside sh -c "kill -$1 \$(pidof corosync)"; }
signal_corosync STOP
ok 'Corosync hangs: its slots are given up' until_ok 20 has none
alone_until=$((SECONDS + 5)) # a daemon that waits would be ended by its watchdog
goes_on() {
    while [ $SECONDS -lt $alone_until ]; do
        inside nfcluster status | grep -q 'Corosync: it does not answer' || return 1
    done
    [ "$(property NRestarts)" == 0 ]
}
ok 'the daemon says so, and goes on' goes_on || diag "$(inside cat /run/daemon.log)"
signal_corosync CONT
ok 'Corosync goes on: they are back' until_ok 20 has 1-4

stop_serving mail2
ok 'a server falls: the switch' until_ok 30 switch_is mail2up 0
ok '... and IPVS' until_ok 30 weights_are '2 0'
told() { inside grep -qsE 'NFCLUSTER_(EVENT=fell|FELL=[1-9])' /var/lib/nfcluster/told; }
ok 'somebody is told' until_ok 20 told || diag "$(inside cat /run/daemon.log; inside ls -la /var/lib/nfcluster)"
ok 'who could write nowhere else' eval '! ls /etc/nfcluster/broken-out /root/broken-out 2>/dev/null'
serve mail2 --tcp 25
ok 'it is back' until_ok 30 weights_are '2 3'

# --- its life
sed -i 's/weight = 3/weight = 5/' /etc/nfcluster/nfcluster.toml
ok 'systemd reloads it' inside systemctl reload $unit
ok 'IPVS is told' until_ok 20 weights_are '2 5'
old=$(main)
is 'it is the same' "$(inside systemctl is-active $unit) $(property NRestarts)" 'active 0'
inside kill -STOP "$old"
restarted() { [ "$(property NRestarts)" -ge 1 ] && active && [ "$(main)" != "$old" ]; }
ok 'who does not stir is started again' until_ok 40 restarted
is 'what serves goes on' "$(weights) $(on director cat /proc/net/nf_condition/mail2up)" '2 5 1'
ok 'it is ended' inside systemctl stop $unit
is 'and well' "$(property Result)" success
is 'what serves goes on' "$(weights) $(on director cat /proc/net/nf_condition/mail2up)" '2 5 1'
kill -KILL "$(first_of)"
wait $systemd $corosync 2>/dev/null
rm -rf /etc/nfcluster /var/lib/nfcluster /etc/corosync /var/lib/corosync /var/log/corosync
done_testing
