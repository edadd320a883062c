# What a cluster's file takes beyond the original's words, what is told of all
# clusters in one file, and how a program learns of a change.
# modules: ours
. /lab/lib.sh

ok 'the module loads' load
ok 'an interface' ip link add lan0 type dummy
ok 'a cluster' iptables -A INPUT -d 192.168.0.10 -i lan0 -j CLUSTERIP --new \
    --clustermac 01:02:03:04:05:06 --total-nodes 16 --local-node 1 --hashmode sourceip-sourceport \
    --hash-init 7
file=/proc/net/ipt_CLUSTERIP/192.168.0.10
all=/proc/net/nf_clusterip

states() { sed -nE 's/.* (on .*) accepted .*/\1/p' $all; }
# wrote TEXT RESULT STATES
wrote() {
    is "${1@Q}: $2" "$(labnet write $file "$1")" "$2"
    is "then: $3" "$(states)" "$3"
}

is 'all about it' "$(<$all)" "192.168.0.10 interface lan0 clustermac 01:02:03:04:05:06 \
hashmode sourceip-sourceport hash-init 7 total 16 on 1 drain none fill none off 2-16 \
accepted 0 foreign 0 kept 0 silenced 0"
ok 'everybody may know' su -s /bin/bash nobody -c "cat $all"
fails_with 'Permission denied' su -s /bin/bash nobody -c "echo >$all"
fails_with 'write error' eval "echo +1 >$all"

wrote '+3-7,12\n' 8 'on 1,3-7,12 drain none fill none off 2,8-11,13-16'
wrote 'drain 1,3-4\nfill 8-9' 20 'on 5-7,12 drain 1,3-4 fill 8-9 off 2,10-11,13-16'
is 'new flows of these are ours' "$(<$file)" 5,6,7,8,9,12
wrote '+8,9 -1,3-4 drain 5\n' 20 'on 6-9,12 drain 5 fill none off 1-4,10-11,13-16'
wrote 'fill 5 drain 6' 14 'on 7-9,12 drain 6 fill 5 off 1-4,10-11,13-16'

# --- all or nothing
before=$(states)
for text in '+1 +17' '+1-17' '+1 -2' '+1 drain 6' '+1 fill 5' '+1 +7'; do
    case $text in *-2 | *drain*) wanted=ENOENT ;; *) wanted=ENOMEM ;; esac
    wrote "$text" $wanted "$before"
done
for text in '+1 nonsense' '+1 +' '+1 drain' '+1 \x002' '+1,' '+2-1' '+1  ' 'drain 7 fill x'; do
    wrote "$text" EINVAL "$before"
done
wrote 'nonsense +1' EIO "$before"
wrote '+1-16' ENOMEM "$before"
wrote '-5-9,12 +1-16' 13 'on 1-16 drain none fill none off none'

# --- the longest write, and longer ones
word='-1-16 +1-16 '
text=$(printf "%.0s$word" $(seq 5461))
is 'as long as a write may be' "$(labnet write $file "${text% }")" $((5461 * 12 - 1))
is 'a byte too long' "$(labnet write --size 65537 $file +)" E2BIG
is 'a megabyte' "$(labnet write --size 1048576 $file "${text% }")" E2BIG
is 'nothing has changed' "$(states)" 'on 1-16 drain none fill none off none'

# --- what is written together is seen together
ok 'a start' labnet write $file '-9-16'
touch /tmp/going
(while [ -e /tmp/going ]; do printf '%s' '+9-16 -1-8' >$file; printf '%s' '+1-8 -9-16' >$file; done) &
writer=$!
odd=0
for _ in $(seq 300); do
    case $(<$file) in 1,2,3,4,5,6,7,8 | 9,10,11,12,13,14,15,16) ;; *) odd=$((odd + 1)) ;; esac
done
rm /tmp/going
wait $writer
is 'nobody sees half of a change' $odd 0

# --- poll() tells of a change
for by in poll select epoll; do
    for watched in $file $all; do
        : >/tmp/polled
        labnet poll --by $by --timeout 20000 "$watched" >>/tmp/polled &
        poller=$!
        ok "$by: ${watched##*/} is watched" until_ok 10 grep -q waiting /tmp/polled
        before=$(<"$watched")
        ok "$by: a write" labnet write $file 'drain 1-4'
        ok "$by: it is told" wait $poller
        is "$by: what it was, and what it is" "$(</tmp/polled)" "$before"$'\nwaiting\n'"$(<"$watched")"
        ok "$by: back" labnet write $file +1-4
    done
done

# --- also of the end of the cluster
for by in poll select epoll; do
    ok "$by: a second cluster" iptables -A INPUT -d 192.168.0.11 -i lan0 -j CLUSTERIP --new \
        --clustermac 01:02:03:04:05:07 --total-nodes 2 --local-node 1 --hashmode sourceip
    : >/tmp/polled
    labnet poll --by $by --timeout 60000 /proc/net/ipt_CLUSTERIP/192.168.0.11 >>/tmp/polled &
    poller=$!
    asleep() { grep -q waiting /tmp/polled && [ "$(awk '{ print $3 }' "/proc/$poller/stat")" == S ]; }
    ok "$by: it is watched" until_ok 10 asleep
    ok "$by: it goes" timeout 20 iptables -D INPUT 2
    nok "$by: its file at once" test -e /proc/net/ipt_CLUSTERIP/192.168.0.11
    wait $poller
    is "$by: who watched is told" "$(</tmp/polled)" $'1\nwaiting\ngone'
done
is 'the first is still there' "$(cut -d' ' -f1 $all)" 192.168.0.10
ok 'it goes' iptables -F
is 'no cluster' "$(<$all)" ''
ok 'the module goes' unload
nok 'and this file' test -e $all

done_testing
