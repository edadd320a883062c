#!/bin/bash
# measure.sh ROUND SCHEME [PLACE [HASHMODE]]: in a fresh network namespace, what
# one packet costs under one rule. Prints lines of
#   round scheme place hashmode packet instructions same fewest most
# where `packet` says whose it is and what connection tracking knows of it, and
# `same` how many of $PACKETS packets took exactly that many instructions.
# No connection of a foreign packet is tracked as established unless the node
# gave up its slot.
#
# Schemes: sender    the interface is down: what making a frame costs, and ending it
#          bare      no rule, no connection tracking
#          none      no rule (from here on with connection tracking)
#          early     -t raw -j DROP
#          match     a rule without a target
#          drop      -j DROP
#          clusterip -j CLUSTERIP, with the module that is loaded
#          sharedip  -j SHAREDIP
#          cluster   -m cluster ... -j ACCEPT, then -j DROP
#          jhash     nft's jhash at raw's priority, and drop
#          plain     a rule without a target, for packets that get marks
#          recipe    marks by statistic, condition, MARK and CONNMARK: six rules
#          statmark  marks by one rule of STATMARK
#          asked     a rule that asks a switch
# One that ends in 6 is the same with IPv6.
# Of the last four the place is the back end, legacy or nft, and figures are those
# of two packets: who gives marks in turn gives two.
set -euo pipefail

round=$1 scheme=$2 place=${3:--} mode=${4:--}
address=192.168.0.10 client=192.168.0.100 mac=01:02:03:04:05:06
family=4 prefix=24 protocol=ipv4 iptables=iptables slots=ipt_CLUSTERIP nft=ip
if [[ $scheme == *6 ]]; then
    address=fd00::10 client=fd00::100
    family=6 prefix=64 protocol=ipv6 iptables=ip6tables slots=ip6t_CLUSTERIP nft=ip6
fi
: "${PACKETS:?}"
to_us=(-d "$address" -i tap0)

die() {
    echo "$scheme $place $mode: $*" >&2
    exit 1
}

case $place in
legacy | nft)
    chain=(-t mangle -A PREROUTING)
    to_us+=(-p udp --dport 7)
    ;;
INPUT) chain=(-t filter -A INPUT) ;;
PREROUTING) chain=(-t mangle -A PREROUTING) ;;
- | raw | raw-nft) chain=(-t raw -A PREROUTING) ;;
*) die "no such place" ;;
esac

[[ $place != *nft ]] || iptables+=-nft
rule() { $iptables "${chain[@]}" "${to_us[@]}" "$@"; }
no_rules() { $iptables "${chain[@]:0:2}" -F; }

network() {
    if [ "$family" -eq 4 ]; then
        sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
    else
        sysctl -qw net.ipv6.conf.default.{accept_dad,router_solicitations}=0
    fi
    ip tuntap add dev tap0 mode tap
    ip address add "$address/$prefix" dev tap0
    ip link set tap0 up
    ip neighbour replace "$client" lladdr 02:00:00:00:00:64 nud permanent dev tap0
}

# Connection tracking without a rule in a packet's way.
track() {
    nft -f - <<<"table $nft hold {
        chain out { type filter hook output priority 0; ct state invalid; }
    }"
}

# cost PACKET DELIVERED [inject's OPTION...]
cost() {
    local packet=$1 wanted=$2 usual same fewest most delivered
    shift 2
    IFS=$'\t' read -r usual same fewest most delivered < <(
        /lab/inject --mac "$mac" --from "$client" --to "$address" --packets "$PACKETS" "$@")
    [ "$delivered" -eq "$wanted" ] || die "$packet: $delivered packets arrived, not $wanted"
    printf '%s\t' "$round" "$scheme" "$place" "$mode" "$packet" "$usual" "$same" "$fewest"
    printf '%s\n' "$most"
}

# state WANTED - what connection tracking knows of the flow afterwards
state() {
    local is=unknown line
    line=$(conntrack -L -f "$protocol" -p udp 2>/dev/null)
    case $line in
    *UNREPLIED*) is=new ;;
    *udp*) is=established ;;
    esac
    [ "$is" == "$1" ] || die "the flow is $is to connection tracking, not $1"
}

forget() { conntrack -F -f "$protocol" 2>/dev/null; }

accepted() {
    take
    forget
    cost accepted-new "$PACKETS"
    state new
    forget
    cost accepted-established "$PACKETS" --answer
    state established
}

foreign() {
    take
    forget
    /lab/inject --mac "$mac" --from "$client" --to "$address" --packets 1 --answer >/dev/null
    refuse
    cost foreign-established 0
    state established
    forget
    cost foreign-new 0
    state unknown
}

# One that connection tracking drops before it keeps the connection is the first of
# a new one, however often it comes.
marked() {
    cost known "$PACKETS" --answer --by 2
    state established
    forget
    $iptables -A INPUT -i tap0 -j DROP
    cost new 0 --by 2
    state unknown
}
switches() { for name in mail1up mail2up; do echo 1 >"/proc/net/nf_condition/$name"; done; }

# The node takes every packet, or none: so both are the same packet.
take() { :; }
refuse() { :; }
by_slots() {
    file=/proc/net/$slots/$address
    take() { for node in 1 2; do echo "+$node" 2>/dev/null >"$file" || :; done; }
    refuse() { for node in 1 2; do echo "-$node" >"$file"; done; }
}

network
case ${scheme%6} in
sender)
    ip link set tap0 down
    cost sender 0 --refused
    ;;
bare)
    cost accepted-new "$PACKETS"
    ;;
none)
    track
    accepted
    ;;
early)
    track
    rule -j DROP
    cost foreign-new 0
    state unknown
    ;;
match)
    track
    rule
    accepted
    ;;
drop)
    track
    take() { no_rules; }
    refuse() { rule -j DROP; }
    foreign
    ;;
clusterip)
    by_slots
    rule -j CLUSTERIP --new --clustermac "$mac" --total-nodes 2 --local-node 1 --hashmode "$mode"
    accepted
    foreign
    ;;
sharedip)
    track
    by_slots
    to_us=()
    rule -j SHAREDIP --cluster-ip "$address" --cluster-dev tap0 --clustermac "$mac" \
        --total-slots 2 --local-slots 1 --hashmode "$mode"
    accepted
    foreign
    ;;
jhash)
    track
    # The one slot there is has the number 0: it is left out, or not.
    hashed() {
        nft -f - <<<"table $nft raw
            delete table $nft raw
            table $nft raw {
                chain in {
                    type filter hook prerouting priority raw
                    iif tap0 $nft daddr $address \
                        jhash $nft saddr . udp sport mod 1 seed 0 $1 0 drop
                }
            }"
    }
    take() { hashed "!="; }
    refuse() { hashed "=="; }
    accepted
    foreign
    ;;
cluster)
    track
    pair() {
        no_rules
        rule -m cluster --cluster-total-nodes 2 "$@" --cluster-hash-seed 0 -j ACCEPT
        rule -j DROP
    }
    take() { pair --cluster-local-nodemask 3; }
    refuse() { pair ! --cluster-local-nodemask 3; }
    accepted
    foreign
    ;;
plain)
    track
    rule
    marked
    ;;
recipe)
    track
    $iptables -t mangle -N MAILMARK
    rule -j MAILMARK
    chain=(-t mangle -A MAILMARK)
    to_us=()
    rule -j CONNMARK --restore-mark
    rule -m mark --mark 0 -m statistic --mode nth --every 2 --packet 0 -j MARK --set-mark 1
    rule -m mark --mark 0 -j MARK --set-mark 2
    rule -m condition ! --condition mail1up -j MARK --set-mark 2
    rule -m condition ! --condition mail2up -j MARK --set-mark 1
    rule -j CONNMARK --save-mark
    switches
    marked
    ;;
statmark)
    track
    rule -j STATMARK --pool mail --mode "$mode" --backend mark=1,condition=mail1up \
        --backend mark=2,condition=mail2up
    switches
    marked
    ;;
asked)
    track
    rule -m condition --condition up
    echo 1 >/proc/net/nf_condition/up
    cost known "$PACKETS" --answer --by 2
    ;;
*) die "no such scheme" ;;
esac
