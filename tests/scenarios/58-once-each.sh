# modules: ours
# kernels: 6.12
# limit: 900
# 10,000 connections while a third of all slots goes from node to node and back, all
# the time: each is answered, by one node. What a moving slot may do is delay it; on a
# machine that stands still for a second, one in a thousand may meet two nodes.
. /lab/lib.sh
. /lab/thirds.sh

thirds
count=$((10000 / SLOWNESS))

# Slots 81 to 160 belong to node 2, or to nodes 1 and 3, and all others stay.
either='own != "node2" ? own : slot <= 120 ? "node2|node1" : "node2|node3"'
move() { # ADDRESS - until there is no /tmp/moving
    local round=0
    while [ -e /tmp/moving ]; do
        if ! { tell node2 "$1" 'drain 81-160' && tell node1 "$1" 'fill 81-120' && tell node3 "$1" 'fill 121-160'; }; then break; fi
        sleep 0.5
        if ! { tell node1 "$1" 'drain 81-120' && tell node3 "$1" 'drain 121-160' && tell node2 "$1" 'fill 81-160'; }; then break; fi
        sleep 0.5
        round=$((round + 1))
        echo $round >/tmp/rounds
    done
}

once_each() { # BACK-END ADDRESS SOURCES
    local -x BACK_END=$1 address=$2 mover
    share_thirds "$address"
    echo 0 >/tmp/rounds
    touch /tmp/moving
    move "$address" &
    mover=$!
    witness
    ask client "$address" 80 --count $count --source "$3" --sport 4000 --timeout 30000 | sort >/tmp/answers
    witnessed >/tmp/witnessed
    rm /tmp/moving
    wait $mover
    ok "$address: slots went and came back $(</tmp/rounds) times meanwhile" [ "$(</tmp/rounds)" -ge 3 ]
    is "$address: $count connections were made" "$(cut -d ' ' -f 1-2 /tmp/answers | sort -u | wc -l)" $count
    owners "$either" </tmp/answers >/tmp/owners
    awk 'NR == FNR { own[$1 $2] = $3; next } $3 !~ "^(" own[$1 $2] ")$" { print $0 ", of " own[$1 $2] }' \
        /tmp/owners /tmp/answers >/tmp/strange
    strange=$(wc -l </tmp/strange)
    ok "$address: each was answered by one that may have its slot, but for $strange" [ "$strange" -le $((count / 1000)) ] || why_reset
    diag "$(head -n 5 /tmp/strange)"
    twice=$(awk 'NF > 3' /tmp/witnessed | wc -l)
    ok "$address: on the wire one node answered each, but for $twice" [ "$twice" -le $((count / 1000)) ]
    is "$address: ... and none got no answer" "$(wc -l </tmp/witnessed)" $count
    nok "$address: ... and none of a slot that stays" grep -E ', of node[13]$' /tmp/strange || why_reset
    is "$address: all nodes answered some" "$(cut -d ' ' -f 3 /tmp/answers | grep node | sort -u | paste -sd ' ')" 'node1 node2 node3'
    withdraw_thirds "$address"
}
once_each legacy 192.168.0.10 10.9.0.1-10.9.0.200
once_each nft fd00::10 fd09::1-fd09::c8
done_testing
