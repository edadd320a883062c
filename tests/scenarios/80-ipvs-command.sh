#!/bin/bash
# kernels: 6.12 sid
# modules: ours
# limit: 600
# nfcluster ipvs against a real kernel, with ipvsadm as the witness: services of
# every kind, live traffic through NAT, saving and restoring, and refusals.
. /lab/lib.sh
# shellcheck source=tests/lab/guest/director.sh
. /lab/director.sh

balance() { on director nfcluster ipvs "$@"; }
adm() { on director ipvsadm "$@"; }
# ipvsadm leaves thresholds out, and says what kind of tunnel a plain one is.
both_save() {
    diff <(balance save | sed -E 's/ -[xy] [0-9]+//g' | sort) \
        <(adm -S -n | tr -s ' ' | sed -E 's/ $//; s/ --tun-type ipip//' | sort)
}

exits 3 'IPVS is not loaded' nfcluster ipvs
exits 3 'IPVS is not loaded' nfcluster ipvs save
director 3
for number in 1 2 3; do
    serve mail$number --tcp 25 --tcp6 25 --udp 25
done
# Older ones do not load it when asked for by name.
[ "$KERNEL" != 5.10 ] || modprobe ip_vs
exits 0 "service tcp $SERVICE:25: added" balance add -t "$SERVICE:25" -s wrr
ok 'the module is there' test -d /sys/module/ip_vs
is 'the list shows the service' "$(balance | tail -n +2 | tr -s ' ')" "tcp $SERVICE:25 wrr 0 0 0"
exits 0 "server 192.168.0.1:25 of tcp $SERVICE:25: added" balance add -t "$SERVICE:25" -r 192.168.0.1 -m
exits 0 added balance add -t "$SERVICE:25" -r 192.168.0.2:25 -m -w 3
is 'traffic goes by weight' "$(shares 16)" 'mail1=4 mail2=12'
is 'ipvsadm lists the same' "$(adm -L -n | tail -n +4 | tr -s ' ' | cut -d ' ' -f 3-5 | paste -sd ,)" \
    'wrr,192.168.0.1:25 Masq 1,192.168.0.2:25 Masq 3'
ok 'and saves the same' both_save

# what it counts
adm_counts() { adm -L -n "$@" --exact | awk '$2 ~ /:25$/ { print $3, $4, $5, $6, $7 }'; }
our_counts() { balance "$@" | tail -n +2 | awk '{ print $(NF-4), $(NF-3), $(NF-2), $(NF-1), $NF }'; }
# The kernel adds them up every two seconds.
counted() { [ "$(balance --stats | awk '/192.168.0.2/ { print $3 }')" == 12 ]; }
ok 'connections are counted' until_ok 20 counted
is 'counters are those of ipvsadm' "$(our_counts --stats)" "$(adm_counts --stats)"
is 'JSON has them too' "$(balance --json --stats | tr -d ' \n' | grep -o '"stats":{"connections":[0-9]*' | paste -sd ,)" \
    '"stats":{"connections":16,"stats":{"connections":4,"stats":{"connections":12'
exits 0 'CONNECTIONS/S' balance --rate
ok 'zero' balance zero -t "$SERVICE:25"
is 'and they are zero' "$(our_counts --stats | sort -u)" '0 0 0 0 0'

# a server drains: what is open stays
ok 'connections stay open' eval 'hold one client "$SERVICE" 25 --source 10.9.9.1 && hold two client "$SERVICE" 25 --source 10.9.9.2'
in_flight() { answer_to one "$1" | tr '\n' ' '; answer_to two "$1"; }
before=$(in_flight X)
exits 0 changed balance edit -t "$SERVICE:25" -r 192.168.0.2 -w 0
is 'an edit leaves alone what was not said' "$(balance save | grep -F .0.2:)" \
    "-a -t $SERVICE:25 -r 192.168.0.2:25 -m -w 0"
is 'new ones go to the other' "$(shares 8)" 'mail1=8'
is 'what is open stays' "$(in_flight X)" "$before"
is 'active connections are counted' "$(balance --json | tr -d ' ",' | sed -n 's/^active:/+ /p' | tr -d '\n')" \
    "+ $(adm -L -n | awk '/192.168.0.1:25/ { print $5 }')+ $(adm -L -n | awk '/192.168.0.2:25/ { print $5 }')"
exits 1 'so already' balance edit -t "$SERVICE:25" -r 192.168.0.2 -w 0
balance save >/tmp/live
{
    sed 's/-w 0/-w 2/' /tmp/live
    echo "-a -t $SERVICE:25 -r 192.168.0.3:25 -m -w 1"
} >/tmp/reload
ok 'another file is loaded, exactly' balance restore --exact /tmp/reload
is 'and holds' "$(balance save | sort)" "$(sort /tmp/reload)"
is 'what is open has survived it' "$(in_flight Y)" "${before//X/Y}"
ok 'and back' balance restore --exact /tmp/live
exits 1 '' balance restore --exact /tmp/live
is 'what is open is open still' "$(in_flight Z)" "${before//X/Z}"
let_go one
let_go two
exits 0 gone balance delete -t "$SERVICE:25" -r 192.168.0.2
is 'it is gone' "$(adm -L -n | grep -c Masq)" 1

# services of every kind, once by us and once by ipvsadm: the kernel has the same
cat >/tmp/kinds <<'END'
# one a line, as people keep them
-A -t 10.1.0.1:80 -s wlc -p 300 -M 255.255.255.0
-a -t 10.1.0.1:80 -r 192.168.0.1:80 -g -w 1
-a -t 10.1.0.1:80 -r 192.168.0.2:80 -i -w 0 -x 100 -y 50

-A -u 10.1.0.1:53 -s rr -o
-a -u 10.1.0.1:53 -r 192.168.0.1:5353 -m -w 65535
-A --sctp-service 10.1.0.1:5060 -s sh -b sh-fallback,sh-port
-A -t 10.1.0.2:0 -s mh -p 360 -b mh-port
-a -t 10.1.0.2:0 -r 192.168.0.3:0 -g -w 2
-A -f 7 -s lc
-a -f 7 -r 192.168.0.3:0 -m -w 1
-A -f 2147483647 -6 -s sed
-a -f 2147483647 -6 -r [fd19::1]:0 -g -w 1
-A -t [fd10::1]:25 -s rr -p 60 -M 64
-a -t [fd10::1]:25 -r [fd19::1]:25 -m -w 1
-A -t 10.1.0.3:80 -s rr
-a -t 10.1.0.3:80 -r 192.168.0.1:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-csum
-a -t 10.1.0.3:80 -r 192.168.0.2:80 -i -w 1 --tun-type gre --tun-nocsum
-a -t 10.1.0.3:80 -r [fd19::3]:80 -i -w 1
END
ok 'clear' balance clear
is 'nothing is left' "$(balance)" 'no services on this node'
exits 1 'no services on this node' balance
on director nfcluster ipvs restore </tmp/kinds >/tmp/said 2>&1
is 'restored' "$?: $(cat /tmp/said)" '0: '
ok 'ipvsadm and we save the same' both_save
is 'thresholds as well' "$(adm -L -n --thresholds | awk '/192.168.0.2:80/ { print $3, $4; exit }')" '100 50'
is 'it is what the file says' "$(balance save | sort)" "$(grep ^- /tmp/kinds | sort)"
balance save >/tmp/ours
ok 'ipvsadm clears' adm -C
ok 'and takes what we have saved' eval 'on director ipvsadm -R </tmp/ours'
is 'to the same end' "$(balance save)" "$(cat /tmp/ours)"
exits 2 'is there already' balance restore /tmp/ours
is 'which changes nothing' "$(balance save)" "$(cat /tmp/ours)"
exits 1 '' balance restore --exact /tmp/ours
is 'unless it is to be exactly that' "$(balance save)" "$(cat /tmp/ours)"
ok 'ipvsadm adds with its defaults' eval 'adm -C; adm -A -t 10.1.0.1:80; adm -a -t 10.1.0.1:80 -r 192.168.0.1; adm -A -t 10.1.0.1:81 -p'
theirs=$(balance save)
ok 'and so do we' eval 'balance clear && balance add -t 10.1.0.1:80 && balance add -t 10.1.0.1:80 -r 192.168.0.1 && balance add -t 10.1.0.1:81 -p'
is 'they are the same' "$(balance save)" "$theirs"

# IPv6 has traffic too
balance clear
ok 'a service with IPv6' eval 'balance add -t [fd10::1]:25 -s rr && balance add -t [fd10::1]:25 -r fd19::1 -m && balance add -t [fd10::1]:25 -r [fd19::3]:25 -m'
six() { on client curl -sg --max-time 30 'http://[fd10::1]:25/'; }
is 'both serve' "$(for _ in {1..6}; do six; done | sort | uniq -c | awk '{ print $2 "=" $1 }' | paste -sd ' ')" \
    'mail1=3 mail3=3'

# what is wrong changes nothing
balance save >/tmp/before
printf '%s\n' '-A -t 10.1.0.1:80 -s rr' '-a -t 10.1.0.2:80 -r 192.168.0.1:80' 'add -t nowhere' '-Z' >/tmp/bad
exits 2 'nothing was changed' balance restore /tmp/bad
exits 2 'line 2: there is no service tcp 10.1.0.2:80' balance restore /tmp/bad
exits 2 'line 3: -t "nowhere": expected' balance restore /tmp/bad
exits 2 'line 4: ' balance restore /tmp/bad
exits 4 'the kernel has no scheduler "none-such"' balance add -t 10.1.0.1:80 -s none-such
exits 4 'is there already' balance add -t '[fd10::1]:25'
exits 3 'there is no service udp 10.1.0.1:80' balance add -u 10.1.0.1:80 -r 192.168.0.1
exits 3 'there is no server [fd19::9]:25' balance delete -t '[fd10::1]:25' -r fd19::9
exits 4 'the kernel does not take that address' balance add -t '[fd10::1]:25' -r ff02::1 -m
exits 2 'only a tunnel leads from IPv4 to IPv6' balance add -t '[fd10::1]:25' -r 192.168.0.1 -m
exits 2 'only NAT can change the port' balance add -t '[fd10::1]:25' -r '[fd19::2]:26' -g
exits 2 'goes with persistence only' balance add -t 10.1.0.1:0
exits 2 'expected 0 to 65535' balance edit -t '[fd10::1]:25' -r fd19::1 -w -1
exits 5 'only root of the machine' on director su -s /bin/sh nobody -c 'nfcluster ipvs'
is 'nothing has changed' "$(balance save)" "$(cat /tmp/before)"

# many
{
    echo '-A -t 10.1.0.1:80 -s rr'
    printf -- '-a -t 10.1.0.1:80 -r 192.168.1.%d:80 -m -w 1\n' {1..250}
    printf -- '-A -u 10.1.0.1:%d -s rr\n' {1000..1499}
} >/tmp/many
ok 'many of them' balance restore --exact /tmp/many
is 'all are read' "$(balance save | sort)" "$(sort /tmp/many)"
ok 'as ipvsadm reads them' both_save
ok 'and cleared' balance clear
done_testing
