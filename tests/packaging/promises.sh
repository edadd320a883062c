# shellcheck shell=bash
# shellcheck disable=SC2034,SC2317 # for the scripts that source this
# What the packaging tests say, inside a throw-away system.
#   KERNEL VERSION-OF-THE-KERNEL VERSION-OF-NFCLUSTER BUILD-FOLDER
kernel=$1 version=$2 package_version=$3 build=/repo/$4
number=0
status=0

check() { # DESCRIPTION COMMAND...: one TAP line
    local description="$kernel: $1"
    shift
    number=$((number + 1))
    if "$@" >/tmp/output 2>&1; then
        echo "ok $number - $description"
    else
        status=1
        echo "not ok $number - $description"
        sed 's/^/# /' /tmp/output
    fi
    { echo "--- $description"; cat /tmp/output; } >&2
}

finish() {
    echo "1..$number"
    exit "$status"
}

# Every test here is asked for every module: PACKAGE is that of DKMS.
mapfile -t modules < <(sed -n 's/^\([a-z][^ ]*\) .* \(.*\)/\1 \2/p' /repo/packaging/modules)
each() { # FUNCTION ARGUMENT...: with $package and $module set
    local line package module
    for line in "${modules[@]}"; do
        read -r package module <<<"$line"
        "$@" || return 1
    done
}

file_of() { modinfo -k "$version" -F filename "$1" 2>/dev/null; }
files_of_all() { each eval 'file_of "$module" || true'; }
before=$(files_of_all)

# DKMS 2 writes "name, version, kernel", DKMS 3 "name/version, kernel".
state_is() { # STATE
    local state
    state=$(dkms status "$package" 2>/dev/null | sed "s|^$package, |$package/|")
    echo "$state"
    case $1 in
    added) [[ $state == "$package/$package_version: added" ]] ;;
    *) [[ $state == "$package/$package_version, $version, $(uname -m): $1"* ]] ;;
    esac
}

ours_wins() {
    file_of "$module"
    [[ $(file_of "$module") == "/lib/modules/$version/updates/dkms/$module.ko"* ]]
}

fits_the_kernel() {
    modinfo -k "$version" -F vermagic "$module"
    [[ $(modinfo -k "$version" -F vermagic "$module") == "$version "* ]]
}

built_without_warning() {
    local log
    log=/var/lib/dkms/$package/$package_version/$version/$(uname -m)/log/make.log
    cat "$log"
    grep -q "$module.ko" "$log" && ! grep -i 'warning' "$log"
}

nothing_left() {
    local found
    found=$(dkms status 2>/dev/null | grep nfcluster; ls -d /usr/src/nfcluster-* /var/lib/dkms/nfcluster* \
        /var/lib/nfcluster "/lib/modules/$version/updates" 2>/dev/null)
    echo "$found"
    [[ -z $found && $(files_of_all) == "$before" ]]
}
