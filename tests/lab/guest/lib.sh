# shellcheck shell=bash
# The words scenarios are told in; docs/architecture.md lists them. Everything
# runs in the scenario's own shell, so what a command sets stays set.
#
# $MODULE is ours or intree, $KERNEL the lab's name of the kernel, $SLOWNESS the
# factor by which time limits grow on the debug kernel. `iptables` is
# iptables-legacy, as on the nodes that use CLUSTERIP.

export PATH=/usr/sbin:/usr/bin:/sbin:/bin
: "${MODULE:=ours}" "${KERNEL:=}" "${SLOWNESS:=1}"
_count=0
_out=/tmp/.output
_nodes=()
_names='' # a sed script: MAC addresses to the names of nodes

# --- results

_report() { # WORD DESCRIPTION
    _count=$((_count + 1))
    printf '%s %d - %s\n' "$1" "$_count" "$2"
}

diag() { printf '%s\n' "$*" | sed 's/^/# /'; }

_show() { sed 's/^/#   /' "$_out" | head -n 60; }

# ok DESCRIPTION COMMAND... - the command must succeed
ok() {
    local description=$1 status
    shift
    "$@" >"$_out" 2>&1
    status=$?
    if [ "$status" -eq 0 ]; then
        _report ok "$description"
        return 0
    fi
    _report 'not ok' "$description"
    diag "status $status from: $*"
    _show
    return 1
}

# nok DESCRIPTION COMMAND... - the command must fail, but not by a signal or
# because there is no such command
nok() {
    local description=$1 status
    shift
    "$@" >"$_out" 2>&1
    status=$?
    if [ "$status" -gt 0 ] && [ "$status" -lt 126 ]; then
        _report ok "$description"
        return 0
    fi
    _report 'not ok' "$description"
    diag "status $status, a failure was wanted, from: $*"
    _show
    return 1
}

# is DESCRIPTION GOT WANTED
is() {
    if [ "$2" == "$3" ]; then
        _report ok "$1"
        return 0
    fi
    _report 'not ok' "$1"
    if [[ $2$3 == *$'\n'* ]]; then
        diag "$(diff -U 0 -L wanted -L got <(echo "$3") <(echo "$2") | head -n 60)"
    else
        diag "got:    $2"
        diag "wanted: $3"
    fi
    return 1
}

# fails_with TEXT COMMAND... - it must fail and say TEXT on its stderr
fails_with() {
    local text=$1 status
    shift
    "$@" 2>"$_out" >/dev/null
    status=$?
    if [ "$status" -gt 0 ] && [ "$status" -lt 126 ] && grep -qF -- "$text" "$_out"; then
        _report ok "$text: $*"
        return 0
    fi
    _report 'not ok' "$text: $*"
    diag "status $status, its stderr:"
    _show
    return 1
}

# exits STATUS TEXT COMMAND... - it must exit so, and say so on stdout or stderr
exits() {
    local wanted=$1 text=$2 status
    shift 2
    "$@" >"$_out" 2>&1
    status=$?
    is "exit status $wanted: $(printf %.100s "$*")" "$status: $(grep -oF -m 1 -- "$text" "$_out")" \
        "$wanted: $text" || _show
}

# plan COUNT, or done_testing at the end: one of both, or the scenario fails
plan() { printf '1..%d\n' "$1"; }
done_testing() { plan "$_count"; }

# bail REASON - nothing after this would mean anything
bail() {
    printf 'Bail out! %s\n' "$*"
    exit 1
}

# _must COMMAND... - the ground a scenario stands on
_must() {
    "$@" >"$_out" 2>&1 && return 0
    _show
    bail "failed: $*"
}

# until_ok SECONDS COMMAND... - again and again until it succeeds or time is up
until_ok() {
    local deadline=$((SECONDS + $1 * SLOWNESS))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}

# soon COMMAND... - it succeeds now; with the original, within ten seconds: that
# leaves a multicast group later, from an RCU callback
soon() {
    if [ "$MODULE" == ours ]; then "$@"; else until_ok 10 "$@"; fi
}

# --- the network

# lan NODE... - a network namespace each, eth0 of all on one switch that knows
# nothing of multicast groups and so floods. 192.168.0.1, .2, ... in order, and
# fd00::1, ::2, ...; the node called client gets .100 and ::100. MAC addresses end
# in the same number.
#
# A machine that stands still for a second has all that was sent meanwhile to receive
# at once. What a full queue refuses, TCP does not take for lost: a SYN-ACK that cannot
# be sent again ends its request, and the client that has heard the first one is reset.
lan() {
    local node number=0 host
    echo 20000 >/proc/sys/net/core/netdev_max_backlog
    printf '%s\n' 'link add br0 type bridge forward_delay 0 mcast_snooping 0' \
        'link set br0 up' >/tmp/.lan
    for node in "$@"; do
        if [ "$node" == client ]; then host=100; else host=$((number += 1)); fi
        printf 'netns add %s\n' "$node"
        printf 'link add sw-%s master br0 type veth peer name eth0 address %s netns %s\n' \
            "$node" "$(mac_of "$host")" "$node"
        printf 'link set sw-%s up\n' "$node"
        printf '%s\n' 'link set lo up' 'link set eth0 up' \
            "address add 192.168.0.$host/24 dev eth0" \
            "address add fd00::$host/64 dev eth0 nodad" >"/tmp/.lan.$node"
        _nodes+=("$node")
        _names+="s/$(mac_of "$host")/$node/g;"
    done >>/tmp/.lan
    _must ip -batch /tmp/.lan
    for node in "$@"; do
        _must ip -n "$node" -batch "/tmp/.lan.$node"
    done
}

# mac_of HOST-NUMBER - the MAC address of that node's eth0
mac_of() { printf '02:00:00:00:00:%02x' "$1"; }

# in_order NODE... - one processor handles what they receive, as one does all of a
# flow behind a real network card. Else what is queued for a neighbour, or sent again
# by a timer, is handled on another one and overtaken. (The debug kernel cannot.)
in_order() {
    local node
    [ -e /sys/class/net/br0/queues/rx-0/rps_cpus ] || return 0
    for node; do
        echo 1 >"/sys/class/net/sw-$node/queues/rx-0/rps_cpus"
        _must on "$node" bash -c 'echo 1 >/sys/class/net/eth0/queues/rx-0/rps_cpus'
    done
}

# on NODE COMMAND... - runs it there
on() { ip netns exec "$@"; }

# nicely NODE COMMAND... & - for traffic to test under: it fills the time that
# the others leave. The process is $! itself.
nicely() {
    renice -n 19 -p "$BASHPID" >/dev/null && exec ip netns exec "$@"
}

# serve NODE OPTIONS... - `labnet serve` there, named as the node; returns when
# it listens. OPTIONS are --tcp, --tcp6, --udp, --udp6 PORT, several of each.
serve() {
    local node=$1 log
    shift
    log=$(mktemp "/tmp/serve.$node.XXXXXX")
    ip netns exec "$node" labnet serve --name "$node" "$@" >"$log" 2>&1 &
    _pids_of[$node]="${_pids_of[$node]:-} $!"
    until_ok 10 grep -q ready "$log" || bail "$node does not serve: $(cat "$log")"
}

# stop_serving NODE - ends every `serve` of that node
declare -A _pids_of=()
stop_serving() {
    # shellcheck disable=SC2086 # a list of process numbers
    kill ${_pids_of[$1]}
    # shellcheck disable=SC2086
    wait ${_pids_of[$1]} 2>/dev/null
    unset "_pids_of[$1]"
}

# ask NODE ADDRESS PORT OPTIONS... - `labnet ask` from there. On one processor:
# before 6.18 a server may reset a connection whose first data overtakes, on
# another processor, the end of its handshake (inet_ehash_insert).
ask() {
    local node=$1
    shift
    ip netns exec "$node" taskset 1 labnet ask "$@"
}

# fetch NODE ADDRESS PORT OPTIONS... - `labnet fetch` from there: long downloads,
# on one processor for the same reason
fetch() {
    local node=$1
    shift
    ip netns exec "$node" taskset 1 labnet fetch "$@"
}

# hold NAME NODE ADDRESS PORT OPTIONS... - opens a connection that stays, called
# NAME: `labnet hold`. begin NAME ... waits for nothing, connected NAME does then.
# say NAME TEXT speaks on it, hear NAME SECONDS sets $HEARD to the next line that
# comes, answer_to NAME TEXT does both and prints it.
declare -A _holder_of=() _mouth_of=() _ear_of=()
hold() { begin "$@" && connected "$1"; }
begin() {
    local name=$1 node=$2 mouth ear
    shift 2
    mkfifo "/tmp/mouth.$name" "/tmp/ear.$name"
    exec {mouth}<>"/tmp/mouth.$name" {ear}<>"/tmp/ear.$name"
    rm -f "/tmp/mouth.$name" "/tmp/ear.$name"
    ip netns exec "$node" labnet hold "$@" <&"$mouth" >&"$ear" &
    _holder_of[$name]=$! _mouth_of[$name]=$mouth _ear_of[$name]=$ear
}
connected() { hear "$1" 20 && [ "$HEARD" == connected ]; }
say() { echo "$2" >&"${_mouth_of[$1]}"; }
hear() { read -r -t $(($2 * SLOWNESS)) -u "${_ear_of[$1]}" HEARD || return 1; }
answer_to() { say "$1" "$2" && hear "$1" 30 && echo "$HEARD"; }

# let_go NAME - ends it
let_go() {
    local mouth=${_mouth_of[$1]} ear=${_ear_of[$1]}
    kill "${_holder_of[$1]}" 2>/dev/null
    wait "${_holder_of[$1]}" 2>/dev/null
    exec {mouth}>&- {ear}>&-
    unset "_holder_of[$1]" "_mouth_of[$1]" "_ear_of[$1]"
}

# capture NODE FILTER... - records what eth0 of the node sees, until captured.
# One capture a node at a time.
capture() {
    local node=$1
    shift
    : >"/tmp/capture.$node.log" # not what an earlier one said
    ip netns exec "$node" tcpdump -Z root -i eth0 -U --immediate-mode -s 0 -n \
        -w "/tmp/capture.$node.pcap" "$@" 2>"/tmp/capture.$node.log" &
    _capture_of[$node]=$!
    until_ok 10 grep -q 'listening on' "/tmp/capture.$node.log" ||
        bail "tcpdump on $node: $(cat "/tmp/capture.$node.log")"
}

# captured NODE [TCPDUMP-OPTION...] - ends the recording and prints it, as
# `tcpdump -r` does; again and again if wanted
declare -A _capture_of=()
captured() {
    local node=$1
    shift
    if [ -n "${_capture_of[$node]:-}" ]; then
        kill -INT "${_capture_of[$node]}"
        wait "${_capture_of[$node]}" 2>/dev/null
        unset "_capture_of[$node]"
    fi
    tcpdump -r "/tmp/capture.$node.pcap" -n -t "$@" 2>/dev/null
}

# named - stdin with the names of nodes for their MAC addresses
named() { sed "$_names"; }

# witness, witnessed - records in between who opens which TCP connection to the
# client. Printed as `labnet ask` prints, sorted: ADDRESS PORT NODE..., with more
# than one node if more than one answered. resets - whom the nodes reset meanwhile
_SYN_ACKS='(tcp[13] = 18 or (ip6 and ip6[6] = 6 and ip6[53] = 18))'
_RESETS="(not ether src $(mac_of 100) and (tcp[13] & 4 != 0 or (ip6 and ip6[6] = 6 and ip6[53] & 4 != 0)))"
witness() { capture client -s 128 -B 4096 "$_SYN_ACKS or $_RESETS"; }
witnessed() {
    captured client -e "$_SYN_ACKS" |
        sed -nE 's/^([0-9a-f:]+) .* > ([0-9a-f.:]+)\.([0-9]+): Flags .*/\2 \3 \1/p' | named | sort -u |
        awk '{ who[$1 " " $2] = who[$1 " " $2] " " $3 } END { for (one in who) print one who[one] }' | sort
}
resets() { captured client -e "$_RESETS" | named; }

# --- a cluster

# join NODE ADDRESS TOTAL SLOT OPTION... - the rule, for whatever comes to that
# address, and the address
join() {
    _must on "$1" iptables -A INPUT -d "$2" -i eth0 -j CLUSTERIP --new \
        --clustermac 01:02:03:04:05:06 --total-nodes "$3" --local-node "$4" "${@:5}"
    _must on "$1" ip addr add "$2/24" dev eth0
}

# tables ADDRESS - the iptables for it; $BACK_END is legacy, or nft
: "${BACK_END:=legacy}"
tables() { if [[ $1 == *:* ]]; then echo "ip6tables-$BACK_END"; else echo "iptables-$BACK_END"; fi; }

# share NODE ADDRESS TOTAL SLOTS OPTION... - the rule of SHAREDIP where it is best,
# before connection tracking, and the address; withdraw NODE ADDRESS - neither
share() {
    _must on "$1" "$(tables "$2")" -t raw -A PREROUTING -j SHAREDIP --cluster-ip "$2" \
        --cluster-dev eth0 --total-slots "$3" --local-slots "$4" "${@:5}"
    _must on "$1" ip addr add "$2/$(_prefix "$2")" dev eth0
}
withdraw() {
    _must on "$1" "$(tables "$2")" -t raw -F PREROUTING
    _must on "$1" ip addr del "$2/$(_prefix "$2")" dev eth0
}
_prefix() { if [[ $1 == *:* ]]; then echo 64; else echo 24; fi; }

# settled NODE... - none of its addresses is still looking for duplicates
settled() {
    local node
    for node in "$@"; do
        until_ok 20 eval "[ -z \"\$(ip -n $node -6 addr show tentative)\" ]" || return 1
    done
}

# crowd NODE... - the client speaks for all of 10.9.0.0/16 and fd09::/64
crowd() {
    local node
    _must on client ip route add local 10.9.0.0/16 dev lo
    _must on client ip route add local fd09::/64 dev lo
    for node in "$@"; do
        _must on "$node" ip route add 10.9.0.0/16 via 192.168.0.100
        _must on "$node" ip route add fd09::/64 via fd00::100
    done
}

# --- the module under test

# load [NAME] - the module under test, and no other of the same name
load() {
    local name=${1:-ipt_CLUSTERIP} file
    file=$(modinfo -n "$name" 2>&1) || bail "no module $name: $file"
    case $MODULE:$file in
    ours:*/updates/* | intree:*/kernel/*) ;;
    *) bail "$name of MODULE=$MODULE would be $file" ;;
    esac
    modprobe "$name"
}

# unload [NAME] - waits until nothing uses it: namespaces end in the background
unload() {
    local name=${1:-ipt_CLUSTERIP}
    until_ok 20 rmmod "$name"
}

# with_ours - iptables finds our extensions before those of the distribution
with_ours() { export XTABLES_LIBDIR=/usr/lib/nfcluster-xtables:/usr/lib/x86_64-linux-gnu/xtables; }

# file_of ADDRESS - the cluster's file
file_of() { if [[ $1 == *:* ]]; then echo "/proc/net/ip6t_CLUSTERIP/$1"; else echo "/proc/net/ipt_CLUSTERIP/$1"; fi; }

# slots NODE ADDRESS - what the node answers for
slots() { ip netns exec "$1" cat "$(file_of "$2")"; }

# tell NODE ADDRESS COMMAND - one write to the cluster's file
tell() { ip netns exec "$1" bash -c 'echo "$2" >"$1"' tell "$(file_of "$2")" "$3"; }

# kernel_log - what the kernel said since this scenario began
kernel_log() {
    dmesg | awk '/lab: begin/ { said = ""; next } { said = said $0 "\n" } END { printf "%s", said }'
}
