#!/bin/sh
# Runs the interop test of mtproto-relay: Telethon, our probe, a browser-like TLS client and strangers through it.
#
#   tests/interop/run_relay.sh [folder of the programs]      default: build/bin of this tree
#
# Without Telethon its part is skipped, and the rest runs. Exit status: 0 all passed, 1 something failed, 77 skipped
# because there is no python3.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
programs=${1:-$root/build/bin}
venv=$root/build/venv-telethon
log=$root/build/venv-telethon.log
python=python3

for program in mtproto-relay mtproto-responder mtproto-probe; do
    if [ ! -x "$programs/$program" ]; then
        echo "FAILED  $programs/$program is missing: build it first"
        echo "0 passed, 1 failed"
        exit 1
    fi
done
if ! command -v python3 >/dev/null 2>&1; then
    echo "skipped: python3 is missing (package python3)"
    exit 77
fi

# The environment of run.sh; the stamp is written last and holds the pins.
mkdir -p "$root/build"
if ! cmp -s "$here/requirements.txt" "$venv/installed"; then
    rm -rf "$venv"
    if python3 -m venv "$venv" >"$log" 2>&1 &&
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt" >"$log" 2>&1; then
        cp "$here/requirements.txt" "$venv/installed"
    else
        rm -rf "$venv"
    fi
fi
[ ! -x "$venv/bin/python" ] || python=$venv/bin/python
exec "$python" -B "$here/relay_interop.py" "$programs"
