# shellcheck shell=bash
# A director in front of servers, for the scenarios that balance by marks. Goes
# behind lib.sh.
#
#   client ---- wan  director  lan ---- mail1, mail2, ...
#   10.8.0.2    10.0.0.1                192.168.0.1, 192.168.0.2, ...
#   fd08::2     fd10::1                 fd19::1, fd19::2, ...

export XTABLES_LIBDIR=/usr/lib/nfcluster-xtables:/usr/lib/x86_64-linux-gnu/xtables
SERVICE=10.0.0.1

# director COUNT [NAME] - the namespaces client, director, mail1 to mailCOUNT, or
# NAME1 to NAMECOUNT. The client speaks for all of 10.9.0.0/16 and fd09::/64.
director() {
    local number name=${2:-mail}
    {
        printf 'netns add %s\n' client director
        for number in $(seq "$1"); do printf 'netns add %s\n' "$name$number"; done
        echo link add wan netns director type veth peer name eth0 netns client
    } >/tmp/.director
    _must ip -batch /tmp/.director
    {
        printf '%s\n' 'link set lo up' 'link set wan up' 'link add lan type bridge forward_delay 0' \
            'link set lan up' "address add $SERVICE/32 dev lo" 'address add 10.8.0.1/24 dev wan' \
            'address add 192.168.0.254/24 dev lan' 'route add 10.9.0.0/16 via 10.8.0.2' \
            'address add fd10::1/128 dev lo' 'address add fd08::1/64 dev wan nodad' \
            'address add fd19::254/64 dev lan nodad' 'route add fd09::/64 via fd08::2'
        for number in $(seq "$1"); do
            printf 'link add sw%d master lan type veth peer name eth0 netns %s\nlink set sw%d up\n' \
                "$number" "$name$number" "$number"
        done
    } >/tmp/.director
    _must on director sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    _must ip -n director -batch /tmp/.director
    for number in $(seq "$1"); do
        printf '%s\n' 'link set lo up' 'link set eth0 up' "address add 192.168.0.$number/24 dev eth0" \
            'route add default via 192.168.0.254' "address add fd19::$number/64 dev eth0 nodad" \
            'route add default via fd19::254' >/tmp/.director
        _must ip -n "$name$number" -batch /tmp/.director
    done
    _must on client sysctl -qw net.ipv6.ip_nonlocal_bind=1
    printf '%s\n' 'link set lo up' 'link set eth0 up' 'address add 10.8.0.2/24 dev eth0' \
        'route add default via 10.8.0.1' 'route add local 10.9.0.0/16 dev lo' \
        'address add fd08::2/64 dev eth0 nodad' 'route add default via fd08::1' \
        'route add local fd09::/64 dev lo' >/tmp/.director
    _must ip -n client -batch /tmp/.director
}

# rules BACKEND - loads stdin, a file of iptables-save, on the director; BACKEND
# is legacy or nft
rules() { on director "iptables-$1-restore"; }

# no_rules BACKEND - and away with all of them
no_rules() {
    printf '*%s\nCOMMIT\n' mangle nat filter | rules "$1"
}

# shares COUNT OPTIONS... - so many connections, each from an address that no
# other has had: who answered how many, in one line: "mail1=10 mail2=10"
shares() {
    local first last # remembered in a file: this runs in a subshell
    first=$(($(cat /tmp/.sources 2>/dev/null) + 1)) last=$((first + $1 - 1))
    echo $last >/tmp/.sources
    shift
    ask client $SERVICE 25 --count $((last - first + 1)) --tally "$@" \
        --source "$(source_address $first)-$(source_address $last)" |
        awk '{ print $1 "=" $2 }' | sort | paste -sd ' '
}
source_address() { echo "10.9.$(($1 >> 8)).$(($1 & 255))"; }

# switch WORD... - turns switches on the director: mail1up=1 mail2up=0
switch() { echo "$*" | on director tee /proc/net/nf_condition/.set >/dev/null; }
switch_is() { [ "$(on director cat "/proc/net/nf_condition/$1")" == "$2" ]; }

# mail_story BACKEND FILE - the day of a mail service with two servers, whatever
# rules balance it by the switches mail1up and mail2up
mail_story() {
    local rules=$2 connection
    ok "$1: the rules load" rules "$1" <"$rules"
    switch mail1up=1 mail2up=1
    is "$1: both up: half and half" "$(shares 20)" 'mail1=10 mail2=10'
    ok "$1: a connection stays open" hold first client $SERVICE 25 --source 10.9.9.1
    ok "$1: and another" hold second client $SERVICE 25 --source 10.9.9.2
    is "$1: one on each server" "$(answer_to first hello) $(answer_to second hello)" 'mail1 hello mail2 hello'

    in_flight() {
        for connection in first second; do
            answer_to $connection "$1"
        done | paste -sd ' '
    }
    switch mail1up=0
    is "$1: mail1 down: all to mail2" "$(shares 10)" 'mail2=10'
    is "$1: ... but what is open stays where it is" "$(in_flight one)" 'mail1 one mail2 one'
    switch mail1up=1 mail2up=0
    is "$1: mail2 down: all to mail1" "$(shares 10)" 'mail1=10'
    is "$1: ... and what is open stays" "$(in_flight two)" 'mail1 two mail2 two'
    switch mail1up=0
    is "$1: both down: refused at once" "$(shares 10)" 'refused=10'
    is "$1: ... and what is open stays" "$(in_flight three)" 'mail1 three mail2 three'
    switch mail1up=1 mail2up=1
    is "$1: both back: half and half" "$(shares 20)" 'mail1=10 mail2=10'
    on director "iptables-$1-save" >/tmp/saved
    ok "$1: saved and loaded again" rules "$1" </tmp/saved
    is "$1: half and half still" "$(shares 20)" 'mail1=10 mail2=10'
    is "$1: what is open has stayed all the while" "$(in_flight four)" 'mail1 four mail2 four'
    let_go second

    # As people write it. It finds out for itself that a server is gone or back.
    cat >/tmp/health <<'END'
while true; do
    for n in 1 2; do
        if echo QUIT | nc -w 5 192.168.0.$n 25 2>/dev/null | grep -q mail; then echo 1; else echo 0; fi \
            >/proc/net/nf_condition/mail${n}up
    done
    sleep 0.5
done
END
    switch mail1up=0 mail2up=0
    ip netns exec director bash /tmp/health &
    health=$!
    ok "$1: the health script finds both servers" until_ok 20 eval 'switch_is mail1up 1 && switch_is mail2up 1'
    stop_serving mail2
    ok "$1: and that mail2 has stopped" until_ok 20 switch_is mail2up 0
    is "$1: all to mail1" "$(shares 10)" 'mail1=10'
    serve mail2 --tcp 25
    ok "$1: and that it is back" until_ok 20 switch_is mail2up 1
    is "$1: half and half again" "$(shares 20)" 'mail1=10 mail2=10'
    is "$1: what was open on mail1 still is" "$(answer_to first five)" 'mail1 five'
    kill $health
    wait $health 2>/dev/null
    let_go first
    no_rules "$1"
}
