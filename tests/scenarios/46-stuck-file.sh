# A reader and a writer whose memory does not come stay in the middle of the
# cluster's file for as long as they like (userfaultfd here; FUSE lets anybody
# with a user namespace do it). They hold up the end of that rule and nothing
# else: no interface, no namespace.
# kernels: 5.10 6.1 6.12 sid
. /lab/lib.sh

address=192.168.0.10
ok 'the module loads' load
lan web1 web2
rule=(INPUT -d "$address" -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06
    --total-nodes 4 --local-node 1 --hashmode sourceip)
file=/proc/net/ipt_CLUSTERIP/$address
mkfifo /tmp/release

for what in read write; do
    ok "$what: a rule" on web1 iptables -A "${rule[@]}"
    ip netns exec web1 labnet stick $what $file --text +2 </tmp/release >/tmp/stuck &
    stuck=$!
    exec 7>/tmp/release
    ok "$what: one is stuck in the file" until_ok 10 grep -q stuck /tmp/stuck
    ip netns exec web1 iptables -F INPUT 7>&- &
    flush=$!
    # It waits where the module takes its file away.
    in_the_kernel() { grep -q proc_entry_rundown "/proc/$1/stack"; }
    ok "$what: the end of the rule waits" until_ok 10 in_the_kernel $flush
    ok "$what: an interface can come" timeout 20 /usr/bin/ip -n web1 link add new0 type dummy
    ok "$what: change its name" timeout 20 /usr/bin/ip -n web1 link set new0 name new1
    ok "$what: and go" timeout 20 /usr/bin/ip -n web1 link delete new1
    XTABLES_LOCKFILE=/tmp/lock ok "$what: other namespaces have their rules" timeout 20 /usr/bin/ip netns exec web2 iptables -A "${rule[@]}"
    XTABLES_LOCKFILE=/tmp/lock ok "$what: and lose them" timeout 20 /usr/bin/ip netns exec web2 iptables -F
    ok "$what: namespaces come" timeout 20 /usr/bin/ip netns add other
    ok "$what: and go" timeout 20 /usr/bin/ip netns delete other
    ok "$what: the rule still waits" kill -0 $flush
    exec 7>&-
    ok "$what: it comes to its end" wait $stuck
    ok "$what: and the rule" wait $flush
    diag "$(tr '\n' ' ' </tmp/stuck)"
    nok "$what: the file is gone" slots web1 $address
    ok "$what: the membership is gone" soon eval '! on web1 grep 010203040506 /proc/net/dev_mcast'
done

done_testing
