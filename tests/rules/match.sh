# shellcheck shell=bash
# Runs inside a VM, behind the text of a .t file in $RULES and the name of the
# $EXTENSION (tests/rules/rules puts them into one script). Every line is tried by
# all four commands. Where there is a peer's extension of that name in /lab, all
# that a person or a program can see has to be the same with it, byte for byte,
# and restoring and deleting is always left to the other one.
. /lab/lib.sh

ours=/usr/lib/nfcluster-xtables
distribution=/usr/lib/x86_64-linux-gnu/xtables
who=(ours)
[[ ! -e /lab/libxt_$EXTENSION.so ]] || who+=(peer)

use() { # ours|peer
    case $1 in
    ours) export XTABLES_LIBDIR=$ours:$distribution ;;
    peer) export XTABLES_LIBDIR=/lab:$distribution ;;
    esac
}
other_than() { if [[ $1 == ours ]]; then echo "${who[-1]}"; else echo ours; fi; }

rule() { # -A|-D OPTIONS, as on a command line
    local arguments
    eval "arguments=($2)"
    "$iptables" -t "$table" "$1" "$chain" "${arguments[@]}"
}
save() { "$iptables-save" -t "$table" 2>/dev/null | grep '^-A'; }
seen() { # all that can be seen of the rules
    save
    "$iptables" -t "$table" -nvL "$chain" --line-numbers
    "$iptables" -t "$table" -S "$chain"
    [[ $iptables != iptables-legacy ]] || labnet blob get --table "$table"
}
refused() { # OPTIONS
    local status
    rule -A "$1"
    status=$?
    [[ $status -gt 0 && $status -lt 126 && ! $(save) ]] && return
    echo "status $status"
    save
    "$iptables" -t "$table" -F "$chain"
    return 1
}

load "xt_$EXTENSION"
table=filter chain=INPUT
good=() bad=() wanted=''
while IFS=';' read -r options expected result; do
    case $options in
    '' | '#'*) continue ;;
    '*'*) table=${options#?} && continue ;;
    :*) chain=${options#:} && continue ;;
    esac
    [[ $expected != = ]] || expected=$options
    case $result in
    OK) good+=("$options") wanted+="-A $chain $expected"$'\n' ;;
    FAIL) bad+=("$options") ;;
    *) bail "neither OK nor FAIL: $result" ;;
    esac
done <<<"$RULES"

for iptables in iptables-legacy ip6tables-legacy iptables-nft ip6tables-nft; do
    for first in "${who[@]}"; do
        second=$(other_than "$first")
        use "$first"
        for options in "${good[@]}"; do ok "$iptables, $first: $options" rule -A "$options"; done
        seen >"/tmp/seen.$first"
        is "$iptables, $first: saved" "$(save)" "${wanted%$'\n'}"
        $iptables-save >/tmp/saved 2>/dev/null

        use "$second"
        ok "$iptables: $second restores over it" $iptables-restore /tmp/saved
        is "$iptables: and saves alike" "$(save)" "${wanted%$'\n'}"
        $iptables -t "$table" -F
        ok "$iptables: $second restores from nothing" $iptables-restore /tmp/saved
        is "$iptables: and saves alike" "$(save)" "${wanted%$'\n'}"
        for options in "${good[@]}"; do ok "$iptables: $second deletes $options" rule -D "$options"; done
        is "$iptables: none is left" "$(save)" ''
    done
    [[ ${#who[@]} == 1 ]] || is "$iptables: ours and the peer's show the same" \
        "$(</tmp/seen.ours)" "$(</tmp/seen.peer)"
    use ours
    for options in "${bad[@]}"; do ok "$iptables, ours refuses $options" refused "$options"; done
done

# What ours refuses itself, the kernel refuses as well.
if [[ ${#who[@]} -gt 1 ]]; then
    iptables='iptables-nft'
    use peer
    for options in "${bad[@]}"; do ok "$iptables, peer: refused: $options" refused "$options"; done
    use ours
fi
ok 'there is no translation to nft, and that is said' \
    eval "iptables-translate -A $chain ${good[0]} | grep -q '^nft # '"
done_testing
