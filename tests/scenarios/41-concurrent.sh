# One address, and everybody at it at once: rules in three tables that come and
# go as fast as the kernel lets them, the file written and read, the interface
# renamed, packets and ARP on their way. In the end everything fits together and
# can be taken away. The original's race of a rule's end with another's beginning
# ("proc_dir_entry ... already registered") was found like this.
# modules: ours
. /lab/lib.sh

address=192.168.0.10
ok 'the module loads' load
lan web1 client
ok 'the address' on web1 ip address add $address/24 dev eth0
for table in filter mangle raw; do
    ok "the table $table" on web1 iptables -t $table -S
done
ok 'the client knows where to send' \
    on client ip neigh add $address lladdr 01:02:03:04:05:06 dev eth0

# --- the end of one rule meets the beginning of another: two tables, so that a
# quarter of the time there is no rule
churn() { # ROUNDS TABLE CHAIN
    exec ip netns exec web1 labnet blob set --total 3 --local 1 --iniface eth0 --churn "$1" \
        --table "$2" --chain "$3" 2>&1
}
(churn 1500 mangle INPUT) >/tmp/churn.1 &
first=$!
(churn 1500 raw PREROUTING) >/tmp/churn.2 &
second=$!
ok 'rules came and went in one table' wait $first
ok 'and in another' wait $second
is 'every one was taken' "$(cat /tmp/churn.1 /tmp/churn.2)" $'accepted 3000\naccepted 3000'
nok 'no file is left' slots web1 $address

# --- now everybody, under traffic
nicely client labnet flood $address 53 --udp --source 192.168.0.100 --seconds 3600 >/dev/null &
traffic=("$!")
nicely client labnet arp send --tpa $address --spa 192.168.0.100 --count 1000000 >/dev/null &
traffic+=("$!")

# --- those who meddle, until the rules are done
cat >/tmp/meddle <<'END'
cd /proc/net/ipt_CLUSTERIP
while [ -e /tmp/going ]; do
    for word in +1 -1 +2 -2 +3 nonsense; do
        { printf -- "$word" >192.168.0.10; } 2>/dev/null && echo "$word"
    done
done | sort | uniq -c
END
cat >/tmp/peep <<'END'
cd /proc/net/ipt_CLUSTERIP
while [ -e /tmp/going ]; do
    { read -r line <192.168.0.10; } 2>/dev/null
    [[ "${line-}" =~ ^[123,]*$ ]] || echo "it says \"$line\""
    for name in *; do
        case $name in '*' | 192.168.0.10) ;; *) echo "a file $name" ;; esac
    done
done
END
cat >/tmp/rename <<'END'
printf '%s\n' 'link set eth0 down' 'link set eth0 name eth9' 'link set eth9 up' \
    'link set eth9 down' 'link set eth9 name eth0' 'link set eth0 up' >/tmp/there-and-back
count=0
while [ -e /tmp/going ]; do
    ip -batch /tmp/there-and-back || exit 1
    count=$((count + 1))
done
ip address replace 192.168.0.10/24 dev eth0
echo $count
END
touch /tmp/going
declare -A pid
for job in meddle peep rename; do
    ip netns exec web1 bash /tmp/$job >/tmp/$job.out 2>&1 &
    pid[$job]=$!
done

rounds=200
i=0
for where in 'filter INPUT' 'mangle INPUT' 'raw PREROUTING' 'mangle PREROUTING' 'filter INPUT'; do
    i=$((i + 1))
    (churn $rounds "${where% *}" "${where#* }") >/tmp/churn.$i &
    churners[i]=$!
done
for i in 1 2 3 4 5; do
    ok "rules came and went in table $i" wait "${churners[i]}"
    nok 'and were taken or refused for a reason' \
        grep -vE '^(accepted|EAGAIN|ENOENT) [0-9]+$' /tmp/churn.$i
    diag "$(tr '\n' ' ' </tmp/churn.$i)"
done
ok 'many of them were taken' [ "$(awk '$1 == "accepted" { all += $2 } END { print all }' /tmp/churn.*)" -gt $rounds ]
rm /tmp/going
ok 'the writer is done' wait "${pid[meddle]}"
diag "$(tr -s ' \n' ' ' </tmp/meddle.out)"
ok 'some of its words were taken' grep -q '[+-]' /tmp/meddle.out
nok 'nonsense never' grep nonsense /tmp/meddle.out
ok 'the reader is done' wait "${pid[peep]}"
is 'and never saw what cannot be' "$(cat /tmp/peep.out)" ''
ok 'the interface is back' wait "${pid[rename]}"
diag "it was away $(cat /tmp/rename.out) times"
ok 'and it was away' [ "$(cat /tmp/rename.out)" -gt 0 ]
ok 'the traffic never stopped' kill -0 "${traffic[@]}"
kill "${traffic[@]}"
wait "${traffic[@]}" 2>/dev/null

# --- what is left fits together
for where in 'filter INPUT' 'mangle INPUT' 'raw PREROUTING'; do
    is "no rule in ${where% *}" "$(on web1 labnet blob get --table "${where% *}")" ''
done
nok 'no file' slots web1 $address
# shellcheck disable=SC2016 # for awk
memberships() { on web1 awk '$5 == "010203040506"' /proc/net/dev_mcast; }
is 'no membership' "$(memberships)" ''
is 'no use of the module' "$(cat /sys/module/ipt_CLUSTERIP/refcnt)" 0

# --- and works
ok 'a rule' on web1 iptables -A INPUT -d $address -i eth0 -j CLUSTERIP --new \
    --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hashmode sourceip
is 'its slots' "$(slots web1 $address)" 1
is 'one membership' "$(memberships | awk '{ print $2, $3 }')" 'eth0 1'
ok 'all slots are answered' tell web1 $address +2
ok 'the client forgets' on client ip neigh flush dev eth0 nud all
ok 'and asks' until_ok 10 on client ping -c 1 -W 1 $address
ok 'and is told the MAC of the cluster' \
    eval "on client ip neigh show $address | grep -q 01:02:03:04:05:06"
ok 'the rule goes' on web1 iptables -F
is 'and the membership' "$(memberships)" ''
ok 'and the module' rmmod ipt_CLUSTERIP

done_testing
