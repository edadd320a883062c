# Hostile frames to the shared address: broken IPv4 and what it carries, broken
# ARP. Every packet that makes sense is taken by exactly one node, no other by
# any; nobody crashes; and ARP goes on telling the truth.
. /lab/lib.sh

address=192.168.0.10
ok 'the module loads' load
lan web1 web2 client
router=10.9.1

# Each case sends from an address of its own, 10.9.0.N: what a node counted for
# it before the cluster's rule is what arrived, after it what was taken.
rules() { # LOCAL-NODE
    local number
    echo '*filter'
    for number in $(seq 80) 200 201 202; do echo "-A INPUT -s 10.9.0.$number"; done
    for number in $(seq 8); do echo "-A INPUT -s $router.$number"; done
    echo "-A INPUT -d $address -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06" \
        "--total-nodes 2 --local-node $1 --hashmode sourceip-sourceport-destport"
    for number in $(seq 80) 200 201 202; do echo "-A INPUT -s 10.9.0.$number"; done
    for number in $(seq 8); do echo "-A INPUT -s $router.$number"; done
    echo COMMIT
}
for number in 1 2; do
    ok "web$number has the cluster" on web$number iptables-restore <<<"$(rules $number)"
    ok 'and the address' on web$number ip address add $address/24 dev eth0
    # No frame here has a checksum of its own behind the IP header.
    ok 'and looks at no TCP checksum' \
        on web$number sysctl -w net.netfilter.nf_conntrack_checksum=0
done

# The client's commands are collected and carried out at once: entering a
# namespace takes longer than sending.
client() { echo "${@@Q}" >>/tmp/client; }
client_does() { # DESCRIPTION
    ok "$1" on client bash -e /tmp/client
    : >/tmp/client
}
# send OPTIONS... - from the case's own address
send() { client labnet packet $address --source "$source" "$@"; }
# try WANTED DESCRIPTION OPTIONS... - what became of it is counted at the end. WANTED: one - arrives at both, one takes it; none - arrives at
# both, nobody takes it; lost - no good as IP, comes to no rule.
number=0
wanted=() descriptions=()
begin() { # WANTED DESCRIPTION
    number=$((number + 1))
    wanted[number]=$1
    descriptions[number]=$2
    source=10.9.0.$number
}
try() {
    begin "$1" "$2"
    shift 2
    send "$@"
}

udp=04d20050000c0000deadbeef
tcp=04d200500000000100000000

# --- transport headers, whole and not
try one 'UDP' --payload $udp
try one 'UDP without data' --payload 04d2005000080000
try none 'UDP that says it is longer' --payload 04d20050ffff0000
try none 'UDP that says it is shorter than its header' --payload 04d2005000070000deadbeef
try none 'UDP of which only the ports came' --payload 04d20050
try none 'UDP of three bytes' --payload 04d200
try none 'UDP without anything' --payload ''
try one 'TCP SYN' --proto 6 --payload ${tcp}5002040000000000
try one 'TCP from the middle of a connection' --proto 6 --payload ${tcp}5010040000000000
try none 'TCP without a flag' --proto 6 --payload ${tcp}5000040000000000
try none 'TCP with every flag' --proto 6 --payload ${tcp}50ff040000000000
try none 'TCP SYN FIN RST' --proto 6 --payload ${tcp}5007040000000000
try none 'TCP whose header is shorter than a header' --proto 6 --payload ${tcp}4002040000000000
try none 'TCP whose options are not there' --proto 6 --payload ${tcp}f002040000000000
try none 'TCP of which only the ports came' --proto 6 --payload 04d20050
try none 'TCP of nineteen bytes' --proto 6 --payload ${tcp}50020400000000
try none 'TCP without anything' --proto 6
try one 'ICMP echo request' --proto 1 --payload 0800000000010001
try none 'ICMP of four bytes' --proto 1 --payload 08000000
try none 'ICMP without anything' --proto 1
try none 'ICMP of a type that there is not' --proto 1 --payload fe00000000010001
try none 'ICMP echo reply that nobody asked for' --proto 1 --payload 0000000000010001
try none 'ICMP error about nothing' --proto 1 --payload 0303000000000000
try none 'ICMP error about half a header' --proto 1 --payload 030300000000000045000020
try one 'ESP' --proto 50 --payload 0000123400000001
try one 'ESP of two bytes' --proto 50 --payload 0000
try one 'ESP without anything' --proto 50
try one 'AH' --proto 51 --payload 060400000000123400000001
try one 'AH of six bytes' --proto 51 --payload 060400000000
try one 'AH without anything' --proto 51
try one 'protocol 0' --proto 0 --payload 00
try one 'protocol 99, nothing in it' --proto 99
try one 'protocol 255' --proto 255 --payload ffffffffffffffff

# --- the IP header
try one 'IP options: forty of nothing' --options "$(printf '01%.0s' {1..40})" --payload $udp
try one 'IP option: the end, and rubbish behind it' --options 00ffffff --payload $udp
try one 'time to live 0' --ttl 0 --payload $udp
try one 'more bytes in the frame than it says' --total-length 32 --payload ${udp}deadbeef
try lost 'IP option of length 0' --options 44000000 --payload $udp
try lost 'IP option that is longer than the header' --options 442c0501 --payload $udp
try lost 'source route' --options 8307040a09000101 --payload $udp
try lost 'version 6' --version 6 --payload $udp
try lost 'version 0' --version 0 --payload $udp
try lost 'a header of 16 bytes' --ihl 4 --payload $udp
try lost 'a header of none' --ihl 0 --payload $udp
try lost 'a header longer than the frame' --ihl 15 --payload $udp
try lost 'longer than the frame' --total-length 1500 --payload $udp
try lost 'shorter than its header' --total-length 19 --payload $udp
try lost 'of no length' --total-length 0 --payload $udp
try lost 'a wrong checksum' --checksum 0xdead --payload $udp
for cut in 1 12 13 20 31; do
    try lost "$cut bytes missing" --payload $udp --cut $cut
done

# --- fragments
half="$(printf '00%.0s' {1..16})"
begin one 'two fragments'
send --id 7 --more --payload "04d2005000280000$half"
send --id 7 --offset 24 --payload "$half"
begin one 'two fragments, the last one first'
send --id 8 --offset 24 --payload "$half"
send --id 8 --more --payload "04d2005000280000$half"
begin one 'a first fragment of eight bytes'
send --id 9 --more --payload 04d2005000180000
send --id 9 --offset 8 --payload "$half"
try lost 'a first fragment alone' --id 10 --more --payload "04d2005000280000$half"
try lost 'a last fragment alone' --id 11 --offset 24 --payload "$half"
try lost 'beyond the end of all packets' --id 12 --offset 65528 --payload "$half"
begin lost 'fragments that overlap'
send --id 13 --more --payload "04d2005000280000$half"
send --id 13 --offset 16 --payload "$half"
begin lost 'the whole once more as a fragment'
send --id 14 --more --payload 04d2005000180000
send --id 14 --more --payload 04d2005000180000ffffffffffffffff
send --id 14 --offset 8 --payload "$half"
last=$number

# --- a packet is a packet however its header looks: same slot
taker() { # SOURCE COUNTS: which node took what it sent
    awk -v s="$1" '$1 ~ /^web/ && $2 == s && $4 > 0 { printf "%s ", $1 }' <<<"$2"
}
ports=("--payload $udp" "--options 01010101 --payload $udp" "--options $(printf '01%.0s' {1..40}) --payload $udp")
source=10.9.0.70
for options in "${ports[@]}"; do
    # shellcheck disable=SC2086 # a list of words
    send $options
done
send --id 20 --more --payload 04d2005000180000
send --id 20 --offset 8 --payload "$half"

# --- an ICMP error about a connection goes to the node that has it, whatever
# the router's hash would be
source=10.9.0.71
send --payload 04d20051000c0000deadbeef
inner=4500002000010000401100 # of the answer, which the error is about
inner=${inner}00c0a8000a0a090047005104d2000c0000
for host in $(seq 8); do
    client labnet packet $address --source "$router.$host" --proto 1 --payload "0303000000000000$inner"
done

# --- bytes changed at random
for kind in "200 --payload $udp" "201 --proto 6 --payload ${tcp}5002040000000000" \
    "202 --proto 1 --payload 0800000000010001"; do
    source=10.9.0.${kind%% *}
    # shellcheck disable=SC2086
    send ${kind#* } --mutate "${kind%% *}" --count 1000
done
client_does 'all of it is sent'

# --- what became of them: NODE SOURCE ARRIVED TAKEN
counts() {
    for node in web1 web2; do
        on $node iptables-save -c | awk -v node=$node '
            /CLUSTERIP/ { behind = 1 }
            / -s / { sub("/32", "", $5)
                packets = substr($1, 2) + 0
                if (behind) print node, $5, before[$5], packets; else before[$5] = packets }'
    done
}
source=10.9.0.76
send --payload $udp
client_does 'and one more'
all_arrived() { [ "$(counts | grep -c ' 10.9.0.76 1 ')" == 2 ]; }
ok 'both nodes have got them all' until_ok 10 all_arrived
result=$(counts)
for number in $(seq $last); do
    case ${wanted[number]} in one) want='1 1 1' ;; none) want='1 1 0' ;; lost) want='0 0 0' ;; esac
    is "${wanted[number]}: ${descriptions[number]}" "$(awk -v s="10.9.0.$number" '$2 == s {
        printf "%d ", $3; taken += $4 } END { print taken + 0 }' <<<"$result")" "$want"
done

is 'IP options and fragments do not change the slot' \
    "$(awk '$2 == "10.9.0.70" { printf "%d ", $4 }' <<<"$result" | tr -s ' ' '\n' | sort -n | tr '\n' ' ')" \
    '0 4 '
holder=$(taker 10.9.0.71 "$result")
ok 'one node has the connection' [ "$(wc -w <<<"$holder")" == 1 ]
for host in $(seq 8); do
    is "it takes the error from router $host" "$(taker "$router.$host" "$result")" "$holder"
done
for number in 200 201 202; do
    ok "some of the random packets from 10.9.0.$number are taken, none twice" \
        [ "$(awk -v s="10.9.0.$number" '$2 == s { if ($3 > most) most = $3; taken += $4 }
            END { print (taken > 0 && taken <= most) + 0 }' <<<"$result")" == 1 ]
done

# --- a node that answers for nothing takes nothing at all
ok 'web1 gives up its slot' tell web1 $address -1
before=$(counts | awk '$1 == "web1" { sum += $4 } END { print sum }')
source=10.9.0.200
for seed in 1 2 3; do
    for proto in 17 6 1 50 132; do
        send --proto $proto --payload-size $((seed * 12)) --mutate $seed --count 300
    done
done
source=10.9.0.75
send --payload $udp
client_does 'more random packets'
ok 'it sees more of them' until_ok 10 eval "counts | grep -q 'web1 10.9.0.75 1'"
is 'and takes none' "$(counts | awk '$1 == "web1" { sum += $4 } END { print sum }')" "$before"
ok 'it takes up its slot again' tell web1 $address +1

# --- ARP
capture web1 arp
arp() { client labnet arp send --tpa $address --spa 192.168.0.100 "$@"; }
for op in 0 2 3 4 8 9 10 255 65535; do arp --op $op; done
for type in 0 6 24 32 772 65535; do arp --htype $type; done
for type in 0 0x0801 0x86dd 65535; do arp --ptype $type; done
for length in 0 1 5 7 8 255; do arp --hlen $length; done
for length in 0 1 3 5 16 255; do arp --plen $length; done
arp --hlen 255 --plen 255
arp --hlen 20 --pad 28
for cut in 0 1 7 8 14 20 27; do arp --cut $cut; done
for pad in 1 18 500 1400; do arp --pad $pad; done
arp --sha 01:02:03:04:05:06 --spa $address --op 2
arp --sha 01:02:03:04:05:06 --spa $address
arp --sha ff:ff:ff:ff:ff:ff
arp --spa 0.0.0.0
arp --spa 255.255.255.255
arp --spa 224.0.0.1
arp --eth-dst 01:02:03:04:05:06
client_does 'no good ARP at all'
# What a node's own programs send passes no hook.
for cut in 0 8 20 28; do
    on web1 labnet arp send --spa $address --sha 01:02:03:04:05:06 --op 2 --cut $cut
done
on web1 labnet arp send --spa $address --sha 01:02:03:04:05:06 --hlen 255 --plen 255
answers() { # counts the addresses that web1's kernel has told for the shared one
    captured_now | grep -c "Reply $address is-at $1"
}
captured_now() { tcpdump -r /tmp/capture.web1.pcap -n -t 2>/dev/null; }
asked=$(answers 01:02:03:04:05:06)
arp
client_does 'a good question'
ok 'web1 still answers' until_ok 10 eval "[ \$(answers 01:02:03:04:05:06) -gt $asked ]"
captured web1 >/tmp/arp
ok 'with the MAC of the cluster' grep -q "Reply $address is-at 01:02:03:04:05:06" /tmp/arp
nok 'and never with its own' grep "Reply $address is-at 02:00" /tmp/arp
ok 'its own address it tells as it is' on client ping -c 1 -W 5 192.168.0.1
ok 'with its own MAC' eval "on client ip neigh show 192.168.0.1 | grep -q $(mac_of 1)"
ok 'the client forgets' on client ip neigh flush dev eth0
on client ping -c 1 -W 2 $address >/dev/null
ok 'and learns the MAC of the cluster' \
    eval "on client ip neigh show $address | grep -q 01:02:03:04:05:06"

done_testing
