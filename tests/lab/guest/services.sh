# shellcheck shell=bash
# Real servers in a node's namespace. Goes behind lib.sh; the head of a scenario
# that uses them says `# servers: real`.

declare -A _service_of=()

# web NODE [PORT [STATUS]] - nginx there; every page is the node's name, / included
web() {
    local node=$1 port=${2:-80} home=/tmp/web.$1
    mkdir -p "$home"
    cat >"$home/conf" <<END
daemon off;
pid $home/pid;
error_log $home/log;
worker_processes 1;
user nobody nogroup;
events { worker_connections 4096; }
http {
    access_log off;
    client_body_temp_path $home/body;
    proxy_temp_path $home/proxy;
    fastcgi_temp_path $home/fastcgi;
    uwsgi_temp_path $home/uwsgi;
    scgi_temp_path $home/scgi;
    server {
        listen $port default_server;
        listen [::]:$port default_server;
        default_type text/plain;
        location / { return ${3:-200} "$node\n"; }
    }
}
END
    ip netns exec "$node" setsid nginx -e "$home/log" -p "$home" -c "$home/conf" &>"$home/said" &
    _service_of[$node]=$!
    until_ok 20 listens "$node" "$port" || bail "nginx on $node: $(cat "$home/said" "$home/log")"
}

# smtp NODE - OpenSMTPD there; it greets with the node's name, and what is sent to
# root is a file in /tmp/smtp.NODE/mail/new
smtp() {
    local node=$1 home=/tmp/smtp.$1
    mkdir -p "$home/spool" "$home/mail"
    chown nobody "$home/mail"
    chmod 711 "$home/spool"
    cat >"$home/conf" <<END
listen on 0.0.0.0 port 25 hostname $node
listen on :: port 25 hostname $node
action keep maildir "$home/mail" user nobody
match from any for any action keep
END
    chmod 600 "$home/conf"
    # Its socket and its queue have fixed places: each has its own.
    # shellcheck disable=SC2016 # for the shell within
    ip netns exec "$node" setsid bash -c '
        mount -t tmpfs run /run && mount --bind "$1/spool" /var/spool/smtpd &&
        exec smtpd -d -f "$1/conf"' smtp "$home" &>"$home/said" &
    _service_of[$node]=$!
    until_ok 20 listens "$node" 25 || bail "smtpd on $node: $(cat "$home/said")"
}

listens() { [ -n "$(ip netns exec "$1" ss -Hltn "sport = :$2")" ]; }

# no_service NODE - kills it and all its children, at once
no_service() {
    kill -KILL -- "-${_service_of[$1]}"
    wait "${_service_of[$1]}" 2>/dev/null
    unset "_service_of[$1]"
    until_ok 10 eval "! listens $1 25 && ! listens $1 80"
}

# hang NODE - it accepts, and never answers; unhang NODE
hang() { kill -STOP -- "-${_service_of[$1]}"; }
unhang() { kill -CONT -- "-${_service_of[$1]}"; }

# slow NODE MS [DEV] - all that it sends is so much later; slow NODE 0 ends that
slow() {
    if [ "$2" -eq 0 ]; then
        on "$1" tc qdisc del dev "${3:-eth0}" root
    else
        on "$1" tc qdisc replace dev "${3:-eth0}" root netem delay "$2ms" limit 10000
    fi
}

# unwilling NODE - from one moment to the next it greets with 421 whoever comes to
# port 25; willing NODE - no more
unwilling() {
    printf '#!/bin/sh\necho "421 %s is too busy"\n' "$1" >"/tmp/unwilling.$1"
    chmod 755 "/tmp/unwilling.$1"
    ip netns exec "$1" setsid nc -ll -p 2525 -e "/tmp/unwilling.$1" &>/dev/null &
    until_ok 20 listens "$1" 2525 || bail "nobody listens on $1"
    on "$1" iptables -t nat -A PREROUTING -p tcp --dport 25 -j REDIRECT --to-ports 2525
}
willing() { on "$1" iptables -t nat -F PREROUTING; }

# greetings COUNT - so many connections to $SERVICE, port 25: who greeted how many,
# in one line: "mail1=10 mail2=10"
greetings() { _tally "$1" 25 | sed -E 's/^220 (\S+) .* ([0-9]+)$/\1 \2/' | _in_a_line; }

# pages COUNT - the same of port 80
pages() { _tally "$1" 80 --say 'GET /' | _in_a_line; }

_tally() { ask client "$SERVICE" "$2" --count "$1" --tally "${@:3}"; }
_in_a_line() { awk '{ print $1 "=" $NF }' | sort | paste -sd ' '; }

# settles WORD COUNT SHARES - soon so many of greetings, or pages, are shared so
settles() { until_ok 60 _shared "$@"; }
_shared() { [ "$("$1" "$2")" == "$3" ]; }

# page NAME - asks for a page on a connection that is held: what is on it
page() {
    # shellcheck disable=SC2154 # lib.sh's
    printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' >&"${_mouth_of[$1]}"
    until hear "$1" 30 && [[ $HEARD =~ ^[a-z]+[0-9]+$ ]]; do
        [[ $HEARD =~ ^(HTTP/|[A-Z][A-Za-z-]*:|.?$) ]] || return 1 # how it ended
    done
    echo "$HEARD"
}

# look_after NODE - nfclusterd there; stdin is its configuration
declare -A _daemon_of=()
look_after() {
    local node=$1 home=/tmp/nfclusterd.$1
    mkdir -p "$home/state"
    cat >"$home/conf"
    ip netns exec "$node" nfclusterd --config "$home/conf" --socket "$home/socket" \
        --state "$home/state" >"$home/log" 2>&1 &
    _daemon_of[$node]=$!
    until_ok 20 grep -q 'started:' "$home/log" || bail "nfclusterd on $node: $(cat "$home/log")"
}

# look_again NODE - it reads its configuration, stdin, again
look_again() {
    local home=/tmp/nfclusterd.$1 before
    before=$(_loaded_again "$home")
    cat >"$home/conf"
    kill -HUP "${_daemon_of[$1]}"
    until_ok 20 _loaded_more "$home" "$before"
}
_loaded_again() { grep -c 'loaded .* again' "$1/log"; }
_loaded_more() { [ "$(_loaded_again "$1")" -gt "$2" ]; }

# look_away NODE - it ends
look_away() {
    kill "${_daemon_of[$1]}"
    wait "${_daemon_of[$1]}"
}

# said NODE TEXT - its log has it
said() { grep -q -- "$2" "/tmp/nfclusterd.$1/log"; }

# --- node1 to node3, which share one address

# owned NODE - how many slots it takes new flows of
owned() {
    on "$1" sed -E 's/.* on ([^ ]+).*/\1/; s/none//' /proc/net/nf_clusterip | tr ',' '\n' |
        awk -F- 'NF { n += $NF - $1 + 1 } END { print n + 0 }'
}
owned_by_each() { echo "$(owned node1) $(owned node2) $(owned node3)"; }
_moves() { on "$1" grep -qE ' (drain|fill) [0-9]' /proc/net/nf_clusterip; }
_are() { [ "$(owned_by_each)" == "$1" ] && ! _moves node1 && ! _moves node2 && ! _moves node3; }

# shares DESCRIPTION "N N N" [SECONDS] - each comes to have so many, and none moves any more
shares() {
    local node
    ok "$1: $2" until_ok "${3:-20}" _are "$2" && return
    for node in node1 node2 node3; do diag "$(on $node cat /proc/net/nf_clusterip)"; done
    diag "$(tail -n 5 /tmp/nfclusterd.*/log)"
}
