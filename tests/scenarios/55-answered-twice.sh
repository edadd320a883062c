# Both nodes answer a client's SYN: it was lost for a moment, and its slot moved. The
# client has a connection with one of them, and the other one leaves it alone. Of
# each pair of ports, the even one's answer comes from node1, who drains, and the
# other's from node2, who fills.
# modules: ours
# kernels: 6.12 sid debug
. /lab/lib.sh
. /lab/behind.sh
with_ours

load
lan client node1 node2
for node in node1 node2; do
    _must on $node sysctl -qw net.ipv4.tcp_fastopen=1538 # all who listen, and without a cookie
    # The loser must not have given up before a slow machine listens to it.
    _must on $node sysctl -qw net.ipv4.tcp_synack_retries=7
    serve $node --tcp 80 --tcp6 80
done
declare -A FAMILIES=([192.168.0.10]=iptables [fd00::10]=ip6tables)

ipv() { if [[ $1 == *:* ]]; then echo -6; else echo -4; fi; }
# client_hears -A|-D RULE... - the client's iptables, for answers to a SYN
client_hears() { on client "${FAMILIES[$address]}" "$1" INPUT -p tcp --tcp-flags SYN,ACK SYN,ACK "${@:2}"; }
# client_hears_loser -A|-D PORT [RULE...] - the same, for those of the node that comes too late
client_hears_loser() {
    local number=2
    [ $(($2 % 2)) -eq 0 ] || number=1
    client_hears "$1" --dport "$2" -m mac --mac-source "$(mac_of "$number")" "${@:3}"
}
heard_loser() { on client "${FAMILIES[$address]}" -vxnL INPUT | awk -v port="dpt:$1" '$0 ~ port && $1 > 0' | grep -q .; }
asked_of() { on "$1" ss -Htn "$(ipv "$address")" state syn-recv | grep -q ":$2 *$"; }
all_asked() { # SERVER PORT... - it has answered a SYN of each
    local one
    for one in "${@:2}"; do asked_of "$1" "$one" || return 1; done
}
counted() { # NODE NAME - by TCP
    on "$1" awk -v wanted="$2" '/^TcpExt:/ { if (!names) names = split($0, name)
        else for (i = 2; i <= NF; i++) if (name[i] == wanted) print $i }' /proc/net/netstat
}
ended() { # SERVER... - it has no connection any more, as far as they were made
    local server
    for server; do
        [ -z "$(on "$server" ss -Htn state established state close-wait state last-ack)" ] || return 1
    done
}

how=() # more options of the connections
# seldom COMMAND... - a look costs processor time, and answers come a second apart
seldom() { "$@" || { sleep 0.4 && return 1; }; }

# twice SERVER1 SERVER2 PORT ADDRESS... - the story, for all addresses at once; the
# servers are the namespaces where the connections end
twice() {
    local first=$1 second=$2 even=$3 odd=$(($3 + 1)) address winner port
    local addresses=("${@:4}")
    witness
    for address in "${addresses[@]}"; do
        _must client_hears -A -j DROP
        for port in $even $odd; do
            _must begin "$address-$port" client "$address" 80 --sport "$port" --timeout 60000 "${how[@]}"
            [ ${#how[@]} -eq 0 ] || _must eval 'connected "$address-$port" && say "$address-$port" first'
        done
    done
    for address in "${addresses[@]}"; do
        ok "$where: node1 answers $address" until_ok 10 all_asked "$first" "$even" "$odd"
        ok "$where: node1 drains" tell node1 "$address" 'drain 1'
        ok "$where: node2 fills" tell node2 "$address" 'fill 1'
    done
    for address in "${addresses[@]}"; do
        ok "$where: both have answered for $address" until_ok 20 seldom eval \
            "all_asked $first $even $odd && all_asked $second $even $odd"
        for port in $even $odd; do _must client_hears_loser -I "$port" -j DROP; done
        _must client_hears -D -j DROP
    done
    for address in "${addresses[@]}"; do
        for port in $even $odd; do
            winner=node$((port % 2 + 1))
            if [ ${#how[@]} -eq 0 ]; then
                ok "$where: $address from port $port" connected "$address-$port"
            else
                ok "$where: $address from port $port" hear "$address-$port" 20
                is "$where: ... is answered by $winner" "$HEARD" "$winner first"
            fi
            is "$where: ... with $winner" "$(answer_to "$address-$port" hello)" "$winner hello"
            _must client_hears_loser -D "$port" -j DROP
            _must client_hears_loser -I "$port"
        done
    done
    # Who lost goes on asking, and the client says that it knows better.
    for address in "${addresses[@]}"; do
        for port in $even $odd; do
            winner=node$((port % 2 + 1))
            ok "$where: the other one answers port $port again" until_ok 30 seldom heard_loser "$port"
            is "$where: ... and $address lives on with $winner" "$(answer_to "$address-$port" still)" "$winner still"
            _must client_hears_loser -D "$port"
        done
    done
    is "$where: nobody was reset" "$(resets)" ''
    for address in "${addresses[@]}"; do
        for port in $even $odd; do let_go "$address-$port"; done
    done
    ok "$where: they end well" until_ok 20 ended "$first" "$second"
    # By the client's reset: without, it would take a minute.
    for address in "${addresses[@]}"; do
        ok "$where: who lost those to $address hears of it" until_ok 40 seldom eval \
            "! asked_of $first $odd && ! asked_of $second $even"
    done
}

for address in "${!FAMILIES[@]}"; do
    share node1 "$address" 1 1 --hashmode sourceip
    share node2 "$address" 1 none --hashmode sourceip
done
back() {
    local address
    for address in "${!FAMILIES[@]}"; do _must tell node2 "$address" -1 && _must tell node1 "$address" +1; done
}
ok 'both have their addresses' settled node1 node2
# The client shall know nothing of a connection that it has closed.
_must on client sysctl -qw net.ipv4.tcp_max_tw_buckets=0

where='nothing tracked'
twice node1 node2 7000 "${!FAMILIES[@]}"
is "$where" "$(on node1 cat /proc/sys/net/netfilter/nf_conntrack_count)" 0

# A whole socket at node1, who has heard the first words with the SYN. They are not
# sent with the next one: node2 has a request.
where='fast open' how=(--fast)
_must on client sysctl -qw net.ipv4.tcp_fastopen=5 # without a cookie, too
back
twice node1 node2 7030 "${!FAMILIES[@]}"
how=()
ok "$where: node1 did" [ "$(counted node1 TCPFastOpenPassive)" -gt 0 ]

where='tracked'
for node in node1 node2; do
    for tables in "${FAMILIES[@]}"; do
        _must on $node "$tables" -A INPUT -m conntrack --ctstate NEW
    done
done
back
twice node1 node2 7010 "${!FAMILIES[@]}"

where='forwarded'
serve_behind 192.168.0.10
back
twice back1 back2 7020 192.168.0.10

done_testing
