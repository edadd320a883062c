# shellcheck shell=bash
# Words for scenarios in which memory is short; after lib.sh.

# allocations_fail - for whom `labnet starve` and --starve choose
allocations_fail() {
    local debug=/sys/kernel/debug/failslab
    ok 'the kernel lets allocations fail' test -w /proc/self/fail-nth
    ok 'those that may sleep as well' eval "echo N >$debug/ignore-gfp-wait"
    ok 'and says nothing about it' eval "echo 0 >$debug/verbose"
    ok 'whole pages are not our subject' eval "echo 20 >${debug%/*}/fail_page_alloc/min-order"
}

# starve_loading NAME FOLDER FILE - it loads as soon as there is memory, and then
# there is its folder with that one file
starve_loading() {
    local said
    said=$(labnet starve module "$(modinfo -n "$1")" "$1")
    diag "$said"
    is 'the module loads as soon as there is memory' \
        "$(grep -vE '^(ENOMEM|undone) ' <<<"$said")" 'success 1'
    ok 'it did fail' grep -q ENOMEM <<<"$said"
    is 'with its folder, empty' "$(ls -A "$2")" "$3"
}
