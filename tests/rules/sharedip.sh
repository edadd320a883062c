# shellcheck shell=bash
# What tests/rules/target.sh asks of SHAREDIP alone.
# shellcheck disable=SC2154 # its variables
more() {
    local address=10.0.0.1 even words before option command rule=()
    [ ! "$SIX" ] || address=2001:db8::1
    even=$(seq -s, 2 2 600)
    words="-j SHAREDIP --cluster-ip $address --cluster-dev lo --total-slots 4096 --hashmode sourceip"

    # As long a list as can be: iptables-restore reads back what was saved.
    for command in "${commands[@]}"; do
        ok "$command: many single slots" try -A "$words --local-slots ${even%,50[0-9]*}"
        before=$(saved)
        "$command-save" -t "$table" >/tmp/saved
        ok "$command: restored" "$command-restore" /tmp/saved
        is "$command: as they were" "$(saved)" "$before"
        ok "$command: and found by their words" try -D "$words --local-slots ${even%,50[0-9]*}"
        ok "$command refuses what could not be restored" \
            refused "$words --local-slots $even" 'would be saved as more than 1023 characters'

        # A second rule attaches to the cluster, or describes it alike.
        ok "$command: a cluster" try -A "$words --local-slots 1-3"
        ok "$command: a second rule" try -A "-j SHAREDIP --cluster-ip $address"
        ok "$command: a third" try -A "$words --local-slots 7"
        ok "$command refuses another description" refused_beside "${words/4096/4095} --local-slots 1"
        ok "$command: found by its words" try -C "-j SHAREDIP --cluster-ip $address"
        ok "$command: deleted" try -D "-j SHAREDIP --cluster-ip $address"
        ok "$command: both" try -D "$words --local-slots 7"
        nok "$command: a rule is found by all its words" try -D "$words --local-slots 1-4"
        ok "$command: all are gone" try -D "$words --local-slots 1-3"
        is "$command: all" "$(saved)" ''
    done

    # A rule without an equal in nftables is not translated, but said in full.
    command=ip${SIX}tables-translate
    rule=(-t mangle -A INPUT -j SHAREDIP --cluster-ip "$address")
    is "$command has no translation" "$("$command" "${rule[@]}" 2>/dev/null | tr -s ' ')" "nft # ${rule[*]} "
    for option in --cluster-ip --cluster-dev --clustermac --total-slots --local-slots --hashmode --hash-init; do
        ok "the help names $option" grep -qe "^  $option" <("ip${SIX}tables" -j SHAREDIP --help)
    done
}

# refused_beside OPTIONS - though there are rules already
refused_beside() {
    local before
    before=$(saved)
    ! try -A "$1" && [ "$(saved)" == "$before" ]
}
