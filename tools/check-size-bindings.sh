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
# check NAME LIMIT FEATURES
check() {
    local library stripped size
    library=$(tools/build-shared.sh --no-default-features --features "$3")
    stripped=$(mktemp)
    ${STRIP:-strip} --strip-all -o "$stripped" "$library"
    size=$(stat -c %s "$stripped")
    rm -f "$stripped"
    echo "size: $1: $size bytes, at most $2"
    if [ "$size" -le "$2" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}
check "both faces" 1000000 uniffi
echo "size: $passed passed, $failed failed"
exit $((failed != 0))
