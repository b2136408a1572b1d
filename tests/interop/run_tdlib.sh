#!/bin/sh
# Runs the TDLib interop test in a virtual environment of its own.
#
#   tests/interop/run_tdlib.sh [path of mtproto-responder]      default: build/bin/mtproto-responder of this tree
#
# Exit status: 0 all passed, 1 something failed, 77 skipped because the environment cannot be made (the reason is printed).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
responder=${1:-$root/build/bin/mtproto-responder}
venv=$root/build/venv-tdlib
log=$root/build/venv-tdlib.log
requirements=$here/tdlib_requirements.txt

if [ ! -x "$responder" ]; then
    echo "FAILED  $responder is missing: build it first"
    echo "0 passed, 1 failed"
    exit 1
fi

skip() {
    echo "skipped: $1"
    exit 77
}

command -v python3 >/dev/null 2>&1 || skip "python3 is missing (package python3)"
mkdir -p "$root/build"
# The stamp is written last and holds the pins: an interrupted or an outdated environment is made again.
if ! cmp -s "$requirements" "$venv/installed"; then
    rm -rf "$venv"
    python3 -m venv "$venv" >"$log" 2>&1 || {
        rm -rf "$venv"
        skip "python3 -m venv failed (package python3-venv): $(tail -n 1 "$log")"
    }
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements" >"$log" 2>&1 || {
        rm -rf "$venv"
        skip "pip could not install the requirements: $(tail -n 1 "$log")"
    }
    cp "$requirements" "$venv/installed"
fi
# The wheel is for some systems only, and needs libraries of theirs.
"$venv/bin/python" -c 'import tdjson' >"$log" 2>&1 || skip "tdjson cannot be loaded: $(tail -n 1 "$log")"
exec "$venv/bin/python" -B "$here/tdlib_interop.py" "$responder"
