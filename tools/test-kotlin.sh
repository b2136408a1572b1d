#!/bin/bash
# Builds the Kotlin bindings by Maven and runs their tests, over real sockets against the C responder.
#
# Usage: tools/test-kotlin.sh            (MTPROTO_RESPONDER names the responder, default build/bin)
#
# Last line: "N passed, M failed", and ", K skipped" if so. Exit status: 0, 1 when a test failed, 77 when it could not be built here.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

cannot() {
    echo "skipped: $1"
    exit 77
}
command -v java >/dev/null || cannot "there is no java"
command -v mvn >/dev/null || cannot "there is no mvn"
export MTPROTO_RESPONDER=${MTPROTO_RESPONDER:-$PWD/build/bin/mtproto-responder}
[ -x "$MTPROTO_RESPONDER" ] || echo "skipped: $MTPROTO_RESPONDER is not there: the socket tests will be skipped"

tools/bindings.sh test kotlin || exit 1
tools/quoted-parts.sh kotlin build/bindings/quoted/kotlin README.md bindings/kotlin/README.md || exit 1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
cd bindings/kotlin || exit 1
# No file above 512 MB: a report that grows without end has filled disks before.
ulimit -f 524288
rm -rf library/target/surefire-reports
mvn -B -ntp test >"$log" 2>&1
status=$?
grep -a -E '^leak:|Tests run:.*in org|ERROR' "$log"
if [ ! -d library/target/surefire-reports ]; then
    # Nothing was compiled: is it the code, or is Maven Central out of reach?
    grep -a -q -E 'Could not (transfer|resolve)|Unknown host|resolution is disabled' "$log" &&
        cannot "Maven cannot fetch what it needs"
    cat "$log"
    exit 1
fi
# "Tests run: 72, Failures: 0, Errors: 0, Skipped: 0", the last one without a class.
sed -n 's/.*Tests run: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\), Skipped: \([0-9]*\).*/\1 \2 \3 \4/p' "$log" |
    tail -n 1 | awk '{ print $1 - $2 - $3 - $4 " passed, " $2 + $3 " failed" ($4 > 0 ? ", " $4 " skipped" : "") }'
exit $((status != 0))
