# shellcheck shell=bash
# Runs inside a VM: our libxt_condition.so on xtables-addons' own module, which lies
# in /lab. What its kernel half cannot do, as to keep a value, is not asked for.
. /lab/lib.sh
with_ours
switches=/proc/net/nf_condition
modprobe x_tables
ok "xtables-addons' module" insmod /lab/xt_condition.ko
is 'it is not ours' "$(ls -A $switches)" ''
ip link set lo up
ping4() { ping -c 1 -W 1 127.0.0.1 >/dev/null; }
ping6() { ping -c 1 -W 1 ::1 >/dev/null; }
saved() { "$iptables-save" 2>/dev/null | grep -F -- '-m condition'; }

for iptables in iptables-legacy ip6tables-legacy iptables-nft ip6tables-nft; do
    case $iptables in
    ip6*) protocol=ipv6-icmp pings=ping6 ;;
    *) protocol=icmp pings=ping4 ;;
    esac
    rule=(-p "$protocol" -m condition --condition closed -j DROP)
    inverted=(-p "$protocol" -m condition '!' --condition 'not open' -j DROP)
    ok "$iptables: a rule" $iptables -A INPUT "${rule[@]}"
    ok "$iptables: it does not match at 0" $pings
    echo 1 >$switches/closed
    nok "$iptables: and does at 1" $pings
    is "$iptables: saved" "$(saved)" "-A INPUT -p $protocol -m condition --condition \"closed\"  -j DROP"
    $iptables-save >/tmp/rules 2>/dev/null
    ok "$iptables: restored" $iptables-restore /tmp/rules
    is "$iptables: with its value" "$(cat $switches/closed)" 1
    ok "$iptables: -C by its words" $iptables -C INPUT "${rule[@]}"
    ok "$iptables: -D by its words" $iptables -D INPUT "${rule[@]}"
    is "$iptables: it is gone" "$(saved)" ''
    ok "$iptables: inverted" $iptables -A INPUT "${inverted[@]}"
    nok "$iptables: it matches at 0" $pings
    ok "$iptables: a switch with a blank" eval "echo 1 >'$switches/not open'"
    ok "$iptables: and does not at 1" $pings
    ok "$iptables: -D inverted" $iptables -D INPUT "${inverted[@]}"
    fails_with 'condition:' $iptables -A INPUT -m condition --condition 'a"b' -j DROP
done

# The two modules are of one name: the second one stays out.
nok 'ours stays out while it is loaded' insmod "$(modinfo -n xt_condition)"
ok 'it goes' unload xt_condition
load xt_condition
is 'and ours takes its place' "$(ls -A $switches)" .set
done_testing
