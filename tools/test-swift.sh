#!/bin/bash
# Builds the Swift package and runs its tests, over real sockets against the C responder.
#
# Usage: tools/test-swift.sh [SWIFT TEST OPTION]...    (MTPROTO_RESPONDER names the responder, default build/bin)
#
# Uses the swift that is there, and otherwise the one that tools/swift-setup.sh unpacks.
# Last line: "N passed, M failed", and ", K skipped" if so. Exit status: 0, 1 when a test failed, 77 when there can be no Swift here.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

run=()
if ! swift --version >/dev/null 2>&1; then
    tools/swift-setup.sh >&2 || { echo "skipped: no Swift 6 here, and none can be unpacked"; exit 77; }
    run=("$PWD/tools/swift-run.sh")
fi
responder=${MTPROTO_RESPONDER:-$PWD/build/bin/mtproto-responder}
[ -x "$responder" ] || echo "skipped: $responder is not there: the socket tests will be skipped"
# Within Swift's own root only the project is seen, so the responder and its library are copied there.
# Not the copy of an earlier run.
rm -rf build/bindings/responder
mkdir -p build/bindings/responder/bin
if [ -x "$responder" ]; then
    cp -f "$responder" build/bindings/responder/bin/
    [ -d "$(dirname "$responder")/../lib" ] && cp -aLf "$(dirname "$responder")/../lib" build/bindings/responder/
fi

tools/bindings.sh test swift || exit 1
tools/swift-sources.sh || exit 1
tools/quoted-parts.sh swift bindings/swift/Tests/MTProtoTests/Generated README.md bindings/swift/README.md || exit 1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export MTPROTO_RESPONDER=$PWD/build/bindings/responder/bin/mtproto-responder MTPROTO_CASES=$PWD/tests/cases
export MTPROTO_LIBRARY=test KEEP="MTPROTO_RESPONDER MTPROTO_CASES MTPROTO_LIBRARY"
cd bindings/swift || exit 1
timeout --kill-after=10 "${SECONDS_AT_MOST:-600}" "${run[@]}" swift test "$@" 2>&1 | tee "$log" | grep -E --line-buffered 'error:|warning:|^leak:|skipped|Executed|failed'
status=${PIPESTATUS[0]}
# "Executed 20 tests, with 1 test skipped and 2 failures (0 unexpected) in ...", the last one is of all.
line=$(grep -E 'Executed [0-9]+ test' "$log" | tail -n 1)
all=$(sed -n 's/.*Executed \([0-9]*\) test.*/\1/p' <<<"$line")
skipped=$(sed -n 's/.*with \([0-9]*\) tests\{0,1\} skipped.*/\1/p' <<<"$line")
failed=$(grep -c -E "^Test Case .* failed" "$log")
[ -n "$line" ] || { tail -n 40 "$log"; exit 1; }
sed -n 's/.*Test skipped - /skipped: /p' "$log" | sort -u
skipped=${skipped:-0}
more=''
[ "$skipped" -eq 0 ] || more=", $skipped skipped"
echo "$((all - skipped - failed)) passed, $failed failed$more"
exit $((status != 0))
