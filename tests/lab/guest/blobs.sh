# shellcheck shell=bash
# Words for scenarios about rules that no iptables would send, by raw setsockopt
# and by netlink, in PREROUTING of mangle; after lib.sh.
#
# $good and $plain are the scenario's, in hex: a rule that says all there is to say,
# and one that only names what another has made. So is state, which prints what must
# not change.
: "${good:=}" "${plain:=}"

# blobs_of TARGET - whose rules they are
blobs_of() { TARGET=$1; }
# remember ... unchanged - what state says
remember() { before=$(state); }
unchanged() { is 'nothing has changed' "$(state)" "$before"; }

# What a rule of iptables looks like to the kernel.
seen_by_kernel() { labnet blob get --table mangle | awk -v target="$TARGET" '$1 == target { print $4 }'; }

set_legacy() { labnet blob set --table mangle --chain PREROUTING --dst-mask 0.0.0.0 --dst 0.0.0.0 --target "$TARGET" "$@" 2>&1; }
set_nft() { labnet blob nft --table mangle --chain PREROUTING --target "$TARGET" "$@" 2>&1; }

# refused DESCRIPTION ERRNO OPTIONS... - by both back ends and both families
refused() {
    local description=$1 wanted=$2 got
    shift 2
    got="$(set_legacy "$@") $(set_nft "$@") $(set_nft --family ip6 "$@")"
    is "$wanted: $description" "$got" "$wanted $wanted $wanted"
}
# wrong DESCRIPTION OPTIONS... - the good rule is not, with these
wrong() { refused "$1" EINVAL --data "$good" "${@:2}"; }

# Text and numbers as they lie in a rule.
hex() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'; }
le16() { printf '%02x%02x' $(($1 & 255)) $(($1 >> 8 & 255)); }
le32() { le16 $(($1 & 65535)) && le16 $(($1 >> 16)); }

# pointer_is_the_kernels OFFSET - what user space says there does not matter, and it
# is not told what the kernel has there
pointer_is_the_kernels() {
    local tail
    for tail in ffffffffffffffff 4141414141414141; do
        is "what stands where the kernel has its pointer ($tail) does not matter" \
            "$(set_legacy --data "$plain" --set "$1=$tail")" accepted
        is '... and nobody sees the pointer' "$(labnet blob get --table mangle | sed 's/.*\(................\)$/\1/')" \
            0000000000000000
    done
}

# good_is_taken RULE - which iptables-nft shows it to be
good_is_taken() {
    is 'a good rule' "$(set_legacy --data "$good")" accepted
    is 'a good rule by netlink' "$(set_nft --data "$good") $(set_nft --family ip6 --data "$good")" 'accepted accepted'
    is 'and by its own words it is found' "$(iptables-nft -t mangle -S PREROUTING | tail -n 1)" "$1"
}

# any_bytes - changed at random: what comes of it only must not harm the kernel
any_bytes() {
    local seed
    for seed in $(seq $((SLOWNESS > 1 ? 1 : 2))); do
        diag "legacy: $(set_legacy --data "$good" --mutate "$seed" --count 300 | tr '\n' ' ')"
        diag "nft: $(set_nft --data "$good" --mutate "$seed" --count 300 | tr '\n' ' ')"
        diag "nft, plain: $(set_nft --family ip6 --data "$plain" --mutate "$seed" --count 300 | tr '\n' ' ')"
    done
}
