# A reader and a writer whose memory does not come stay in the middle of the
# cluster's file for as long as they like (userfaultfd here; FUSE lets anybody
# with a user namespace do it). Nobody waits for them: no rule, no interface, no
# namespace.
# kernels: 5.10 6.1 6.12 sid
# modules: ours
. /lab/lib.sh

address=192.168.0.10
ok 'the module loads' load
lan web1 web2
rule=(INPUT -d "$address" -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06
    --total-nodes 4 --local-node 1 --hashmode sourceip)
file=/proc/net/ipt_CLUSTERIP/$address
mkfifo /tmp/release

# quickly NODE COMMAND... - another namespace's lock is not ours
quickly() { XTABLES_LOCKFILE=/tmp/lock.$1 timeout 20 /usr/bin/ip netns exec "$@"; }

# stuck_in read|write - sets $stuck
stuck_in() {
    ip netns exec web1 labnet stick "$1" $file --text +2 </tmp/release >/tmp/stuck &
    stuck=$!
    exec 7>/tmp/release
    ok "$1: one is stuck in the file" until_ok 10 grep -q stuck /tmp/stuck
}
set_free() {
    exec 7>&-
    ok "$what: the one who was stuck comes to his end" wait $stuck
    diag "$(tr '\n' ' ' </tmp/stuck)"
}

for what in read write; do
    ok "$what: a rule" on web1 iptables -A "${rule[@]}"
    stuck_in $what
    ok "$what: others read" quickly web1 cat $file
    ok "$what: and write" quickly web1 labnet write $file +3
    is "$what: with effect" "$(slots web1 $address)" 1,3
    ok "$what: and see all clusters" quickly web1 grep -q "^$address " /proc/net/nf_clusterip
    ok "$what: the rule goes at once" quickly web1 iptables -F INPUT
    ok "$what: and the membership" soon eval '! on web1 grep 010203040506 /proc/net/dev_mcast'
    fails_with 'Input/output error' quickly web1 cat $file
    is "$what: no cluster is left" "$(on web1 cat /proc/net/nf_clusterip)" ''
    ok "$what: an interface can come" timeout 20 /usr/bin/ip -n web1 link add new0 type dummy
    ok "$what: change its name" timeout 20 /usr/bin/ip -n web1 link set new0 name new1
    ok "$what: and go" timeout 20 /usr/bin/ip -n web1 link delete new1
    ok "$what: other namespaces have their rules" quickly web2 iptables -A "${rule[@]}"
    ok "$what: and lose them" quickly web2 iptables -F
    ok "$what: namespaces come" timeout 20 /usr/bin/ip netns add other
    ok "$what: and go" timeout 20 /usr/bin/ip netns delete other

    ok "$what: the rule comes back" quickly web1 iptables -A "${rule[@]}"
    is "$what: its file is the same, and new" "$(quickly web1 cat $file)" 1
    ok "$what: and works" quickly web1 labnet write $file +4
    is "$what: with effect" "$(slots web1 $address)" 1,4
    ok "$what: and goes again" quickly web1 iptables -F INPUT
    fails_with 'in use' rmmod ipt_CLUSTERIP
    set_free
    [ "$what" == read ] || ok 'what was written late has no effect' grep -q EIO /tmp/stuck
    ok "$what: the file is gone" until_ok 10 eval '! on web1 test -e $file'
done

# --- a cluster that goes and comes back meanwhile: a late write is the new one's
what='a late write'
ok 'a rule' on web1 iptables -A "${rule[@]}"
stuck_in write
ok 'it goes' quickly web1 iptables -F INPUT
ok 'and comes back' quickly web1 iptables -A "${rule[@]}"
set_free
is 'what was written is there' "$(slots web1 $address)" 1,2
ok 'the rule goes' on web1 iptables -F INPUT
nok 'and the file at once' on web1 test -e $file

# --- a namespace that is deleted while somebody is stuck in its file
ok 'a rule' on web1 iptables -A "${rule[@]}"
stuck_in read
ok 'the namespace goes' timeout 20 /usr/bin/ip netns delete web1
ok 'others come' timeout 20 /usr/bin/ip netns add other
ok 'and go' timeout 20 /usr/bin/ip netns delete other
ok 'and have rules' quickly web2 iptables -A "${rule[@]}"
ok 'and lose them' quickly web2 iptables -F
set_free
ok 'the module goes' unload

done_testing
