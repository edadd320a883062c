# A thousand clusters of 4096 slots each, and a file about all of lines of 20 KB: whatever is
# read of it is whole lines, each of a cluster that is there all the time once, and
# nobody else waits for the reader. What it costs, tests/bench/scale tells.
# kernels: 6.12
# modules: ours
# limit: 1200
. /lab/lib.sh

load
with_ours
_must ip link add lan0 type dummy
_must ip link set lan0 up
count=1000
[ "$SLOWNESS" -eq 1 ] || count=60
all=/proc/net/nf_clusterip
odd=$(seq 1 2 4096 | paste -sd,)
even=$(seq 2 2 4096 | paste -sd,)

# addresses PREFIX SEPARATOR - as many as there are clusters
addresses() { for ((i = 0; i < count; i++)); do echo "$1$((i / 250 + 1))$2$((i % 250 + 1))"; done; }
files() { find "$1" -type f | wc -l; }
# rules < ADDRESSES
rules() {
    echo '*raw'
    sed 's/.*/-A PREROUTING -j SHAREDIP --cluster-ip & --cluster-dev lan0 --total-slots 4096 --local-slots 1-4096 --hashmode sourceip/'
    echo COMMIT
}
listed() { cut -d' ' -f1 "${1:-$all}" | sort; }
# whole_lines FILE [new|changed] - each is of a cluster as it was made, or was changed
whole_lines() {
    awk -v on="$even" -v off="$odd" -v wanted="${2-}" '
        {
            state = "broken"
            if ($13 == "1-4096" && $19 == "none") state = "new"
            if ($13 == on && $19 == off) state = "changed"
            $1 = $5 = $13 = $19 = "@"
            if ($0 != "@ interface lan0 clustermac @ hashmode sourceip hash-init 0 total 4096 " \
                "on @ drain none fill none off @ accepted 0 foreign 0 kept 0 silenced 0") state = "broken"
        }
        state == "broken" || (wanted != "" && state != wanted) {
            print "line " NR " is " state ": " substr($0, 1, 300)
            bad = 1
        }
        END { exit bad }' "$1"
}

many_story() { # IPTABLES FOLDER PREFIX SEPARATOR
    local folder=/proc/net/$2 iptables=$1 going writer piece
    addresses "$3" "$4" | sort >/tmp/addresses
    rules </tmp/addresses >/tmp/rules
    ok "$iptables: $count rules are loaded" "$iptables-restore" /tmp/rules
    is "$iptables: as many files" "$(files "$folder")" $count
    is "$iptables: the file of all has each once" "$(listed)" "$(</tmp/addresses)"
    ok "$iptables: a line each" whole_lines $all new
    "$iptables-save" -t raw >/tmp/saved
    is "$iptables: they are saved" "$(grep -c -- '--total-slots 4096' /tmp/saved)" $count

    ok "$iptables: each is written to" labnet write --each "-$odd" "$folder"/*
    ok "$iptables: which shows in all" whole_lines $all changed
    for piece in 100 4096 1000000; do
        labnet read --size $piece $all >/tmp/pieces
        is "$iptables: read by $piece bytes, each is there once" "$(listed /tmp/pieces)" "$(</tmp/addresses)"
    done

    # Half of them come and go, and change, while the file is read.
    awk 'NR % 2' /tmp/addresses >/tmp/some
    { echo '*raw'; grep -Fwf /tmp/some /tmp/rules; echo COMMIT; } >/tmp/fewer
    is "$iptables: half of the rules" "$(grep -c SHAREDIP /tmp/fewer)" $((count / 2))
    touch /tmp/going
    (
        going=0
        while [ -e /tmp/going ]; do
            "$iptables-restore" /tmp/fewer && "$iptables-restore" /tmp/rules || echo bad
            going=$((going + 1))
        done
        echo "$going rounds"
    ) >/tmp/writer 2>&1 &
    writer=$!
    ok "$iptables: rules come and go" until_ok 60 eval '[ "$(wc -l <$all)" -lt $count ]'
    for piece in 100 4096 1000000; do
        labnet read --size $piece $all >/tmp/pieces
        whole_lines /tmp/pieces
        listed /tmp/pieces >/tmp/listed
        uniq -d /tmp/listed | sed 's/$/ is there twice/'
        grep -vxFf /tmp/listed /tmp/some | sed 's/$/ is missing/'
        grep -vxFf /tmp/addresses /tmp/listed | sed 's/$/ is nobody/'
    done >/tmp/faults
    is "$iptables: meanwhile all is whole lines, and who stays is there once" "$(head -n 20 /tmp/faults)" ''
    rm /tmp/going
    wait $writer
    diag "$(</tmp/writer)"
    is "$iptables: no load failed" "$(grep -vc rounds /tmp/writer)" 0
    ok "$iptables: they go" "$iptables" -t raw -F
    is "$iptables: none is left" "$(cat $all; files "$folder")" 0
}

many_story iptables ipt_CLUSTERIP 10.8. .
many_story ip6tables-nft ip6t_CLUSTERIP fd08:: :

ok 'the module goes' unload
done_testing
