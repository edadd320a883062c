# Which node answers is what the hash says: in each mode, with different seeds,
# kernels: 5.10 6.1 6.12 sid
# for TCP and UDP, sources, source ports and destination ports.
. /lab/lib.sh

lan client node1 node2 node3
load
crowd node1 node2 node3
for node in node1 node2 node3; do serve "$node" --tcp 80 --tcp 443 --udp 53 --udp 5353; done

# What we compare with is right itself: known answers, 2, 3 and 16 slots.
known() { # MODE INIT ADDRESS SPORT DPORT
    local total
    for total in 2 3 16; do
        echo "$3 $4" | labnet slot --hashmode "$1" --hash-init "$2" --dport "$5" --total-nodes "$total" --name ''
    done | cut -d ' ' -f 3 | paste -sd,
}
mode1=sourceip mode2=sourceip-sourceport mode3=sourceip-sourceport-destport
is "known answer 1" "$(known $mode1 0 10.0.0.1 1024 80)" 1,1,4
is "known answer 2" "$(known $mode2 0 10.0.0.1 1024 80)" 2,3,12
is "known answer 3" "$(known $mode3 0 10.0.0.1 1024 80)" 1,2,8
is "known answer 4" "$(known $mode1 1 192.168.1.77 40000 443)" 2,3,12
is "known answer 5" "$(known $mode2 1 192.168.1.77 40000 443)" 1,1,2
is "known answer 6" "$(known $mode3 0xdeadbeef 203.0.113.9 53 53)" 2,3,11
is "known answer 7" "$(known $mode2 0xdeadbeef 203.0.113.9 53 53)" 2,3,13

compare() { # NAME MODE INIT PORT OPTION... - 48 questions: 8 sources, 6 ports each
    local answers
    answers=$(ask client "$address" "$4" --count 48 --source 10.9.0.1-10.9.0.8 --sport 1021 --timeout 20000 "${@:5}")
    is "$1: the node of the hash answers, no other" "$answers" \
        "$(labnet slot --hashmode "$2" --hash-init "$3" --total-nodes 3 --dport "$4" <<<"$answers")"
}

number=100 # the client's: ours come after it
for mode in $mode1 $mode2 $mode3; do
    for init in 0 0xdeadbeef; do
        address=192.168.0.$((number += 1))
        for slot in 1 2 3; do join node$slot $address 3 $slot --hashmode "$mode" --hash-init $init; done
        compare "$mode from $init, TCP port 80" "$mode" $init 80
        # As long as we listen we would hear a second answer.
        compare "$mode from $init, UDP port 53" "$mode" $init 53 --udp
        [ "$SLOWNESS" == 1 ] || continue # the debug kernel takes its time
        compare "$mode from $init, TCP port 443" "$mode" $init 443
        compare "$mode from $init, UDP port 5353" "$mode" $init 5353 --udp
    done
done

done_testing
