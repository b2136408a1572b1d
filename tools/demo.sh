#!/bin/sh
# The demonstration: a responder on loopback, and the probe through every transport, as a table.
#
# Usage: tools/demo.sh          (BIN names the folder of the built programs, default build/bin)
#
# Exit status: 0 when every row came out as expected, 1 when one did not, 2 when nothing could run.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 2
bin=${BIN:-$here/../build/bin}
responder=$bin/mtproto-responder
probe=$bin/mtproto-probe
seconds_to_start=10

work=$(mktemp -d) || exit 2
responder_id=

clean_up() {
    if [ -n "$responder_id" ]; then
        kill "$responder_id" 2>/dev/null
        wait "$responder_id" 2>/dev/null
    fi
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 2' HUP INT TERM

cannot() {
    echo "demo: $1" >&2
    exit 2
}

for program in "$responder" "$probe"; do
    [ -x "$program" ] || cannot "$program is not there: run 'make' first, or set BIN"
done

# A secret and an authorization key for this run only.
secret=$(od -An -v -tx1 -N16 /dev/urandom | tr -d ' \n')
[ ${#secret} -eq 32 ] || cannot "no random bytes from /dev/urandom"
dd if=/dev/urandom of="$work/auth_key" bs=256 count=1 2>/dev/null || cannot "cannot write a key"

: >"$work/log" || cannot "cannot write to $work"
"$responder" --listen 127.0.0.1:0 --secret "$secret" --auth-key "$work/auth_key" \
    >"$work/log" 2>"$work/errors" &
responder_id=$!

# Its first line says which port it got. Sleeping for a fraction of a second is not in every sleep.
address=
attempts=$((seconds_to_start * 10))
while [ "$attempts" -gt 0 ] && [ -z "$address" ]; do
    address=$(sed -n '1s/^listening //p' "$work/log")
    [ -n "$address" ] && break
    kill -0 "$responder_id" 2>/dev/null || break
    sleep 0.1 2>/dev/null || sleep 1
    attempts=$((attempts - 1))
done
if [ -z "$address" ]; then
    cat "$work/errors" >&2
    cannot "the responder did not start"
fi

# field NAME: one value out of the probe's JSON object (its values here hold no comma and no quote).
field() {
    sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p' "$work/answer"
}

rows=0
failures=0
layout='%-20s %-12s %6s %6s %9s  %s\n'

# row OBFUSCATION EXPECTED_STATUS EXPECTED_RESULT TEXT PROBE_OPTION...
# `ok` and `transport_error` are the probe's own words for what came of it.
row() {
    obfuscation=$1 expected_status=$2 expected_result=$3 text=$4
    shift 4
    rows=$((rows + 1))
    "$probe" --json --timeout 10 "$@" "$address" >"$work/answer" 2>"$work/problem"
    status=$?
    envelope=$(field envelope)
    verdict=$text
    if [ "$status" -ne "$expected_status" ] || [ "$(field result)" != "$expected_result" ]; then
        failures=$((failures + 1))
        verdict="FAILED: exit status $status, expected $expected_status; $(field failure)"
    elif [ "$expected_result" = transport_error ] && [ "$(field transport_error)" != 404 ]; then
        failures=$((failures + 1))
        verdict="FAILED: transport error $(field transport_error), expected 404"
    fi
    # shellcheck disable=SC2059 # the layout is ours
    printf "$layout" "${envelope:-?}" "$obfuscation" "$(field sent)" "$(field received)" \
        "$(field milliseconds)" "$verdict"
    cat "$work/problem" >&2
}

echo "mtproto-responder at $address, mtproto-probe against it (sent and received in bytes):"
echo
# shellcheck disable=SC2059
printf "$layout" "envelope" "obfuscation" "sent" "recv" "ms" "result"
echo "-------------------- ------------ ------ ------ ---------  --------------------------------------"
for envelope in abridged intermediate padded full; do
    row none 0 ok "resPQ" --envelope "$envelope" --plain
    row yes 0 ok "resPQ" --envelope "$envelope"
    row secret 0 ok "resPQ" --envelope "$envelope" --secret "$secret"
done
for envelope in abridged intermediate padded; do
    row yes 0 ok "resPQ, quick ack" --envelope "$envelope" --quick-ack --auth-key "$work/auth_key"
done
row yes 3 transport_error "resPQ, transport error 404 as expected" --quick-ack

# It must still be there, and end by itself when it is asked to.
rows=$((rows + 1))
kill "$responder_id" 2>/dev/null
wait "$responder_id"
status=$?
responder_id=
echo
accepted=$(grep -c '^{"event":"accepted"' "$work/log")
if [ "$status" -ne 0 ] || [ "$accepted" -ne $((rows - 1)) ]; then
    failures=$((failures + 1))
    echo "FAILED: the responder accepted $accepted of $((rows - 1)) clients, exit status $status"
    cat "$work/errors" >&2
else
    echo "The responder recognised all $accepted clients and stopped."
fi

echo "$((rows - failures)) passed, $failures failed"
[ "$failures" -eq 0 ]
