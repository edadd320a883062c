# shellcheck shell=bash
# Real servers in a node's namespace. Goes behind lib.sh; the head of a scenario
# that uses them says `# servers: real`.

declare -A _service_of=()

# web NODE [PORT] - nginx there; every page is the node's name, / included
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
        location / { return 200 "$node\n"; }
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

# slow NODE MS - all that it sends is so much later; slow NODE 0 ends that
slow() {
    if [ "$2" -eq 0 ]; then
        on "$1" tc qdisc del dev eth0 root
    else
        on "$1" tc qdisc replace dev eth0 root netem delay "$2ms" limit 10000
    fi
}
