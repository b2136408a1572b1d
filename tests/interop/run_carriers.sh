#!/bin/sh
# Runs the interop tests of WebSocket and HTTP, both roles, against clients, servers and a browser that are not ours.
#
#   tests/interop/run_carriers.sh [folder of the programs]      default: build/bin of this tree
#
# What is needed is installed under build/; what cannot be is skipped, and said. Exit status: 0 all passed, 1 something
# failed, 77 skipped because there is no python3.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
programs=${1:-$root/build/bin}
node_modules=$root/build/node-carriers/node_modules
ws=ws@8.23.0
log=$root/build/carriers.log
output=$root/build/carriers.out
passed=0 failed=0 skipped=0

python=python3
# shellcheck source=/dev/null
. "$here/environment.sh"
need_program "$programs/mtproto-responder" "$programs/mtproto-probe"
need_python "$log"

skip() {
    skipped=$((skipped + 1))
    echo "skipped: $1"
}

# part NAME COMMAND...: a program that closes with "N passed, M failed" and perhaps ", K skipped", or ends with 77.
part() {
    name=$1
    shift
    status=0
    "$@" >"$output" 2>&1 || status=$?
    closing='^[0-9]* passed, [0-9]* failed'
    grep -v "$closing" "$output" || :
    line=$(grep "$closing" "$output" | tail -n 1 | tr -dc '0-9 ')
    # shellcheck disable=SC2086 # two or three numbers
    set -- $line
    if [ "$status" -eq 77 ]; then
        skipped=$((skipped + 1))
    elif [ $# -lt 2 ]; then
        failed=$((failed + 1))
        echo "FAILED  $name: exit status $status, and no closing line"
    else
        passed=$((passed + $1))
        failed=$((failed + $2))
        skipped=$((skipped + ${3:-0}))
        # A program that fails in silence.
        if [ "$status" -ne 0 ] && [ "$2" -eq 0 ]; then
            failed=$((failed + 1))
            echo "FAILED  $name: exit status $status"
        fi
    fi
}

part "bad WebSocket clients" python3 -B "$here/websocket_bad_cases.py" "$programs"
part "HTTP servers" python3 -B "$here/http_servers.py" "$programs"

if environment venv-carriers "$here/websocket_requirements.txt" "$here/requirements.txt"; then
    part "the websockets package" "$python" -B "$here/websocket_interop.py" "$programs"
    part "HTTP clients" "$python" -B "$here/http_interop.py" "$programs"
else
    skip "the websockets package cannot be installed: $(tail -n 1 "$log")"
    part "HTTP clients" python3 -B "$here/http_interop.py" "$programs"
fi

if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1; then
    stamp=$root/build/node-carriers/installed
    if [ "$(cat "$stamp" 2>/dev/null)" != "$ws" ]; then
        rm -rf "$root/build/node-carriers"
        mkdir -p "$root/build/node-carriers"
        (cd "$root/build/node-carriers" && echo '{}' >package.json &&
            npm install --silent --ignore-scripts --no-audit --no-fund "$ws") >>"$log" 2>&1 && echo "$ws" >"$stamp"
    fi
    part "Node's ws" env NODE_PATH="$node_modules" python3 -B "$here/websocket_node.py" "$programs"
else
    skip "node or npm is missing (packages nodejs, npm)"
fi

if environment venv-tdlib "$here/tdlib_requirements.txt" && "$python" -c 'import tdjson' >>"$log" 2>&1; then
    part "TDLib" "$python" -B "$here/tdlib_http.py" "$programs"
else
    skip "tdjson cannot be installed or loaded: $(tail -n 1 "$log")"
fi

if ! command -v chromium >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
        >>"$log" 2>&1 || :
fi
part "Chromium" python3 -B "$here/browser_interop.py" "$programs"

rm -f "$output"
if [ "$skipped" -ne 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ]
