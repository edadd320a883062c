# shellcheck shell=bash
# A shared address on three nodes, each with a third of 240 slots; after lib.sh.
TOTAL=240
declare -A RANGES=([node1]=1-80 [node2]=81-160 [node3]=161-240)
NODES=(node1 node2 node3)

# thirds - the nodes, their module and servers, and the client, who speaks for many
thirds() {
    local node
    lan client "${NODES[@]}"
    in_order client "${NODES[@]}"
    load
    with_ours
    crowd "${NODES[@]}"
    for node in "${NODES[@]}"; do serve "$node" --tcp 80 --tcp6 80; done
}

# share_thirds ADDRESS, withdraw_thirds ADDRESS - every node gets it, or loses it
share_thirds() {
    local node
    for node in "${NODES[@]}"; do
        share "$node" "$1" $TOTAL "${RANGES[$node]}" --hashmode sourceip-sourceport
    done
    ok "$1: all nodes have the address" settled "${NODES[@]}"
}
withdraw_thirds() {
    local node
    for node in "${NODES[@]}"; do withdraw "$node" "$1"; done
}

# owners [AWK] - stdin, as `ask` prints it, with who owns the slot of each in place of
# who answered. AWK gives another owner than the one of that third, by `slot`.
owners() {
    labnet slot --hashmode sourceip-sourceport --total-nodes $TOTAL |
        awk "{ slot = substr(\$3, 5) + 0; own = slot <= 80 ? \"node1\" : slot <= 160 ? \"node2\" : \"node3\"
            ${1:+own = $1}
            print \$1, \$2, own }"
}

# why_reset - for who wonders: some that the nodes have reset before the witness, and
# what TCP has counted on each of them
why_reset() {
    local node
    diag "$(resets | head -n 10)"
    for node in "${NODES[@]}"; do
        diag "$node:$(on "$node" awk '/^TcpExt:/ { if (!names) names = split($0, name)
            else for (i = 2; i <= NF; i++) if ($i) printf " %s %s", name[i], $i }' /proc/net/netstat)"
    done
}
