#!/usr/bin/env bash
# Make sure that the named Debian packages are there: install what is missing
# as root, otherwise print the one command to run and fail.
#
#   scripts/system_packages.sh postgresql [nginx ...]
#
# A service that comes with a package is neither started nor enabled, and no
# PostgreSQL cluster is made: the tests start their own servers.
set -euo pipefail

# What the project needs of a package, whichever way it came onto the machine.
is_there() {
    case "$1" in
        postgresql) compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null ;;
        chromium) command -v chromium >/dev/null || command -v google-chrome >/dev/null ;;
        slapd) [ -x /usr/sbin/slapd ] ;;
        ldap-utils) command -v ldapmodify >/dev/null ;;
        libldap2-dev) [ -e /usr/include/ldap.h ] ;;
        libsasl2-dev) [ -e /usr/include/sasl/sasl.h ] ;;
        python3-dev) "${PYTHON:-python3}" -c 'import pathlib, sys, sysconfig as s; sys.exit(not pathlib.Path(s.get_path("include"), "Python.h").exists())' ;;
        python3-venv) "${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null ;;
        *) command -v "$1" >/dev/null || dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed ;;
    esac
}

missing=()
for package in "$@"; do
    is_there "$package" || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
    exit 0
fi

command_to_run="apt-get update && apt-get install --yes --no-install-recommends ${missing[*]}"
if ! command -v apt-get >/dev/null; then
    echo "Missing on this machine: ${missing[*]} (names of Debian packages). Install them and run again." >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "Missing on this machine: ${missing[*]}. Run:" >&2
    echo "    sudo sh -c '$command_to_run'" >&2
    exit 1
fi

policy=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.d
no_cluster=$clusters/ostiary-tests.conf
kept=$(mktemp -d)

restore() {
    rm -f "$policy" "$no_cluster"
    rmdir --ignore-fail-on-non-empty "$clusters" 2>/dev/null || true
    if [ -e "$kept/policy-rc.d" ]; then
        mv "$kept/policy-rc.d" "$policy"
    fi
    rm -rf "$kept"
}
trap restore EXIT

if [ -e "$policy" ]; then
    mv "$policy" "$kept/policy-rc.d"
fi
printf '#!/bin/sh\nexit 101\n' >"$policy" # 101: this action is forbidden
chmod 755 "$policy"
mkdir -p "$clusters"
echo "create_main_cluster = off" >"$no_cluster"

echo "Installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install --yes -qq -o DPkg::Lock::Timeout=600 --no-install-recommends "${missing[@]}" >&2

for package in "${missing[@]}"; do
    if [ -e "/etc/init.d/$package" ]; then
        update-rc.d "$package" disable
    fi
    if [ -e "/lib/systemd/system/$package.service" ] && command -v systemctl >/dev/null; then
        systemctl --root=/ --quiet disable "$package.service"
    fi
    if ! is_there "$package"; then
        echo "$package was installed, yet what it brings is not found here." >&2
        if [ "$package" = python3-venv ]; then
            echo "It serves Debian's own Python: try again with PYTHON=/usr/bin/python3." >&2
        fi
        exit 1
    fi
done
