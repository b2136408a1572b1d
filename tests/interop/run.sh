#!/bin/sh
# Runs the Telethon interop test in a virtual environment of its own.
#
#   tests/interop/run.sh [path of mtproto-responder]      default: build/bin/mtproto-responder of this tree
#
# Exit status: 0 all passed, 1 something failed, 77 skipped because the environment cannot be made (the reason is printed).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
responder=${1:-$root/build/bin/mtproto-responder}
log=$root/build/venv-telethon.log
python=python3
# shellcheck source=/dev/null
. "$here/environment.sh"

need_program "$responder"
need_python "$log"
python_with venv-telethon "$here/requirements.txt"
exec "$python" -B "$here/telethon_interop.py" "$responder"
