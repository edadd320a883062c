#!/bin/bash
# kernels: 5.10 6.1 6.12 sid
# modules: ours
# Rules that ask a switch: what xtables-addons' match did, and that a value is
# not lost with the rules. By all four commands.
. /lab/lib.sh
load xt_condition
with_ours
switches=/proc/net/nf_condition
ok 'the module makes the folder of switches' test -d $switches
ip link set lo up

# A packet passes while the rule does not match.
ping4() { ping -c 1 -W 1 127.0.0.1 >/dev/null; }
ping6() { ping -c 1 -W 1 ::1 >/dev/null; }
saved() { "$iptables-save" 2>/dev/null | grep -F -- '-m condition'; }
# Names are saved in quotes, and a blank comes after them, as ever.
as_saved() { sed 's/--condition \([^ ]*\)/--condition "\1" /' <<<"-A INPUT $*"; }

odd=('mail 1 up' "it's" '$(reboot)' '!x' '-x' 'grün' 'a=b;c' '*' ' ends ' thirty-bytes-are-the-most-ever)
bad=('a"b' 'a\b' a/b . .. .set '' thirty-one-bytes-are-one-too-ma $'new\nline' $'\x7f')

for iptables in iptables-legacy ip6tables-legacy iptables-nft ip6tables-nft; do
    case $iptables in
    ip6*) rule=(-p ipv6-icmp -m condition --condition closed -j DROP) pings=ping6 ;;
    *) rule=(-p icmp -m condition --condition closed -j DROP) pings=ping4 ;;
    esac
    inverted=("${rule[@]:0:4}" '!' "${rule[@]:4}")
    echo closed=0 >$switches/.set

    ok "$iptables: a rule asks a switch" $iptables -I INPUT "${rule[@]}"
    is "$iptables: it begins at 0" "$(cat $switches/closed)" 0
    ok "$iptables: at 0 the rule does not match" $pings
    echo 1 >$switches/closed
    nok "$iptables: at 1 the rule matches" $pings
    is "$iptables: saved" "$(saved)" "$(as_saved "${rule[@]}")"
    ok "$iptables: -C finds it by its words" $iptables -C INPUT "${rule[@]}"
    # ip6tables-legacy 1.8.9 takes any two rules for the same whose matches are
    # called alike, those of -m mark as well.
    [ $iptables == ip6tables-legacy ] || for other in "${inverted[*]}" "${rule[*]/closed/close}"; do
        # shellcheck disable=SC2086 # words
        nok "$iptables: -C does not find $other" $iptables -C INPUT $other
    done

    $iptables-save >/tmp/rules 2>/dev/null
    $iptables-restore </tmp/rules
    is "$iptables: a reload does not flip the switch" "$(cat $switches/closed)" 1
    $iptables -F INPUT
    is "$iptables: nor does a flush" "$(cat $switches/closed)" 1
    ok "$iptables: no rule, no drop" $pings
    $iptables-restore </tmp/rules
    is "$iptables: nor flush and restore" "$(cat $switches/closed)" 1
    nok "$iptables: and the rule asks the same switch" $pings

    ok "$iptables: -D by its words" $iptables -D INPUT "${rule[@]}"
    is "$iptables: it is gone" "$(saved)" ''
    ok "$iptables: inverted" $iptables -I INPUT "${inverted[@]}"
    ok "$iptables: at 1 the inverted rule does not match" $pings
    echo 0 >$switches/closed
    nok "$iptables: at 0 it does" $pings
    is "$iptables: saved inverted" "$(saved)" "$(as_saved "${inverted[@]}")"
    is "$iptables: listed inverted" \
        "$($iptables -nL INPUT | grep -c -- '-m condition ! --condition "closed"')" 1
    ok "$iptables: deleted inverted" $iptables -D INPUT "${inverted[@]}"

    # Names that need quotes come back as they went.
    for name in "${odd[@]}"; do
        $iptables -A INPUT -m condition --condition "$name" -j ACCEPT
    done
    saved >/tmp/before
    is "$iptables: odd names are saved" "$(wc -l </tmp/before)" ${#odd[@]}
    $iptables-save 2>/dev/null >/tmp/rules
    $iptables -F INPUT
    ok "$iptables: and restored" $iptables-restore /tmp/rules
    is "$iptables: as they were" "$(saved)" "$(cat /tmp/before)"
    for name in "${odd[@]}"; do
        $iptables -D INPUT -m condition --condition "$name" -j ACCEPT || diag "${name@Q} stays"
        ok "$iptables: ${name@Q} is a file" test -e "$switches/$name"
    done
    is "$iptables: and deleted by their words" "$(saved)" ''
    for name in "${bad[@]}"; do
        nok "$iptables: refuses the name ${name@Q}" \
            $iptables -A INPUT -m condition --condition "$name" -j ACCEPT
    done
    for words in '' '--condition' '--condition a --condition b' '--condition a b' '--no-such-option'; do
        # shellcheck disable=SC2086 # several words
        nok "$iptables: refuses '$words'" $iptables -A INPUT -m condition $words -j ACCEPT
    done
    is "$iptables: nothing is left of them" "$(saved)" ''
    ok "$iptables: the help names the option" eval "$iptables -m condition -h | grep -qF -- '--condition NAME'"
done
is 'refused names made no switches' "$(find $switches -type f | wc -l)" $((${#odd[@]} + 2))

# One switch for both families and both kinds of iptables, one set a namespace.
ip6tables-legacy -I INPUT -p icmpv6 -m condition --condition both -j DROP
iptables-nft -I INPUT -p icmp -m condition --condition both -j DROP
ok 'IPv4 by nft: open' ping4
ok 'IPv6 by legacy: open' ping6
echo 1 >$switches/both
nok 'IPv4 by nft: closed by one switch' ping4
nok 'IPv6 by legacy: closed by the same' ping6
ip netns add other
is 'another namespace has none of these' "$(ip netns exec other ls -A $switches)" .set
ip netns exec other iptables-legacy -I INPUT -m condition --condition both -j ACCEPT
is 'and one of its own of that name' "$(ip netns exec other cat $switches/both)" 0
ip netns delete other
is 'the first is as it was' "$(cat $switches/both)" 1

# Rules as iptables never makes them: only the kernel stands in their way.
name() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'; }
padded() { printf '%-62s' "$1" | tr ' ' 0; } # HEX - a name's 31 bytes
raw() { labnet blob set --match condition --match-revision 1 --target '' --data fbffffff00000000 "$@" 2>&1; }
for text in 'raw' '.hidden'; do
    is "a blob with '$text' is taken" "$(raw --match-data "$(padded "$(name "$text")")000000000000000000")" accepted
done
is 'its pointer is not ours to choose' \
    "$(raw --match-data "$(padded "$(name raw)")00deadbeefdeadbeef")" accepted
is 'nor ours to see' "$(labnet blob get)" \
    "match condition 1 72 $(padded "$(name raw)")000000000000000000"
iptables-legacy -F INPUT
for text in 'a"b' 'a\b' a/b . .. .set '' $'new\nline' $'\x01' $'\x7f'; do
    is "a blob with ${text@Q} is refused" \
        "$(raw --match-data "$(padded "$(name "$text")")000000000000000000")" EINVAL
done
is 'a name without its end' "$(raw --match-data "$(printf '61%.0s' {1..31})000000000000000000")" EINVAL
is 'a third kind of inversion' "$(raw --match-data "$(padded "$(name raw)")020000000000000000")" EINVAL
is 'a blob too short' "$(raw --match-data "$(padded "$(name raw)")00")" EINVAL
is 'a blob too long' "$(raw --match-data "$(padded "$(name raw)")00$(printf '00%.0s' {1..16})")" EINVAL
is 'revision 0' "$(raw --match-revision 0 --match-data "$(padded "$(name raw)")000000000000000000")" ENOENT
is 'none of them stays' "$(iptables-legacy -S INPUT | grep -c condition)" 0

nok 'the module stays while rules use it' rmmod xt_condition
iptables-nft -F INPUT
ip6tables-legacy -F INPUT
ok 'and goes when none does' unload xt_condition
nok 'with its files' ls $switches
done_testing
