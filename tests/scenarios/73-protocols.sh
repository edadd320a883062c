#!/bin/bash
# kernels: 6.12 sid
# modules: ours
# STATMARK with what there is besides TCP: UDP, SCTP, ICMP, connections that belong
# to others, packets that begin here, IPv6, marks that others use too, packets that
# connection tracking does not see.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/director.sh
. /lab/director.sh
ok 'the modules load' eval 'load xt_condition && load xt_STATMARK'
_must modprobe -a nf_conntrack_ftp nf_nat_ftp
director 2
serve mail1 --tcp 25 --tcp 21 --tcp6 25
serve mail2 --tcp 25 --tcp 21 --tcp6 25
serve director --tcp 7
serve client --tcp 6000
for mail in mail1 mail2; do _must ip -n $mail address add 10.0.50.1/32 dev lo; done
# Raw packets of SCTP come without its checksum.
_must on director sysctl -qw net.netfilter.nf_conntrack_checksum=0
wan=$(ip -n director -o link show wan | grep -o 'ether [0-9a-f:]*' | cut -d ' ' -f 2)

column() { on director awk -v column="$2" '/^0x/ { printf "%s%s", sep, $column; sep = " " }' "/proc/net/nf_statmark/$1"; }
sum() { tr ' ' '\n' | awk '{ sum += $1 } END { print sum }'; }
flows() { column "$1" 5 | sum; }   # POOL - flows given
packets() { column "$1" 6 | sum; } # POOL - packets carried
number=0 hashed=

for backend in legacy nft; do
    iptables="on director iptables-$backend"
    ip6tables="on director ip6tables-$backend"
    # matched COMMAND-AND-TABLE TEXT - packets of the rules whose listing has TEXT
    matched() { $1 -nvxL PREROUTING | awk -v text="$2" 'index($0, text) { sum += $1 } END { print sum + 0 }'; }
    pool=all-$backend
    $iptables -t mangle -A PREROUTING -j STATMARK --pool $pool --backend mark=1 --backend mark=2
    for mark in 1 2; do
        $iptables -t nat -A PREROUTING -p udp --dport 5999 -m mark --mark $mark -j DNAT --to-destination 192.168.0.$mark
        $iptables -t nat -A PREROUTING -p tcp --dport 21 -m mark --mark $mark -j DNAT --to-destination 192.168.0.$mark
    done

    # --- a flow is one flow, whatever it is made of
    sctp() { # an INIT, three times
        on client labnet packet "$SERVICE" --dev eth0 --eth-dst "$wan" --source "$1" --proto 132 --count 3 \
            --payload 1770177100000000000000000100001400000001000100000001000100000001
    }
    udp() { for _ in 1 2 3; do on client labnet flood "$SERVICE" 5000 --source "$1" --count 1 || return 1; done; }
    icmp() { on client ping -q -c 3 -i 0.2 -W 10 -I "$1" "$SERVICE"; }
    tcp() {
        hold talk client "$SERVICE" 7 --source "$1"
        [ "$(answer_to talk one) $(answer_to talk two)" == 'director one director two' ]
    }
    for protocol in tcp udp icmp sctp; do
        source=10.9.$((number += 1)).1
        was=$(flows $pool) had=$(packets $pool)
        ok "$backend: $protocol: three packets or more" $protocol "$source"
        is "$backend: $protocol: are one flow" "$(($(flows $pool) - was))" 1
        ok "$backend: $protocol: and all are marked" [ $(($(packets $pool) - had)) -ge 3 ]
        ok "$backend: $protocol: the connection knows its mark" \
            eval "on director conntrack -L -p $protocol 2>/dev/null | grep 'src=$source .* mark=[12] '"
    done
    let_go talk

    # --- who belongs to a connection has its mark
    was=$(flows $pool)
    $iptables -t mangle -A PREROUTING -i lan -p icmp -m mark --mark 1
    $iptables -t mangle -A PREROUTING -i lan -p icmp -m mark --mark 2
    for host in 1 2; do
        on client labnet flood "$SERVICE" 5999 --source 10.9.$((number += 1)).$host --count 1 >/dev/null
    done
    errors() { [ "$(matched "$iptables -t mangle" 'mark match 0x1') $(matched "$iptables -t mangle" 'mark match 0x2')" == '1 1' ]; }
    ok "$backend: an ICMP error has the mark of the flow it is about" until_ok 20 errors
    is "$backend: ... and is no flow of its own" $(($(flows $pool) - was)) 2

    $iptables -t raw -A PREROUTING -p tcp --dport 21 -j CT --helper ftp
    was=$(flows $pool)
    for host in 1 2; do
        ok "$backend: an FTP session" hold ftp client "$SERVICE" 21 --source 10.8.0.2 --sport $((number += 1, 2000 + number))
        server=$(answer_to ftp hello)
        server=${server% hello}
        ok "$backend: ... asks $server for data" eval "[ \"\$(answer_to ftp \$'PORT 10,8,0,2,23,112\\r')\" ]"
        ok "$backend: ... which $server brings" eval "on $server labnet ask 10.8.0.2 6000 --sport $((3000 + number)) | grep 'client$'"
        is "$backend: ... with the mark of the session" \
            "mail$(on director conntrack -L -p tcp --orig-port-dst 6000 2>/dev/null | sed -nE "s/.* sport=$((3000 + number)) .* mark=([0-9]+).*/\1/p")" "$server"
        let_go ftp
    done
    is "$backend: ... four connections, two flows" $(($(flows $pool) - was)) 2

    # --- packets that begin here go where the mark leads them
    $iptables -t mangle -F
    for mark in 1 2; do
        ip -n director rule add fwmark $mark table 10$mark
        ip -n director route add 10.0.50.1 via 192.168.0.$mark table 10$mark
    done
    ip -n director route replace 10.0.50.1 via 192.168.0.1
    is "$backend: without a rule all go one way" "$(ask director 10.0.50.1 25 --count 4 --tally)" 'mail1 4'
    $iptables -t mangle -A OUTPUT -p tcp -d 10.0.50.1 -j STATMARK --pool out-$backend --backend mark=1 --backend mark=2
    is "$backend: in OUTPUT: half and half" "$(ask director 10.0.50.1 25 --count 4 --tally | paste -sd ' ')" 'mail1 2 mail2 2'
    $iptables -t mangle -F
    for mark in 1 2; do ip -n director rule del fwmark $mark table 10$mark; done
    ip -n director route flush table 101
    ip -n director route flush table 102

    # --- IPv6
    for mode in nth hash; do
        $ip6tables -t mangle -A PREROUTING -p tcp -d fd10::1 --dport 25 -j STATMARK --pool six-$backend-$mode \
            --mode $mode --backend mark=1 --backend mark=2
        for mark in 1 2; do
            $ip6tables -t nat -A PREROUTING -p tcp -d fd10::1 -m mark --mark $mark -j DNAT --to-destination fd19::$mark
        done
        from() { on client curl -sg --max-time 30 --interface "fd09::$1" 'http://[fd10::1]:25/'; }
        if [ $mode == nth ]; then
            is "$backend: IPv6: half and half" "$(for host in 1 2 3 4; do from $host; done | sort | uniq -c | awk '{ print $2 "=" $1 }' | paste -sd ' ')" 'mail1=2 mail2=2'
        else
            served=$(for host in 1 2 3 4; do from $host; done | paste -sd ' ')
            is "$backend: IPv6: by hash, the same source, the same server" "$served" "${hashed:=$served}"
            ok "$backend: IPv6: ... and not one for all ($served)" eval "[[ '$served' == *mail1* && '$served' == *mail2* ]]"
        fi
        $ip6tables -t mangle -F
        $ip6tables -t nat -F
    done
    had=$(packets six-$backend-nth)
    $ip6tables -t mangle -A PREROUTING -p icmpv6 --icmpv6-type echo-request -j STATMARK --pool six-$backend-nth
    ok "$backend: IPv6: ICMP echo" on client ping -6 -q -c 3 -i 0.2 -W 10 -I fd09::9 fd10::1
    is "$backend: IPv6: is marked" $(($(packets six-$backend-nth) - had)) 3
    $ip6tables -t mangle -F

    # --- bits of the mark that are not the pool's
    pool=masked-$backend
    source=10.9.$((number += 1)).1
    $iptables -t mangle -A PREROUTING -i wan -j MARK --set-mark 0x55000044
    $iptables -t mangle -A PREROUTING -i wan -m conntrack --ctstate NEW -j CONNMARK --set-xmark 0x660000/0xff0000
    $iptables -t mangle -A PREROUTING -i wan -j STATMARK --pool $pool --backend mark=0x300,condition=masked-$backend --mask 0xff00
    $iptables -t mangle -A PREROUTING -m mark --mark 0x55000344
    $iptables -t mangle -A PREROUTING -m mark --mark 0x55000044
    switch masked-$backend=1
    udp $source >/dev/null
    is "$backend: the packet's other bits stay" "$(matched "$iptables -t mangle" 'mark match 0x55000344')" 3
    ok "$backend: and the connection's" eval "on director conntrack -L -p udp 2>/dev/null | grep 'src=$source .* mark=$((0x660300)) '"
    switch masked-$backend=0
    udp $source >/dev/null
    is "$backend: it is closed: who has it keeps it" "$(matched "$iptables -t mangle" 'mark match 0x55000344')" 6
    $iptables -t mangle -I PREROUTING 2 -i wan -j MARK --set-mark 0x55007744
    udp 10.9.$((number += 1)).1 >/dev/null
    is "$backend: nobody serves: the pool's bits are 0, the others stay" \
        "$(matched "$iptables -t mangle" 'mark match 0x55000044')" 3
    $iptables -t mangle -F

    # --- what connection tracking does not see is picked packet by packet
    pool=untracked-$backend
    $iptables -t raw -A PREROUTING -p udp --dport 5000 -j CT --notrack
    $iptables -t mangle -A PREROUTING -i wan -j STATMARK --pool $pool --backend mark=1 --backend mark=2
    source=10.9.$((number += 1)).1
    for _ in 1 2; do udp $source >/dev/null; done
    is "$backend: untracked packets are shared out one by one" "$(column $pool 6)" '3 3'
    is "$backend: ... and are no flows" "$(column $pool 5)" '0 0'
    no_rules $backend
    $iptables -t raw -F
done
done_testing
