# Rules are listed, saved, restored and deleted as any other rule; what was
# kernels: 5.10 6.1 6.12 sid
# changed at run time outlives everything but the last rule of the cluster.
. /lab/lib.sh

lan node1
load
file=/proc/net/ipt_CLUSTERIP/192.168.0.10
saved='-A INPUT -d 192.168.0.10/32 -i eth0 -p tcp -m tcp --dport 80 -j CLUSTERIP --new --hashmode sourceip-sourceport --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hash-init 0'

rule() { # VERB [POSITION] - on INPUT, in the words of the README
    on node1 iptables "$1" INPUT -d 192.168.0.10 -i eth0 -p tcp --dport 80 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hashmode sourceip-sourceport
}
rules() { on node1 iptables -S INPUT | grep '^-A'; }
listed() { on node1 iptables -L INPUT -n | tail -n +3; }

# the distribution's extension

ok "the distribution's libipt_CLUSTERIP.so takes the rule" rule -I
is "-S prints the rule with every option" "$(rules)" "$saved"
is "-L prints the rule" "$(listed | tr -s ' ' | sed 's/ 6 / tcp /')" \
    'CLUSTERIP tcp -- 0.0.0.0/0 192.168.0.10 tcp dpt:80 CLUSTERIP hashmode=sourceip-sourceport clustermac=01:02:03:04:05:06 total_nodes=2 local_node=1 hash_init=0'
is "our own equal of the extension prints the same" \
    "$(XTABLES_LIBDIR=/usr/lib/nfcluster-xtables:/usr/lib/x86_64-linux-gnu/xtables rules 2>&1)" "$saved"
ok "there is an equal of our own" test -e /usr/lib/nfcluster-xtables/libipt_CLUSTERIP.so
ok "-C finds the rule by its specification" rule -C
nok "-C does not find one with another slot" on node1 iptables -C INPUT -d 192.168.0.10 -i eth0 -p tcp --dport 80 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 2 --hashmode sourceip-sourceport

# what was changed at run time

ok "slot 2 is taken over" tell node1 192.168.0.10 +2
ok "an unrelated rule is added" on node1 iptables -A INPUT -p tcp --dport 22 -j ACCEPT
is "... which leaves the slots alone" "$(slots node1 192.168.0.10)" 1,2
on node1 iptables-save >/tmp/rules
ok "the rules are restored over themselves" on node1 iptables-restore /tmp/rules
is "... which leaves the slots alone" "$(slots node1 192.168.0.10)" 1,2
is "... and the rules are the same" "$(on node1 iptables-save | grep '^-A')" "$(grep '^-A' /tmp/rules)"
is "a rule says what it was made with, not what is" "$(rules | head -n 1)" "$saved"

ok "the rules are flushed" on node1 iptables -F INPUT
nok "... and the cluster's file is gone" on node1 test -e $file
ok "the rules are restored" on node1 iptables-restore /tmp/rules
is "... and the cluster begins anew with its local node" "$(slots node1 192.168.0.10)" 1

# deleting

ok "the rule is deleted by its number" on node1 iptables -D INPUT 1
nok "... and the cluster's file is gone" on node1 test -e $file
ok "the rule comes back" rule -I
ok "... takes slot 2 and gives up slot 1" eval 'tell node1 192.168.0.10 +2 && tell node1 192.168.0.10 -1'
ok "... and is deleted by the specification it was made with" rule -D
nok "... and the cluster's file is gone" on node1 test -e $file
nok "there is nothing more to delete" rule -D
ok "the unrelated rule is still there" on node1 iptables -C INPUT -p tcp --dport 22 -j ACCEPT
_must on node1 iptables -F INPUT

# several rules for one cluster

_must rule -A
_must tell node1 192.168.0.10 +2
ok "a second rule, for another port, makes no second cluster" on node1 iptables -A INPUT -d 192.168.0.10 -i eth0 -p tcp --dport 443 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hashmode sourceip-sourceport
is "... and leaves the slots alone" "$(slots node1 192.168.0.10)" 1,2
is "... of one cluster" "$(on node1 ls /proc/net/ipt_CLUSTERIP)" 192.168.0.10
ok "the first rule is deleted" rule -D
is "... and the cluster lives on by the second" "$(slots node1 192.168.0.10)" 1,2
before=$(rules)
if [ "$MODULE" == ours ]; then
    ok "a rule without --new attaches to the cluster" on node1 iptables -A INPUT -d 192.168.0.10 -p tcp --dport 8080 -j CLUSTERIP
    is "... and leaves the slots alone" "$(slots node1 192.168.0.10)" 1,2
    is "... and is saved as it was written" "$(rules | tail -n 1)" '-A INPUT -d 192.168.0.10/32 -p tcp -m tcp --dport 8080 -j CLUSTERIP'
    ok "the rule that made the cluster is deleted" on node1 iptables -D INPUT 1
    is "... and the cluster lives on by the one that attached" "$(slots node1 192.168.0.10)" 1,2
    for field in 'clustermac 01:02:03:04:05:07' 'total-nodes 3' 'hash-init 1' 'hashmode sourceip'; do
        options=" --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1 --hashmode sourceip-sourceport --hash-init 0"
        read -ra wanted <<<"$(sed "s/ --${field% *} [^ ]*/ --$field/" <<<"$options")"
        nok "a rule with another ${field% *} is refused" on node1 iptables -A INPUT -d 192.168.0.10 -i eth0 -j CLUSTERIP "${wanted[@]}"
        ok "... and the log names the field" eval "kernel_log | grep -q '192.168.0.10 has ${field% *} '"
    done
    is "... and the slots are as they were" "$(slots node1 192.168.0.10)" 1,2
else
    fails_with 'Invalid argument' on node1 iptables -A INPUT -d 192.168.0.10 -p tcp --dport 8080 -j CLUSTERIP
    is "... and the rules are as they were" "$(rules)" "$before"
fi
_must on node1 iptables -F INPUT
nok "with the last rule the cluster is gone" on node1 test -e $file

# a chain of one's own

_must on node1 iptables -N web
ok "a rule in a chain of one's own makes a cluster" on node1 iptables -A web -d 192.168.0.10 -i eth0 -j CLUSTERIP --new --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 2 --hashmode sourceip
is "... with its file" "$(slots node1 192.168.0.10)" 2
ok "INPUT may jump there" on node1 iptables -A INPUT -j web
ok "... and the chain may be flushed" on node1 iptables -F web
nok "... which takes the cluster away" on node1 test -e $file

unload
done_testing
