#!/bin/bash
# Checks the size of the stripped shared library with both faces: at most 1 MB.
# The C ABI alone has a check of its own: tools/check-size.sh.
#
# Usage: tools/check-size-bindings.sh       Exit status 1 when one is over its limit, 77 where it cannot be measured.
# Last line: "size: N passed, M failed".
set -euo pipefail
cd "$(dirname "$0")/.."
passed=0 failed=0
cannot() {
    echo "size: skipped: $1"
    exit 77
}
[ "$(uname)" = Linux ] || cannot "the limits are for an ELF library on Linux"
command -v "${STRIP:-strip}" >/dev/null || cannot "there is no strip"
limit=1000000
tools/bindings.sh
stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT
${STRIP:-strip} --strip-all -o "$stripped" build/bindings/lib/libmtproto.so
size=$(stat -c %s "$stripped")
echo "size: both faces: $size bytes, at most $limit"
if [ "$size" -le $limit ]; then passed=1; else failed=1; fi
echo "size: $passed passed, $failed failed"
exit $((failed != 0))
