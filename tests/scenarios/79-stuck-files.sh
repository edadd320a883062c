#!/bin/bash
# kernels: 6.1 6.12 sid
# modules: ours
# Who is in the middle of a switch's or a pool's file, with memory that does not
# come, holds up the end of the file's namespace and of the module, which says
# so: no other namespace and no other module waits for them. The same for who
# waits in poll() for such a file and for another that never answers.
. /lab/lib.sh
. /lab/ends.sh
with_ours
load xt_condition
load xt_STATMARK
modprobe fuse # a module on 6.1
mkfifo /tmp/release
elsewhere=/proc/net/nf_condition/elsewhere
# done_soon COMMAND... - in the background: who waits in the kernel ends by no signal
done_soon() {
    "$@" 7>&- &
    until_ok 20 ended $! && wait $!
}
gone() { ! ip link show "$1" >/dev/null 2>&1; }

# --- a namespace that is about to go, and one who is stuck in a file of it
begin() { # COMMAND... FILE
    ip netns add going
    ip link add to-going type veth peer name eth0 netns going
    ip netns exec going iptables -t mangle -A PREROUTING -m condition --condition x -j STATMARK --pool x --backend mark=1
    ip netns exec going sleep 1000 &
    sleeper=$!
    folder=/proc/$sleeper/net
    ok "$what: a namespace with files" until_ok 10 test -e "$folder/nf_statmark/x"
    "${@:1:$#-1}" "$folder/${!#}" </tmp/release >/tmp/stuck &
    stuck=$!
    exec 7>/tmp/release
    ok "$what: one is stuck in there" until_ok 10 grep -q stuck /tmp/stuck
    kill $sleeper
    wait $sleeper 2>/dev/null
    ip netns delete going
}
others_go_on() {
    ok "$what: another namespace comes" done_soon ip netns add other
    ok "$what: with an interface" ip link add to-other type veth peer name eth0 netns other
    ok "$what: and rules" done_soon ip netns exec other iptables -t mangle -A PREROUTING -j STATMARK --pool y --backend mark=1,condition=z
    ok "$what: and goes" ip netns delete other
    ok "$what: wholly" until_ok 20 gone to-other
    ok "$what: a module that prepares namespaces comes" done_soon modprobe ipt_CLUSTERIP
    ok "$what: and goes" done_soon rmmod ipt_CLUSTERIP
    ok "$what: switches here change" done_soon labnet write $elsewhere 1
    ok "$what: rules here change" done_soon iptables -A INPUT -m condition --condition elsewhere -j ACCEPT
    ok "$what: back" done_soon iptables -F INPUT
}
end() {
    exec 7>&-
    ok "$what: it comes to its end" wait $stuck
    diag "$(tr '\n' ' ' </tmp/stuck)"
    ok "$what: and the namespace" until_ok 20 gone to-going
}

labnet write ${elsewhere%/*}/.set elsewhere=0 >/dev/null
while read -r file text; do
    for way in read write poll; do
        what="$way ${file#nf_}"
        begin labnet stick $way --text "$text" "$file"
        module=xt_condition
        [[ $file != nf_statmark/* ]] || module=xt_STATMARK
        others_go_on
        if [ $way == poll ]; then
            ok "$what: its namespace goes" until_ok 20 gone to-going
        else
            ok "$what: it holds its namespace" eval '! gone to-going'
            fails_with 'in use' done_soon rmmod $module
        fi
        end
    done
done <<'END'
nf_condition/x 1
nf_condition/.set x=1
nf_statmark/x +2
nf_statmark/.pools -y
END
ok 'the modules go' eval 'unload xt_STATMARK && unload xt_condition'
done_testing
