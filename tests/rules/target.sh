# shellcheck shell=bash
# Runs inside a VM, behind the text of a .t file in $RULES and the name of the
# $EXTENSION (tests/rules/rules puts them into one script): a target that is ours
# alone, by all four commands. A rule that is right is saved as the file says, found,
# listed and deleted by its words; one that is not is refused and says why.
. /lab/lib.sh
export XTABLES_LIBDIR=/usr/lib/nfcluster-xtables:/usr/lib/x86_64-linux-gnu/xtables
commands=(iptables-legacy ip6tables-legacy iptables-nft ip6tables-nft)

saved() { "$command-save" -t "$table" | grep '^-A'; } # the rules
try() { # ACTION OPTIONS
    local arguments
    eval "arguments=($2)"
    $command -t "$table" "$1" "$chain" "${arguments[@]}"
}

# listed SAVED - what -L shows of it
listed() { sed -E 's/.*-j //; s/ --/ /g' <<<"$1"; }

# sound OPTIONS SAVED - saved, found, listed and deleted
sound() {
    try -A "$1" && [ "$(saved)" == "-A $chain $2" ] &&
        $command -t "$table" -nvL "$chain" | tail -n 1 | tr -s ' ' | grep -F -- " $(listed "$2")" &&
        try -C "$1" && try -D "$1" && return 0
    saved
    $command -t "$table" -nvL "$chain"
    $command -t "$table" -F
    return 1
}

# refused OPTIONS TEXT - by its status, with these words
refused() {
    local message status
    message=$(try -A "$1" 2>&1)
    status=$?
    echo "status $status, says: $message"
    ((status > 0 && status < 126)) && [[ $message == *"$2"* ]]
}

# all_together - of a table's right rules at once: saved, restored over themselves
# and from nothing
all_together() {
    local options before
    while read -r options; do try -A "$options" || return 1; done
    before=$(saved)
    "$command-save" -t "$table" >/tmp/saved
    "$command-restore" </tmp/saved && [ "$(saved)" == "$before" ] && $command -t "$table" -F &&
        [ -z "$(saved)" ] && "$command-restore" </tmp/saved && [ "$(saved)" == "$before" ] &&
        "$command-save" -t "$table" | grep -v '^[#:]' >/tmp/again &&
        diff <(grep -v '^[#:]' /tmp/saved) /tmp/again && $command -t "$table" -F
}

load xt_condition
load "xt_$EXTENSION"
for command in "${commands[@]}"; do
    table=filter chains=() says=
    : >/tmp/right
    while IFS=';' read -r options expected result; do
        case $options in
        '# says: '*) says=${options#'# says: '} && continue ;;
        '' | '#'*) continue ;;
        :*) IFS=, read -r -a chains <<<"${options#:}" && continue ;;
        '*'*) table=${options#?} && continue ;;
        esac
        [ "$expected" != = ] || expected=$options
        chain=${chains[0]}
        if [ "$result" == OK ]; then
            ok "$command: $options" sound "$options" "$expected"
            echo "$options" >>/tmp/right
        elif [[ $says == 'Invalid argument' ]]; then # so says the kernel
            for chain in "${chains[@]}"; do
                ok "$command, $table $chain refuses: $options" refused "$options" "$says"
            done
        elif [[ $command == iptables-legacy || $command == ip6tables-nft ]]; then
            # Words are read by the extension itself, alike for all.
            ok "$command refuses: $options" refused "$options" "$says"
        fi
    done <<<"$RULES"
    chain=OUTPUT
    is "$command: no rule is left of all that" "$(saved)" ''
    ok "$command: all that are right, saved and restored" all_together </tmp/right
done

# As many backends as there can be: iptables-restore reads back what was saved.
backends() { # COUNT GATES NAME
    local i
    for i in $(seq "$1"); do echo -n " --backend mark=$i,condition=!$3$((i % $2))"; done
}
table=mangle chain=PREROUTING
for command in "${commands[@]}"; do
    for count in 64 65 256; do
        rule="-j STATMARK --pool many$count$(backends $count 32 up)"
        try -A "$rule"
        is "$command: $count backends are saved" "$(saved | grep -o 'mark=' | wc -l)" $count
        before=$(saved)
        "$command-save" -t mangle >/tmp/saved
        ok "$command: restored" "$command-restore" /tmp/saved
        ok "$command: as they were" [ "$(saved)" == "$before" ]
        ok "$command: and found by their words" try -D "$rule"
    done
    ok "$command refuses 257" refused "-j STATMARK --pool many$(backends 257 32 up)" 'a pool has at most 256'
    ok "$command refuses 33 conditions" refused "-j STATMARK --pool many$(backends 33 33 up)" \
        'a rule can name 32 conditions'
    ok "$command refuses what could not be restored" \
        refused "-j STATMARK --pool many$(backends 256 32 a-name-that-is-very-long)" \
        'iptables-restore reads at most'
done

# A rule without an equal in nftables is not translated, but said in full.
for command in iptables-translate ip6tables-translate; do
    rule=(-t mangle -A PREROUTING -j STATMARK --pool mail --mode nth --backend mark=0x1)
    is "$command has no translation" "$($command "${rule[@]}" 2>/dev/null | tr -s ' ')" "nft # ${rule[*]} "
done
for option in --pool --mode --backend --mask; do
    ok "the help names $option" grep -qe "^  $option" <(iptables -j STATMARK --help)
done
done_testing
