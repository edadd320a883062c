# 1000 connections from 250 clients: every node gets its share, as chance would
# kernels: 6.1 6.12
# have it, and every connection exactly one node.
. /lab/lib.sh

nodes=4
draws=$((SLOWNESS > 1 ? 250 : 1000)) # the debug kernel takes its time
lan client node{1..4}
load
crowd node{1..4}
for node in node{1..4}; do serve "$node" --tcp 80; done

# within_3_sigma COUNT SLOTS TOTAL - of that many draws with probability
# p = SLOTS/TOTAL; integers only: (COUNT - DRAWS p)^2 < 9 DRAWS p (1 - p)
within_3_sigma() {
    local distance=$(($1 * $3 - draws * $2))
    [ $((distance * distance)) -lt $((9 * draws * $2 * ($3 - $2))) ]
}

for total in 2 3 16; do
    address=192.168.0.$((200 + total))
    slots_of=()
    for ((slot = 1; slot <= total; slot++)); do
        number=$(((slot - 1) % nodes + 1))
        if [ "$slot" -le $nodes ]; then
            join node$number $address "$total" "$slot" --hashmode sourceip-sourceport
        else
            _must tell node$number $address "+$slot"
        fi
        slots_of[number]=$((${slots_of[number]:-0} + 1))
    done
    witness
    answers=$(ask client $address 80 --count $draws --source 10.9.0.1-10.9.0.250 --sport 30000 --parallel 64 --timeout 30000 | sort)
    is "$total slots: every connection is answered by one node, and seen to be" "$(witnessed)" "$answers"
    is "$total slots: ... and none is lost" "$(grep -c ' node[0-9]*$' <<<"$answers")" $draws
    diag "$(cut -d ' ' -f 3 <<<"$answers" | sort | uniq -c)"
    for number in "${!slots_of[@]}"; do
        share=$(grep -c " node$number\$" <<<"$answers")
        ok "$total slots: node $number, with ${slots_of[number]}, answers $share of $draws, within 3 sigma" \
            within_3_sigma "$share" "${slots_of[number]}" "$total"
    done
done

done_testing
