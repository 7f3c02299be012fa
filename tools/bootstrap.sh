#!/bin/sh
# Installs what is missing of tools/packages.txt and says what it does.
#
#     tools/bootstrap.sh [GROUP…]    build, library, server, test, browser, tool; all of them when none is named
#
# A second run asks dpkg and ends. Needs root or sudo when something is missing. No service is started: Purser makes
# and runs servers of its own.
set -eu

list=$(dirname "$0")/packages.txt
groups=" ${*:-build library server test browser tool} "

# shellcheck disable=SC2046 # the list is meant to split
set -- $(awk -v groups="$groups" '!/^#/ && NF && index(groups, " " $2 " ") { print $1 }' "$list")
if [ $# -eq 0 ]; then
    echo "bootstrap: no package in the group(s)$groups" >&2
    exit 2
fi

present=" $(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | awk '$1 == "installed" { printf "%s ", $2 }')"
missing=
for package; do
    case $present in
    *" $package "*) ;;
    *) missing="$missing $package" ;;
    esac
done
if [ -z "$missing" ]; then
    exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "bootstrap: these packages are missing, and installing them needs root or sudo:$missing" >&2
        exit 1
    fi
    as_root=sudo
fi

apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qq -o Dpkg::Use-Pty=0 \
        -o Dpkg::Options::=--force-confold "$@"
}

# PostgreSQL's package would make a cluster that runs from the next boot on; on a machine that never had it, leave that out.
settings=/etc/postgresql-common/createcluster.conf
case $missing in
*" postgresql-15"*)
    if [ ! -e "$settings" ]; then
        echo "bootstrap: writing $settings, so that postgresql-15 makes no system cluster"
        $as_root mkdir -p "$(dirname "$settings")"
        echo 'create_main_cluster = false' | $as_root tee "$settings" >/dev/null
    fi
    ;;
esac

# invoke-rc.d asks this file whether a package may start its service.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
    trap '$as_root rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
fi

echo "bootstrap: installing$missing"
# shellcheck disable=SC2086 # words are packages
if ! apt install --no-install-recommends $missing >/dev/null; then
    echo "bootstrap: once more, after apt-get update"
    apt update
    apt install --no-install-recommends $missing >/dev/null
fi
echo "bootstrap: done"
