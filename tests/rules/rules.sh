# shellcheck shell=bash
# Runs inside a VM, behind the text of a .t file in $RULES (tests/rules/rules puts
# both into one script). Every line is tried with iptables' own extension and with
# ours: the verdict has to be the file's, and all that a person or a program can see
# has to be the same, byte for byte. Deleting is always left to the other one.
. /lab/lib.sh

ours=/usr/lib/nfcluster-xtables
stock=$(dirname "$(find /usr/lib -path "$ours" -prune -o -name libipt_CLUSTERIP.so -print)")

use() { # stock|ours
    # Ours alone would hide every other extension.
    if [[ $1 == ours ]]; then export XTABLES_LIBDIR=$ours:$stock; else unset XTABLES_LIBDIR; fi
}
other_than() { if [[ $1 == ours ]]; then echo stock; else echo ours; fi; }

run() { # COMMAND...: its output and status, errors included
    "$@" 2>&1
    echo "status $?: $*"
}

words() { # OPTIONS: sets `arguments`, quoted as on a command line
    eval "arguments=($1)"
}

# observe stock|ours OPTIONS OK|FAIL - all that can be seen of one rule
observe() {
    local arguments
    words "$2"
    use "$1"
    run iptables -A INPUT "${arguments[@]}"
    if [[ $3 == OK ]]; then
        run iptables-save -t filter | grep -v '^#'
        run iptables -nL
        run iptables -nvL INPUT --line-numbers
        run iptables -S INPUT 1
        use "$(other_than "$1")"
        run iptables -C INPUT "${arguments[@]}"
        run iptables -D INPUT "${arguments[@]}"
        use "$1"
        run iptables -S INPUT
    fi
    run iptables-nft -A INPUT "${arguments[@]}"
    run iptables-translate -A INPUT "${arguments[@]}"
    use stock
    iptables -F INPUT
}

refused() { grep -q '^status 2: iptables -A' "$1" && ! grep -q '^-A' "$1"; }
loaded_as() { # FILE RULE
    grep -q '^status 0: iptables -A' "$1" && grep -qxF -- "-A INPUT $2" "$1" &&
        grep -q '^status 0: iptables -C' "$1" && grep -q '^status 0: iptables -D' "$1" &&
        [[ $(grep -cxF -- "-A INPUT $2" "$1") -eq 2 ]] # saved, shown, and gone after -D
}
# The in-tree module and ours refuse nft alike, since nft does not hand -d and -i over.
refused_by_nft() { grep -q 'Operation not supported' "$1" && grep -q '^status 4: iptables-nft -A' "$1"; }

verdict() { # FILE OPTIONS EXPECTED OK|FAIL
    local expected=$3
    [[ $expected != = ]] || expected=$2
    case $4 in
    OK) loaded_as "$1" "$expected" && refused_by_nft "$1" ;;
    FAIL) refused "$1" ;;
    *) false ;;
    esac || { cat "$1"; return 1; }
}

load
all=()
while IFS=';' read -r options expected result; do
    case $options in '' | '#'* | :*) continue ;; esac
    observe stock "$options" "$result" >/tmp/stock
    observe ours "$options" "$result" >/tmp/ours
    ok "$result with iptables' own: $options" verdict /tmp/stock "$options" "$expected" "$result"
    ok "ours says the same: $options" diff /tmp/stock /tmp/ours
    [[ $result == FAIL ]] || all+=("$options")
done <<<"$RULES"

# What only the kernel judges reaches it from both: no node, node 0, no option.
new='--new --hashmode sourceip --clustermac 01:02:03:04:05:06'
for options in "-d 10.0.1.1 -i lo -j CLUSTERIP $new --total-nodes 0 --local-node 0" \
    "-d 10.0.1.1 -i lo -j CLUSTERIP $new --total-nodes 2 --local-node 0" \
    "-d 10.0.1.1 -i lo -j CLUSTERIP" "-i lo -j CLUSTERIP $new --total-nodes 2 --local-node 1" \
    "-d 10.0.1.1 -i none -j CLUSTERIP $new --total-nodes 2 --local-node 1"; do
    observe stock "$options" FAIL >/tmp/stock
    observe ours "$options" FAIL >/tmp/ours
    ok "the kernel judges: $options" diff /tmp/stock /tmp/ours
done

save() { iptables-save -t filter | grep '^-A'; }
for first in stock ours; do
    second=$(other_than "$first")
    use "$first"
    for options in "${all[@]}"; do
        words "$options"
        iptables -A INPUT "${arguments[@]}"
    done
    iptables-save -t filter >/tmp/saved
    save >/tmp/before
    use "$second"
    is "all rules are saved by $first" "$(wc -l </tmp/before)" "${#all[@]}"
    ok "what $first saved, $second restores over it" iptables-restore /tmp/saved
    ok "and saves alike" diff /tmp/before <(save)
    iptables -F INPUT
    ok "what $first saved, $second restores from nothing" iptables-restore /tmp/saved
    ok "and saves alike again" diff /tmp/before <(save)
    iptables -F INPUT
done

use ours
for option in --new --hashmode --clustermac --total-nodes --local-node --hash-init; do
    ok "the help of ours names $option" grep -qe "^  $option" <(iptables -j CLUSTERIP --help)
done
done_testing
