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
log=$root/build/venv-telethon.log
python=python3
# shellcheck source=/dev/null
. "$here/environment.sh"

need_program "$programs/mtproto-relay" "$programs/mtproto-responder" "$programs/mtproto-probe"
need_python "$log"
# That of run.sh.
environment venv-telethon "$here/requirements.txt" || python=python3
exec "$python" -B "$here/relay_interop.py" "$programs"
