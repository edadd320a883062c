# shellcheck shell=bash
# What tests/rules/target.sh asks of STATMARK alone.
# shellcheck disable=SC2034,SC2154 # its variables
more() {
    local rule before count
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
}
