#!/bin/bash
# guest-checks.sh BACKENDS SECONDS DEATHS ROUNDS: what it costs nfclusterd and keepalived to ask
# BACKENDS servers each second by TCP, and how soon the kernel is told of a death, in
# turns, in one boot. Prints lines of
#   who figure value
# This machine is the director; all servers are in a namespace behind one link.
set -euo pipefail

backends=$1 seconds=$2 deaths=$3 rounds=$4
virtual=10.10.10.22:80
dying=192.168.0.3:81
work=/tmp/bench
ours=$work/nfcluster.toml theirs=$work/keepalived.conf

die() {
    echo "$*" >&2
    [ ! -s "$work/log" ] || tail -n 20 "$work/log" >&2
    exit 1
}

# until_is SECONDS WANTED COMMAND... - says so within that time
until_is() {
    local deadline=$((SECONDS + $1)) wanted=$2
    shift 2
    until [ "$("$@")" == "$wanted" ]; do
        [ "$SECONDS" -lt "$deadline" ] || die "$* says $("$@"), not $wanted"
        sleep 0.1
    done
}

# Addresses from 10.9.1.1, 250 of each 256.
address() { echo "10.9.$(($1 / 250 + 1)).$(($1 % 250 + 1))"; }

network() {
    modprobe -a ip_vs ip_vs_rr iptable_raw xt_tcpudp
    ip netns add servers
    ip link add veth0 type veth peer name eth0 netns servers
    ip address add 192.168.0.1/24 dev veth0
    ip link set lo up
    ip link set veth0 up
    ip -n servers address add 192.168.0.2/24 dev eth0
    ip -n servers address add "${dying%:*}/32" dev eth0
    ip -n servers link set lo up
    ip -n servers link set eth0 up
    ip route add 10.9.0.0/16 via 192.168.0.2
    ip -n servers route add local 10.9.0.0/16 dev lo
    in_servers iptables -t raw -A PREROUTING -p tcp --dport 80 --syn
    in_servers labnet serve --name server --tcp 80 >/dev/null 2>&1 &
    until_is 10 1 eval 'in_servers ss -Hltn sport = 80 | grep -c .'
}

in_servers() { ip netns exec servers "$@"; }
asked() { in_servers iptables -t raw -vnxL PREROUTING | awk '/dpt:80/ {print $1}'; }
# How many servers get connections now.
serving() { awk '/->/ && $4 > 0' /proc/net/ip_vs | grep -vc RemoteAddress || :; }

# configure COUNT OURS THEIRS [EXTRA] - the same for both; the words are about time.
# EXTRA is one more server.
configure() {
    local count=$1 rhythm=$2 times=$3 extra=${4:-} each all=() i
    for ((i = 0; i < count; i++)); do all+=("$(address "$i"):80"); done
    [ -z "$extra" ] || all+=("$extra")
    {
        printf '[pool.www]\ndriver = "ipvs"\nservice = "tcp %s"\nscheduler = "rr"\n' "$virtual"
        printf 'forward = "nat"\non_down = "remove"\ncheck = { type = "tcp", %s }\n' "$rhythm"
        printf 'backends = [\n'
        printf '  { address = "%s" },\n' "${all[@]}"
        printf ']\n'
    } >"$ours"
    {
        printf 'global_defs {\n  router_id bench\n}\n'
        printf 'virtual_server %s %s {\n  lvs_sched rr\n  lvs_method NAT\n  protocol TCP\n' \
            "${virtual%:*}" "${virtual#*:}"
        printf '  delay_loop %s\n' "${times%%; *}"
        for each in "${all[@]}"; do
            printf '  real_server %s {\n    weight 1\n    TCP_CHECK {\n      %s\n    }\n  }\n' \
                "${each/:/ }" "${times#*; }"
        done
        printf '}\n'
    } | sed 's/; /\n      /g' >"$theirs"
}

# begin WHO COUNT - until it has asked all of them, and the kernel knows
begin() {
    local count=$2
    ipvsadm -C
    case $1 in
    nfclusterd)
        nfclusterd --config "$ours" --socket "$work/control" --state "$work" >"$work/log" 2>&1 &
        ;;
    keepalived)
        LD_LIBRARY_PATH=/lab/keepalived-lib /lab/keepalived --check --dont-fork --log-console \
            --use-file "$theirs" --pid "$work/pid" --checkers_pid "$work/pid2" >"$work/log" 2>&1 &
        ;;
    esac
    daemon=$!
    until_is 60 "$count" serving
}

end() {
    kill "$daemon"
    wait "$daemon" || :
    ipvsadm -C
}

# The daemon and its children.
processes() { echo "$daemon $(cat "/proc/$daemon/task/$daemon/children")"; }
# Nanoseconds on the processor so far, interrupts that were served meanwhile included.
used() {
    local pid
    for pid in $(processes); do cat /proc/"$pid"/task/*/schedstat; done |
        awk '{sum += $1} END {printf "%.0f\n", sum}'
}
# Kilobytes, what is shared with others counted in part.
memory() {
    local pid
    for pid in $(processes); do cat "/proc/$pid/smaps_rollup"; done |
        awk '/^Pss:/ {sum += $2} END {print sum}'
}
now() { cut -d ' ' -f 1 /proc/uptime | tr -d .; }

say() { printf '%s\t%s\t%s\n' "$@"; }

cost() {
    local who=$1 before asked_before began took
    begin "$who" "$backends"
    # The first round is no usual one.
    sleep 3
    asked_before=$(asked) before=$(used) began=$(now)
    sleep "$seconds"
    took=$(($(now) - began))
    say "$who" cpu "$((($(used) - before) / 10 / took))" # microseconds in a second
    say "$who" asked "$((($(asked) - asked_before) * 100 / took))" # in a second
    say "$who" memory "$(memory)"
    end
}

# Ten that live, and one that dies.
soon() {
    begin "$1" 10
    /lab/dies /run/netns/servers "${dying%:*}" "${dying#*:}" "$deaths" | while read -r time; do
        say "$1" death "$time"
    done
    end
}

# number NAME - of each place in what the daemon says of itself
number() {
    nfcluster status --json --socket "$work/control" | tr -d ' \n' | grep -o "\"$1\":[0-9]*" |
        cut -d : -f 2
}

# One weight of all is another: what the kernel is told, and how many checks of servers
# begin anew.
reload() {
    local changes
    begin nfclusterd "$backends"
    changes=$(number kernel_changes) && number checks >"$work/before"
    sed -i "/\"$(address 0):80\" }/s/ }/, weight = 7 }/" "$ours"
    nfcluster reload --socket "$work/control" >/dev/null
    until_is 20 1 eval "grep -c ' 7 ' /proc/net/ip_vs"
    number checks | paste "$work/before" - >"$work/checks"
    say nfclusterd reload-changes "$(($(number kernel_changes) - changes))"
    say nfclusterd reload-restarts "$(awk '$2 < $1' "$work/checks" | wc -l)"
    end
}

mkdir -p "$work"
network
configure "$backends" 'interval = "1s", timeout = "500ms", jitter = "100ms"' \
    '1; connect_timeout 1; retry 1; delay_before_retry 1'
for ((round = 0; round < rounds; round++)); do
    for who in keepalived nfclusterd; do cost "$who"; done
done
reload
# What waits in vain is not measured: a connection to the dying one is refused.
configure 10 'interval = "200ms", timeout = "100ms", jitter = "0ms", fall = 2, rise = 1, damping = { window = "0s" }' \
    '0.2; connect_timeout 1; retry 1; delay_before_retry 0.2' "$dying"
for who in keepalived nfclusterd; do soon "$who"; done
