# Namespaces with clusters in them end while their files are held open and
# written to from outside.
. /lab/lib.sh

address=192.168.0.10
ok 'the module loads' load
ok 'the table is there' iptables -S

# A namespace, a cluster, and a writer outside that ends when the file does.
cat >/tmp/inside <<END
ip link add lan0 type dummy || exit 1
XTABLES_LOCKFILE=/tmp/lock.\$1 iptables -A INPUT -d $address -i lan0 -j CLUSTERIP --new \
    --clustermac 01:02:03:04:05:06 --total-nodes 4 --local-node 1 --hashmode sourceip || exit 1
echo ready
read -r
END
cat >/tmp/life <<'END'
name=storm$1
ip netns add "$name" || exit 1
coproc ip netns exec "$name" bash /tmp/inside "$1" 2>&1
read -r word <&"${COPROC[0]}"
[ "$word" == ready ] || { echo "$name: $word"; exit 1; }
inside=$COPROC_PID
exec 5<>"/proc/$inside/net/ipt_CLUSTERIP/192.168.0.10" || exit 1
printf +2 >&5 || exit 1
echo >&"${COPROC[1]}"   # the last process of the namespace ends
wait "$inside"
( while printf +3 >&5 && printf -- -3 >&5; do :; done ) 2>"/tmp/$name.end" &
writer=$!
ip netns delete "$name" || exit 1
wait $writer
grep -q 'Input/output error' "/tmp/$name.end" || { cat "/tmp/$name.end"; exit 1; }
exit 0
END

for round in 1 2 3; do
    for i in 1 2 3 4 5 6; do
        bash /tmp/life $i >/tmp/life.$i 2>&1 &
        lives[i]=$!
    done
    for i in 1 2 3 4 5 6; do
        ok "round $round: namespace $i ends, its file with it" wait "${lives[i]}" ||
            diag "$(cat /tmp/life.$i)"
    done
done

# --- and with the module's end close behind
ok 'a last one' bash /tmp/life 7
ok 'the module goes as soon as nothing uses it' unload
is 'no namespace is left' "$(ip netns list)" ''

# --- a namespace ends while another's cluster lives on
ok 'the module again' load
lan web1
ok 'a cluster' on web1 iptables -A INPUT -d $address -i eth0 -j CLUSTERIP --new \
    --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hashmode sourceip
ok 'somebody else' bash /tmp/life 8
is 'it does not notice' "$(slots web1 $address)" 1
ok 'it still listens' on web1 grep -q 'eth0.*010203040506' /proc/net/dev_mcast

done_testing
