# modules: ours
# kernels: 6.12
# limit: 900
# One of three nodes dies. Its 80 slots are shared by the two that are left, evenly,
# and every connection is answered by exactly one of them.
. /lab/lib.sh
. /lab/thirds.sh

thirds
count=$((10000 / SLOWNESS))

# What comes of it when the two take up the dead one's slots by turns.
bereaved='own != "node2" ? own : slot % 2 ? "node1" : "node3"'
of_node2() { seq "$1" 2 160 | paste -sd, | sed 's/^/+/'; }
number_of() { slots "$1" "$2" | tr , '\n' | grep -c .; }

die_story() { # BACK-END ADDRESS SOURCES
    local -x BACK_END=$1 address=$2
    share_thirds "$address"
    ask client "$address" 80 --count 600 --source "$3" --sport 3000 --timeout 20000 >/tmp/answers
    is "$address: three nodes answer for their slots" "$(sort /tmp/answers)" "$(owners </tmp/answers | sort)"
    _must ip link set sw-node2 down
    ask client "$address" 80 --count 600 --source "$3" --sport 3100 --timeout 2000 >/tmp/answers
    is "$address: node 2 dies, and its slots are answered by no one" "$(sort /tmp/answers)" \
        "$(owners </tmp/answers | sed 's/node2/-/' | sort)"
    ok "$address: node 1 takes half of its slots" tell node1 "$address" "$(of_node2 81)"
    ok "$address: node 3 takes the other half" tell node3 "$address" "$(of_node2 82)"
    is "$address: both have 120" "$(number_of node1 "$address") $(number_of node3 "$address")" '120 120'
    witness
    ask client "$address" 80 --count $count --source "$3" --sport 4000 --timeout 20000 >/tmp/answers
    witnessed >/tmp/witnessed
    is "$address: $count connections are made" "$(sort -u /tmp/answers | wc -l)" $count
    is "$address: ... each with the node that has its slot" "$(sort /tmp/answers)" "$(owners "$bereaved" </tmp/answers | sort)" || why_reset
    is "$address: ... and on the wire nobody else answered" "$(cat /tmp/witnessed)" "$(sort /tmp/answers)"
    shares=$(awk '{ count[$3]++ } END { print count["node1"], count["node3"] }' /tmp/answers)
    ok "$address: shares are alike: $shares" awk -v n=$count '{ exit !($1 > n * 0.47 && $2 > n * 0.47) }' <<<"$shares"

    _must ip link set sw-node2 up
    withdraw_thirds "$address"
}
die_story legacy 192.168.0.10 10.9.0.1-10.9.0.200
die_story nft fd00::10 fd09::1-fd09::c8

done_testing
