# shellcheck shell=bash
# Runs inside a VM, behind the text of a .t file in $RULES and the name of the
# $EXTENSION (tests/rules/rules puts them into one script): a target that is ours
# alone, by all $COMMANDS. What only this target has is in the function `more`. A rule that is right is saved as the file says, found,
# listed and deleted by its words; one that is not is refused and says why.
. /lab/lib.sh
export XTABLES_LIBDIR=/usr/lib/nfcluster-xtables:/usr/lib/x86_64-linux-gnu/xtables
# shellcheck disable=SC2153 # COMMANDS stands in front of this
read -r -a commands <<<"$COMMANDS"

saved() { "$command-save" -t "$table" | grep '^-A'; } # the rules
try() { # ACTION OPTIONS
    local arguments
    eval "arguments=($2)"
    $command -t "$table" "$1" "$chain" "${arguments[@]}"
}

# listed SAVED - what -L shows of it
listed() { sed -E 's/.*-j //; s/ --/ /g' <<<"$1"; }

# sound OPTIONS SAVED - saved, found, listed and deleted
sound() {
    try -A "$1" && [ "$(saved)" == "-A $chain $2" ] &&
        $command -t "$table" -nvL "$chain" | tail -n 1 | tr -s ' ' | grep -F -- " $(listed "$2")" &&
        try -C "$1" && try -D "$1" && return 0
    saved
    $command -t "$table" -nvL "$chain"
    $command -t "$table" -F
    return 1
}

# refused OPTIONS TEXT - by its status, with these words
refused() {
    local message status
    message=$(try -A "$1" 2>&1)
    status=$?
    echo "status $status, says: $message"
    ((status > 0 && status < 126)) && [[ $message == *"$2"* ]]
}

# all_together - of a table's right rules at once: saved, restored over themselves
# and from nothing
all_together() {
    local options before
    while read -r options; do try -A "$options" || return 1; done
    before=$(saved)
    "$command-save" -t "$table" >/tmp/saved
    "$command-restore" </tmp/saved && [ "$(saved)" == "$before" ] && $command -t "$table" -F &&
        [ -z "$(saved)" ] && "$command-restore" </tmp/saved && [ "$(saved)" == "$before" ] &&
        "$command-save" -t "$table" | grep -v '^[#:]' >/tmp/again &&
        diff <(grep -v '^[#:]' /tmp/saved) /tmp/again && $command -t "$table" -F
}

for module in $MODULES; do load "$module"; done
for command in "${commands[@]}"; do
    table=filter chains=() says=
    : >/tmp/right
    while IFS=';' read -r options expected result; do
        case $options in
        '# says: '*) says=${options#'# says: '} && continue ;;
        '' | '#'*) continue ;;
        :*) IFS=, read -r -a chains <<<"${options#:}" && continue ;;
        '*'*) table=${options#?} && continue ;;
        esac
        [ "$expected" != = ] || expected=$options
        chain=${chains[0]}
        if [ "$result" == OK ]; then
            ok "$command: $options" sound "$options" "$expected"
            echo "$options" >>/tmp/right
        elif [[ $says == 'Invalid argument' ]]; then # so says the kernel
            for chain in "${chains[@]}"; do
                ok "$command, $table $chain refuses: $options" refused "$options" "$says"
            done
        elif [[ $command == "${commands[0]}" || $command == "${commands[-1]}" ]]; then
            # Words are read by the extension itself, alike for all.
            ok "$command refuses: $options" refused "$options" "$says"
        fi
    done <<<"$RULES"
    chain=${chains[-1]}
    is "$command: no rule is left of all that" "$(saved)" ''
    ok "$command: all that are right, saved and restored" all_together </tmp/right
done

more
done_testing
