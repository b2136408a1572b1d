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
log=$root/build/venv-tdlib.log
python=python3
# shellcheck source=/dev/null
. "$here/environment.sh"

need_program "$responder"
need_python "$log"
python_with venv-tdlib "$here/tdlib_requirements.txt"
# The wheel is for some systems only, and needs libraries of theirs.
if ! "$python" -c 'import tdjson' >"$log" 2>&1; then
    echo "skipped: tdjson cannot be loaded: $(tail -n 1 "$log")"
    exit 77
fi
exec "$python" -B "$here/tdlib_interop.py" "$responder"
