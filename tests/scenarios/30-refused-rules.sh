# kernels: 5.10 6.1 6.12 sid
# Rules that are refused, as an administrator types them: exit code, what
# iptables says, what the kernel log says, and that nothing has changed.
. /lab/lib.sh

ok 'the module loads' load
ok 'an interface' ip link add lan0 type dummy
ok 'that has a second name' ip link property add dev lan0 altname uplink
cluster=(--new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hashmode sourceip)
ok 'a cluster that must not suffer' \
    iptables -A INPUT -d 192.168.0.10 -i lan0 -j CLUSTERIP "${cluster[@]}"
ok 'an unreachable chain' iptables -N other
ok 'a chain' iptables -N forwarded
ok 'that FORWARD reaches' iptables -A FORWARD -j forwarded

# Everything a rule could change: rules, files, memberships.
state() {
    labnet blob get
    for file in /proc/net/ipt_CLUSTERIP/*; do echo "$file $(<"$file")"; done
    echo "$(</proc/net/dev_mcast)"
}
before=$(state)

# refused STATUS TEXT LOG ARGUMENTS... - iptables ends with the status and says
# the text; our module's log line says why (- where it is not for it to say)
refused() {
    local status=$1 text=$2 log=$3 said got fault=''
    shift 3
    said=$(iptables "$@" 2>&1)
    got=$?
    [ "$got" == "$status" ] || fault="status $got, wanted $status"
    grep -qF -- "$text" <<<"$said" || fault+=" iptables does not say: $text"
    if [ "$MODULE" == ours ] && [ "$log" != - ]; then
        until_ok 2 log_ends_with "$log" || fault+=" the log does not say: $log"
    fi
    [ "$(state)" == "$before" ] || fault+=' something has changed'
    is "refused: iptables ${*@Q}" "$fault" '' || diag "$said"
}
log_ends_with() { dmesg | tail -n 3 | grep -qF -- "$1"; }

settled() { [ "$(state)" == "$before" ]; }

# stricter STATUS TEXT LOG ARGUMENTS... - the original takes this rule; ours does not
stricter() {
    if [ "$MODULE" == ours ]; then
        refused "$@"
        return
    fi
    shift 3
    ok "the original takes: iptables $*" iptables "$@"
    local arguments=("$@") i
    for i in "${!arguments[@]}"; do
        case ${arguments[i]} in -A) arguments[i]=-D ;; esac
    done
    ok 'and gives it back' iptables "${arguments[@]}"
    soon settled
    is 'leaving nothing' "$(state)" "$before"
}

invalid='iptables: Invalid argument. Run `dmesg'
absent='iptables: No chain/target/match by that name.'

# --- iptables itself refuses
free=(-A INPUT -d 192.168.0.11 -i lan0 -j CLUSTERIP)
rest=(--clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1)
refused 2 'Invalid parameter combination' - "${free[@]}" --new "${rest[@]}"
refused 2 'Invalid parameter combination' - "${free[@]}" --new --hashmode sourceip
refused 2 'Invalid parameter combination' - "${free[@]}" "${rest[@]}" --hashmode sourceip
refused 2 'Unknown hashmode "destip"' - "${free[@]}" --new "${rest[@]}" --hashmode destip
refused 2 'MAC has to be a multicast ethernet address' - "${free[@]}" --new --hashmode sourceip \
    --clustermac 00:02:03:04:05:06 --total-nodes 2 --local-node 1
refused 2 'Invalid MAC address specified' - "${free[@]}" --new --hashmode sourceip \
    --clustermac 01:02:03:04:05 --total-nodes 2 --local-node 1
for number in 17 x; do
    refused 2 'bad value for option "--total-nodes"' - "${free[@]}" --new --hashmode sourceip \
        --clustermac 01:02:03:04:05:06 --total-nodes $number --local-node 1
    refused 2 'bad value for option "--local-node"' - "${free[@]}" --new --hashmode sourceip \
        --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node $number
done
refused 2 'bad value for option "--hash-init"' - "${free[@]}" "${cluster[@]}" --hash-init 0x100000000
refused 2 'option "--new" can only be used once' - "${free[@]}" "${cluster[@]}" --new

# --- the address
refused 1 "$invalid" "please specify one destination IP (-d), the cluster's" \
    -A INPUT -i lan0 -j CLUSTERIP "${cluster[@]}"
for address in 192.168.0.0/24 0.0.0.0/0 0.0.0.0/32 192.168.0.10/31; do
    refused 1 "$invalid" 'please specify one destination IP (-d)' \
        -A INPUT -d $address -i lan0 -j CLUSTERIP "${cluster[@]}"
done
stricter 1 "$invalid" 'please specify one destination IP (-d)' \
    -A INPUT '!' -d 192.168.0.11 -i lan0 -j CLUSTERIP "${cluster[@]}"

# --- the interface
refused 1 "$invalid" '192.168.0.11: please specify an interface name (-i)' \
    -A INPUT -d 192.168.0.11 -j CLUSTERIP "${cluster[@]}"
refused 1 "$absent" '192.168.0.11: interface "eth7" (-i): there is none of that name' \
    -A INPUT -d 192.168.0.11 -i eth7 -j CLUSTERIP "${cluster[@]}"
refused 1 "$absent" 'interface "eth+" (-i): there is none of that name' \
    -A INPUT -d 192.168.0.11 -i eth+ -j CLUSTERIP "${cluster[@]}"
stricter 1 "$absent" 'interface "uplink" (-i): there is none of that name' \
    -A INPUT -d 192.168.0.11 -i uplink -j CLUSTERIP "${cluster[@]}"
stricter 1 "$invalid" 'an inverted interface (! -i lan0) cannot carry a cluster' \
    -A INPUT -d 192.168.0.11 '!' -i lan0 -j CLUSTERIP "${cluster[@]}"
refused 1 "$absent" '"e\n<1>\e[31m"' \
    -A INPUT -d 192.168.0.11 -i $'e\n<1>\e[31m' -j CLUSTERIP "${cluster[@]}"

# --- the slots
numbers() { printf '%s\n' --new --hashmode sourceip --clustermac 01:02:03:04:05:06 \
    --total-nodes "$1" --local-node "$2"; }
mapfile -t numbers < <(numbers 2 0)
refused 1 "$invalid" 'local-node 0, expected 1 to 2 (total-nodes)' "${free[@]}" "${numbers[@]}"
mapfile -t numbers < <(numbers 2 3)
stricter 1 "$invalid" 'local-node 3, expected 1 to 2 (total-nodes)' "${free[@]}" "${numbers[@]}"
mapfile -t numbers < <(numbers 0 1)
stricter 1 "$invalid" 'total-nodes 0, expected 1 to 64' "${free[@]}" "${numbers[@]}"

# --- a second rule for the cluster that is there
again=(-A INPUT -d 192.168.0.10 -i lan0 -p udp -j CLUSTERIP --new --local-node 1)
refused 1 "$invalid" '192.168.0.10 has clustermac 01:02:03:04:05:06, a rule says 01:02:03:04:05:07' \
    "${again[@]}" --clustermac 01:02:03:04:05:07 --total-nodes 2 --hashmode sourceip
again+=(--clustermac 01:02:03:04:05:06)
stricter 1 "$invalid" '192.168.0.10 has hashmode 0, a rule says 2' \
    "${again[@]}" --total-nodes 2 --hashmode sourceip-sourceport-destport
stricter 1 "$invalid" '192.168.0.10 has hash-init 0, a rule says 7' \
    "${again[@]}" --total-nodes 2 --hashmode sourceip --hash-init 7
stricter 1 "$invalid" '192.168.0.10 has total-nodes 2, a rule says 3' \
    "${again[@]}" --total-nodes 3 --hashmode sourceip
refused 1 "$invalid" '192.168.0.11: no cluster has this address yet, the first rule needs --new' \
    "${free[@]}"
if [ "$MODULE" == ours ]; then
    ok 'a rule without --new joins the cluster' \
        iptables -A INPUT -d 192.168.0.10 -i lan0 -p udp -j CLUSTERIP
    ok 'and leaves it' iptables -D INPUT -d 192.168.0.10 -i lan0 -p udp -j CLUSTERIP
    is 'as it was' "$(state)" "$before"
else
    refused 1 "$invalid" - -A INPUT -d 192.168.0.10 -i lan0 -p udp -j CLUSTERIP
fi

# --- the chain: x_tables itself says why
stricter 1 "$invalid" 'CLUSTERIP target: used from hooks FORWARD, but only usable from PREROUTING/INPUT' \
    -A FORWARD -d 192.168.0.11 -i lan0 -j CLUSTERIP "${cluster[@]}"
stricter 1 "$invalid" 'CLUSTERIP target: used from hooks FORWARD' \
    -A forwarded -d 192.168.0.11 -i lan0 -j CLUSTERIP "${cluster[@]}"
refused 1 "$invalid" 'CLUSTERIP target: used from hooks OUTPUT' \
    -A OUTPUT -d 192.168.0.11 -j CLUSTERIP "${cluster[@]}"
refused 1 "$invalid" 'CLUSTERIP target: used from hooks POSTROUTING' \
    -t mangle -A POSTROUTING -d 192.168.0.11 -j CLUSTERIP "${cluster[@]}"
if [ "$MODULE" == ours ]; then
    ok 'a rule in a chain that nothing reaches' \
        iptables -A other -d 192.168.0.11 -i lan0 -j CLUSTERIP "${cluster[@]}"
    before=$(state)
    refused 1 "$invalid" 'CLUSTERIP target: used from hooks OUTPUT' -A OUTPUT -j other
    ok 'the rule goes' iptables -F other
    before=$(state)
fi

# --- many rules at once: all or none
restore() { # LINE...
    printf '%s\n' '*filter' "$@" COMMIT | iptables-restore -n
}
good='-A INPUT -d 192.168.0.12 -i lan0 -j CLUSTERIP --new --hashmode sourceip --clustermac 01:02:03:04:05:12 --total-nodes 2 --local-node 1'
nok 'one bad rule among good ones refuses them all' \
    restore "$good" "${good/0.12/0.13}" "${good/lan0/eth7}" "${good/0.12 -i lan0/0.14 -i eth9}"
soon settled
is 'nothing has changed' "$(state)" "$before"

# --- iptables-nft, which shows targets neither -d nor -i
said=$(iptables-nft -A INPUT -d 192.168.0.11 -i lan0 -j CLUSTERIP "${cluster[@]}" 2>&1)
is 'iptables-nft ends with status 4' $? 4
ok 'and says why' grep -F 'Operation not supported' <<<"$said"
if [ "$MODULE" == ours ]; then
    ok 'the log says what to use' log_ends_with 'use iptables-legacy'
fi
is 'nothing has changed' "$(state)" "$before"
is 'nor has anything in the other table' "$(labnet blob get --table mangle)" ''

done_testing
