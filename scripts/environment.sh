#!/usr/bin/env bash
# Make or renew the virtual environment .venv from the hashed requirements.
#
#   scripts/environment.sh bootstrap   uv alone
#   scripts/environment.sh runtime     what the server needs, and ostiary itself
#   scripts/environment.sh bench       that, and what the benchmark needs
#   scripts/environment.sh dev         that, and what tests and checks need
#
# PYTHON names the interpreter to start from (python3 unless told).
set -euo pipefail
cd "$(dirname "$0")/.."

profile=$1
export PYTHON=${PYTHON:-python3}
venv=.venv
record=$venv/.requirements # what was installed last: profile and digest

# One at a time: two makes in one tree would tear at the same directory.
if command -v flock >/dev/null; then
    exec 9>.venv.lock
    flock 9
fi

case "$profile" in
    bootstrap) files=(requirements/bootstrap.txt) ;;
    runtime) files=(requirements/bootstrap.txt requirements/build.txt requirements/runtime.txt) ;;
    bench) files=(requirements/bootstrap.txt requirements/bench.txt) ;;
    dev) files=(requirements/bootstrap.txt requirements/dev.txt) ;;
    *)
        echo "unknown profile: $profile" >&2
        exit 2
        ;;
esac

make_environment() {
    if ! command -v "$PYTHON" >/dev/null; then
        echo "Python 3.11 or newer is needed, and there is no '$PYTHON' here." >&2
        exit 1
    fi
    if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        echo "Python 3.11 or newer is needed; '$PYTHON' is $("$PYTHON" --version 2>&1)." >&2
        echo "Name another one: make PYTHON=python3.12" >&2
        exit 1
    fi
    scripts/system_packages.sh python3-venv
    echo "Making $venv with $("$PYTHON" --version)" >&2
    rm -rf "$venv"
    "$PYTHON" -m venv "$venv"
}

install_uv() {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --require-hashes -r requirements/bootstrap.txt
}

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    make_environment
fi
if [ "$profile" = bootstrap ]; then
    install_uv
    touch "$venv/.bootstrap"
    exit 0
fi

wanted="$profile $(cat "${files[@]}" | sha256sum)"
if [ "$(cat "$record" 2>/dev/null || true)" != "$wanted" ]; then
    if [ "$profile" = dev ]; then
        # python-ldap comes as source: it is built here, against Debian's OpenLDAP.
        scripts/system_packages.sh gcc libc6-dev python3-dev libldap2-dev libsasl2-dev
    fi
    echo "Installing the $profile requirements into $venv" >&2
    rm -f "$record"
    install_uv
    # bootstrap.txt is uv itself: synchronising leaves it in place.
    "$venv/bin/uv" pip sync --quiet --python "$venv/bin/python" \
        --require-hashes --compile-bytecode "${files[@]:1}"
    echo "$wanted" >"$record"
fi
# Built by the hatchling that was just installed; nothing is fetched.
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" \
    --offline --no-index --no-build-isolation --no-deps --editable .
touch "$venv/.$profile"
