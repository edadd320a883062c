# shellcheck shell=bash
# Words for scenarios about whose files are and how they end; after lib.sh.

# strangers - a user namespace with a network of its own, whose root is our user
# 100000. $HOLDER is a process in it; inside COMMAND... runs there as its root.
strangers() {
    unshare -U -n sleep 1000 &
    HOLDER=$!
    ok 'a user namespace' until_ok 10 _apart
    echo 0 100000 60000 >"/proc/$HOLDER/uid_map"
    echo 0 100000 60000 >"/proc/$HOLDER/gid_map"
}
_apart() { [ "$(readlink "/proc/$HOLDER/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }
inside() { nsenter -t "$HOLDER" -U -n env XTABLES_LOCKFILE=/tmp/inside.lock "$@"; }
inside_other() { nsenter -t "$HOLDER" -U -n -S 5 -G 5 "$@"; }
no_strangers() {
    kill "$HOLDER"
    wait "$HOLDER" 2>/dev/null
}

# waits FOLDER FILE... - somebody waits for each to change, in every way there is
_waiters=()
waits() {
    local way file folder=$1
    shift
    for way in poll select epoll; do
        for file in "$@"; do
            rm -f "/tmp/$way$file"
            labnet poll --by $way --timeout 1000000 "$folder/$file" >"/tmp/$way$file" &
            _waiters+=($!)
            ok "$way waits for $file" until_ok 20 grep -qs waiting "/tmp/$way$file"
        done
    done
}

# ended PROCESS - is it?
ended() { ! kill -0 "$1" 2>/dev/null; }

# sent_away FILE... - the files are gone: who waits leaves, and was told so
sent_away() {
    local pid file
    for pid in "${_waiters[@]}"; do
        # epoll is let go of and sleeps on; so it would on any file of /proc.
        grep -q epoll "/proc/$pid/cmdline" 2>/dev/null || ok 'who waited leaves' until_ok 20 ended "$pid"
    done
    for file in "$@"; do
        is "and was told so, of $file" "$(tail -qn 1 "/tmp/poll$file")" gone
    done
}
stop_waiting() {
    kill "${_waiters[@]}" 2>/dev/null
    wait "${_waiters[@]}" 2>/dev/null
    _waiters=()
}
