#!/bin/sh
# The demonstration: a responder on loopback, and the probe through every transport, as a table.
#
# Usage: tools/demo.sh          (BIN names the folder of the built programs, default build/bin)
#
# The samples of Kotlin and Swift have rows too, where there are compilers for them: the first time they take minutes to
# build. Not with BIN, which is for the programs alone, built in another way.
# Last line: "N passed, M failed", and ", K skipped" if so.
# Exit status: 0 when every row came out as expected, 1 when one did not, 2 when nothing could run.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 2
bin=${BIN:-$here/../build/bin}
responder=$bin/mtproto-responder
probe=$bin/mtproto-probe
relay=$bin/mtproto-relay
seconds_to_start=10

work=$(mktemp -d) || exit 2
responder_id=
relay_id=

clean_up() {
    for id in $responder_id $relay_id; do
        kill "$id" 2>/dev/null
        wait "$id" 2>/dev/null
    done
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 2' HUP INT TERM

cannot() {
    echo "demo: $1" >&2
    exit 2
}

for program in "$responder" "$probe" "$relay"; do
    [ -x "$program" ] || cannot "$program is not there: run 'make' first, or set BIN"
done

random_hex() {
    od -An -v -tx1 -N16 /dev/urandom | tr -d ' \n'
}

# Secrets and an authorization key for this run only. The domain is example.com.
secret=$(random_hex)
padded_secret=dd$(random_hex)
tls_secret=ee$(random_hex)6578616d706c652e636f6d
[ ${#secret}${#padded_secret}${#tls_secret} = 323456 ] || cannot "no random bytes from /dev/urandom"
dd if=/dev/urandom of="$work/auth_key" bs=256 count=1 2>/dev/null || cannot "cannot write a key"

# wait_for_address LOG PROCESS: sets `found` to the address of its first line. Sleeping for a fraction of a second is
# not in every sleep.
wait_for_address() {
    found=
    attempts=$((seconds_to_start * 10))
    while [ "$attempts" -gt 0 ]; do
        found=$(sed -n '1s/^listening //p' "$1")
        [ -z "$found" ] || return 0
        kill -0 "$2" 2>/dev/null || break
        sleep 0.1 2>/dev/null || sleep 1
        attempts=$((attempts - 1))
    done
    cat "$work/errors" >&2
    cannot "$3 did not start"
}

: >"$work/log" || cannot "cannot write to $work"
: >"$work/relay_log"
"$responder" --listen 127.0.0.1:0 --secret "$secret" --secret "$padded_secret" --secret "$tls_secret" \
    --auth-key "$work/auth_key" >"$work/log" 2>"$work/errors" &
responder_id=$!
wait_for_address "$work/log" "$responder_id" "the responder"
address=$found

# The relay's DC 2 is the responder, and so is DC 4 for media.
"$relay" --listen 127.0.0.1:0 --secret "$secret" --secret "$padded_secret" --secret "$tls_secret" \
    --dc 2="$address" --dc 4="$address" --verbose >"$work/relay_log" 2>>"$work/errors" &
relay_id=$!
wait_for_address "$work/relay_log" "$relay_id" "the relay"
relay_address=$found
server=$address

# field NAME: one value out of the probe's JSON object (its values here hold no comma and no quote).
field() {
    sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p' "$work/answer"
}

rows=0
failures=0
layout='%-20s %-12s %-9s %6s %6s %9s  %s\n'

# row OBFUSCATION EXPECTED_STATUS EXPECTED_RESULT TEXT PROBE_OPTION...
# `ok` and `transport_error` are the probe's own words for what came of it.
row() {
    obfuscation=$1 expected_status=$2 expected_result=$3 text=$4
    shift 4
    rows=$((rows + 1))
    "$probe" --json --timeout 10 "$@" "$server" >"$work/answer" 2>"$work/problem"
    status=$?
    envelope=$(field envelope)
    [ "$envelope" != null ] || envelope=-
    verdict=$text
    if [ "$status" -ne "$expected_status" ] || [ "$(field result)" != "$expected_result" ]; then
        failures=$((failures + 1))
        verdict="FAILED: exit status $status, expected $expected_status; $(field failure)"
    elif [ "$expected_result" = transport_error ] && [ "$(field transport_error)" != 404 ]; then
        failures=$((failures + 1))
        verdict="FAILED: transport error $(field transport_error), expected 404"
    fi
    # shellcheck disable=SC2059 # the layout is ours
    printf "$layout" "${envelope:-?}" "$obfuscation" "$(field carrier)" "$(field sent)" "$(field received)" \
        "$(field milliseconds)" "$verdict"
    cat "$work/problem" >&2
}

# saw LOG EXPECTED NAME PATTERN...: whether so many lines of the log match all patterns.
saw() {
    log=$1 expected=$2 name=$3
    shift 3
    rows=$((rows + 1))
    lines=$(cat "$log")
    for pattern in "$@"; do lines=$(printf '%s\n' "$lines" | grep -e "$pattern"); done
    count=$(printf '%s' "$lines" | grep -c '')
    [ "$count" -eq "$expected" ] && return
    failures=$((failures + 1))
    echo "FAILED: $name in $count lines, expected in $expected"
}

echo "mtproto-responder at $address, mtproto-probe against it (sent and received in bytes):"
echo
# shellcheck disable=SC2059
printf "$layout" "envelope" "obfuscation" "carrier" "sent" "recv" "ms" "result"
echo "-------------------- ------------ --------- ------ ------ ---------  --------------------------------------"
for envelope in abridged intermediate padded full; do
    row none 0 ok "resPQ" --envelope "$envelope" --plain
    row yes 0 ok "resPQ" --envelope "$envelope"
    row secret 0 ok "resPQ" --envelope "$envelope" --secret "$secret"
done
for envelope in abridged intermediate padded; do
    row yes 0 ok "resPQ, quick ack" --envelope "$envelope" --quick-ack --auth-key "$work/auth_key"
done
row yes 3 transport_error "resPQ, transport error 404 as expected" --quick-ack

row "dd secret" 0 ok "resPQ" --secret "$padded_secret"
for profile in chrome safari classic; do
    row "ee secret" 0 ok "resPQ, hello of $profile" --secret "$tls_secret" --tls-profile "$profile"
done

for envelope in abridged intermediate padded; do
    row yes 0 ok "resPQ" --envelope "$envelope" --websocket
done
row secret 0 ok "resPQ" --websocket --secret "$secret"
row "dd secret" 0 ok "resPQ" --websocket /apiws_test --secret "$padded_secret"
row yes 0 ok "resPQ, quick ack" --websocket --quick-ack --auth-key "$work/auth_key"
row yes 3 transport_error "resPQ, transport error 404 as expected" --websocket --unknown-key
row none 0 ok "resPQ" --http
row none 3 transport_error "resPQ, HTTP status 404 as expected" --http --unknown-key
direct=$rows

echo
echo "mtproto-relay at $relay_address, with the responder as its DC, mtproto-probe against it:"
echo
server=$relay_address
for envelope in abridged intermediate padded; do
    row secret 0 ok "resPQ" --envelope "$envelope" --secret "$secret"
done
row "dd secret" 0 ok "resPQ" --secret "$padded_secret"
row "ee secret" 0 ok "resPQ" --secret "$tls_secret"
row "ee secret" 0 ok "resPQ, DC 4 for media" --secret "$tls_secret" --dc 4 --media
row secret 0 ok "resPQ, quick ack" --secret "$secret" --quick-ack --auth-key "$work/auth_key"
row "dd secret" 0 ok "resPQ, quick ack" --secret "$padded_secret" --quick-ack --auth-key "$work/auth_key"
row "ee secret" 0 ok "resPQ, quick ack" --secret "$tls_secret" --quick-ack --auth-key "$work/auth_key"
row "ee secret" 3 transport_error "resPQ, transport error 404 as expected" --secret "$tls_secret" --quick-ack
relayed=$((rows - direct))

# The links that an app would be given.
server="tg://proxy?server=${relay_address%:*}&port=${relay_address##*:}&secret=$tls_secret"
row "ee secret" 0 ok "resPQ, by a tg:// link" --dc 2
server="https://t.me/proxy?server=${relay_address%:*}&port=${relay_address##*:}&secret=$secret"
row secret 0 ok "resPQ, by an https:// link" --dc 2
relayed=$((relayed + 2))

# sample LANGUAGE TARGET TEXT: the bindings' own probe, which says "resPQ" when the answer came.
sample() {
    "$here/sample.sh" "$1" "$2" >"$work/answer" 2>"$work/problem"
    status=$?
    if [ "$status" -eq 77 ]; then
        skipped=$((skipped + 1))
        cat "$work/answer"
        return
    fi
    rows=$((rows + 1))
    samples=$((samples + 1))
    verdict=$(sed -n 's/^resPQ  *//p' "$work/answer")
    if [ "$status" -ne 0 ] || [ -z "$verdict" ]; then
        failures=$((failures + 1))
        verdict="FAILED: exit status $status, $(tail -n 1 "$work/problem")"
    fi
    printf '%-20s %-12s %s\n' "$1" "$3" "resPQ $verdict"
}

samples=0 skipped=0
if [ -z "${BIN:-}" ]; then
    echo
    echo "The samples of the bindings, against the responder (to build them takes minutes the first time):"
    echo
    for language in kotlin swift; do
        sample $language "$address" "HOST:PORT"
        sample $language "tg://proxy?server=${address%:*}&port=${address##*:}&secret=$padded_secret" "tg:// link"
    done
fi

# What the two say they have seen.
echo
saw "$work/log" 3 "fake TLS at the responder" '"event":"accepted"' '"carrier":"fake_tls"' \
    '"server_name":"example.com"' '"clock_skew":' '"secret":2'
saw "$work/log" $((2 + samples / 2)) "the dd secret at the responder" '"event":"accepted"' '"secret":1'
saw "$work/log" 7 "WebSocket at the responder" '"event":"accepted"' '"carrier":"websocket"' '"obfuscated":true'
saw "$work/log" 2 "HTTP at the responder" '"event":"accepted"' '"carrier":"http"' '"envelope":null'
saw "$work/log" 1 "a media DC, kept by the relay" '"event":"accepted"' '"dc":-4,' '"secret":null'
saw "$work/relay_log" "$relayed" "accepted by the relay" '"event":"accepted"'
saw "$work/relay_log" 5 "fake TLS at the relay" '"event":"accepted"' '"carrier":"fake_tls"' \
    '"server_name":"example.com"'

# Both must still be there, and end by themselves when they are asked to.
rows=$((rows + 1))
kill "$relay_id" 2>/dev/null
wait "$relay_id"
relay_status=$?
relay_id=
kill "$responder_id" 2>/dev/null
wait "$responder_id"
status=$?
responder_id=
accepted=$(grep -c '^{"event":"accepted"' "$work/log")
expected=$((direct + relayed + samples))
if [ "$status" -ne 0 ] || [ "$relay_status" -ne 0 ] || [ "$accepted" -ne "$expected" ]; then
    failures=$((failures + 1))
    echo "FAILED: the responder accepted $accepted of $expected clients, exit status $status; the relay's $relay_status"
    cat "$work/errors" >&2
else
    echo "The responder recognised all $accepted clients, $relayed of them through the relay; both stopped."
fi

more=
[ "$skipped" -eq 0 ] || more=", $skipped skipped"
echo "$((rows - failures)) passed, $failures failed$more"
[ "$failures" -eq 0 ]
