# modules: ours
# limit: 900
# Slots move between living nodes under 200 downloads, away and back three times:
# no connection breaks, none waits, and new ones go to the new owners. With + and -
# instead, they do break.
. /lab/lib.sh
. /lab/thirds.sh

thirds
# While node 2 has given its slots away.
away_owners='own != "node2" ? own : slot <= 120 ? "node1" : "node3"'
crowd_of() { if [[ $1 == *:* ]]; then echo fd09::1-fd09::28; else echo 10.9.0.1-10.9.0.40; fi; }

# The debug kernel gets fewer: it is slow, not another one.
count=$((200 / SLOWNESS))
# So many connections that last SECONDS, in the background; each a source address of
# 40 and a port of its own
download() { # ADDRESS SECONDS
    fetch client "$1" 80 --count $count --source "$(crowd_of "$1")" --sport 20000 --chunk 400 --interval 200 \
        --size $(($2 * SLOWNESS * 2000)) --timeout 20000 >/tmp/downloads &
    job=$!
    until_ok 60 eval "[ \$(ip netns exec client ss -Htn state established dport = :80 | wc -l) -ge $count ]"
}
port=30000
# new_ones ADDRESS OWNERS - 80 connections more, from ports of their own
new_ones() {
    port=$((port + 2))
    ask client "$1" 80 --count 80 --source "$(crowd_of "$1")" --sport $port --timeout 20000 >/tmp/answers
    owners "$2" </tmp/answers >/tmp/owners
}
went_well() { cmp /tmp/answers /tmp/owners; }
tally() { awk '{ count[$4]++ } END { for (end in count) print end, count[end] }' /tmp/downloads | sort; }
# longest 1|0 - the longest that one of node 2, or another, waited for a byte, in ms
longest() { awk -v moved="$1" '($3 == "node2") == moved && $6 > most { most = $6 } END { print most + 0 }' /tmp/downloads; }
resent() { on "$1" awk '/^Tcp: [0-9]/ { print $13 }' /proc/net/snmp; }

away() { # ADDRESS - by drain and fill
    tell node2 "$1" 'drain 81-160' && tell node1 "$1" 'fill 81-120' && tell node3 "$1" 'fill 121-160'
}
back() {
    tell node1 "$1" 'drain 81-120' && tell node3 "$1" 'drain 121-160' && tell node2 "$1" 'fill 81-160'
}

story() { # BACK-END ADDRESS
    local -x BACK_END=$1 address=$2 round moved others seconds lasted
    share_thirds "$address"
    # Whether they last until all is moved is up to the machine: a slow one gets longer ones.
    for seconds in 20 60 180; do
        ok "$1 $address: $count downloads begin" download "$address" $seconds
        for round in 1 2 3; do
            ok "$1 $address: slots 81 to 160 go from node 2 to nodes 1 and 3, time $round" away "$address"
            new_ones "$address" "$away_owners"
            ok "$1 $address: ... and new connections with them" went_well
            ok "$1 $address: they come back" back "$address"
            new_ones "$address" ''
            ok "$1 $address: ... and new connections with them" went_well
        done
        kill -0 "$job" 2>/dev/null && lasted=true || lasted=false
        wait "$job"
        ! $lasted || break
    done
    ok "$1 $address: the downloads were still under way" $lasted
    is "$1 $address: they are all complete" "$(tally)" "complete $count"
    is "$1 $address: each from the node that it began with" "$(cut -d ' ' -f 1-3 /tmp/downloads)" \
        "$(cut -d ' ' -f 1-3 /tmp/downloads | owners)"
    # What is lost is sent again after 0.2 s, and after 0.4 s more. The others say
    # how long this machine makes everybody wait.
    moved=$(longest 1) others=$(longest 0)
    ok "$1 $address: none waited for a second retransmission: $moved ms at most, others $others ms" [ "$moved" -lt $((others + 600 * SLOWNESS)) ]
    diag "segments sent again by node 1, 2, 3: $(resent node1), $(resent node2), $(resent node3)"
    ok "$1 $address: the hand-over ends" eval "tell node1 $address -81-120 && tell node3 $address -121-160 && tell node2 $address +81-160"
    is "$1 $address: node 2 answers for what it had" "$(slots node2 "$address" | tr , '\n' | sed -n '1p;$p' | paste -sd-)" 81-160
    new_ones "$address" ''
    ok "$1 $address: everyone answers for its own" went_well
    withdraw_thirds "$address"
}
story legacy 192.168.0.10
story nft fd00::10
# The debug kernel needs minutes for each: of it, both families and both back ends are enough.
if [ "$SLOWNESS" == 1 ]; then
    story nft 192.168.0.10
    story legacy fd00::10
fi

# The control: at once, as the original has it

for address in 192.168.0.10 fd00::10; do
    share_thirds $address
    ok "$address: $count downloads begin" download $address 10
    ok "$address: slots 81 to 160 go from node 2 at once" eval "tell node2 $address -81-160 && tell node1 $address +81-120 && tell node3 $address +121-160"
    wait "$job"
    cut -d ' ' -f 1-3 /tmp/downloads | owners >/tmp/owners
    is "$address: those of node 2 are reset, and no others" "$(awk '{ print $1, $2, $4 }' /tmp/downloads)" \
        "$(awk '{ print $1, $2, $3 == "node2" ? "reset" : "complete" }' /tmp/owners)"
    withdraw_thirds $address
done

done_testing
