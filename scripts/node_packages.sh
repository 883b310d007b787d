#!/usr/bin/env bash
# Make DIR/node_modules what DIR/package-lock.json says, if it is not yet.
#
#   scripts/node_packages.sh DIR
#
# Packages run no scripts of their own when they are installed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
record=node_modules/.installed # what was installed last; npm ci begins by removing it

# One at a time: two makes in one tree would tear at the same directory.
if command -v flock >/dev/null; then
    exec 9<package-lock.json
    flock 9
fi

wanted=$(sha256sum <package-lock.json)
if [ "$(cat "$record" 2>/dev/null || true)" != "$wanted" ]; then
    echo "Installing the JavaScript packages of $1" >&2
    "$here/node.sh" --npm ci --ignore-scripts --no-audit --no-fund \
        --no-update-notifier --loglevel=error >&2
    echo "$wanted" >"$record"
fi
