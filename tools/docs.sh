#!/usr/bin/env bash
# Makes the documents to read in a browser, without a warning: the C header by Doxygen, the crate by rustdoc.
#
# Usage: tools/docs.sh      into build/docs/c and build/docs/rust; ends with "N passed, M failed"
set -u

cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0
mkdir -p build/docs/c build/docs/rust

# verdict NAME STATUS
verdict() {
    if [ "$2" -eq 0 ]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "FAILED: $1"
    fi
}

if ! command -v doxygen >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get install -y -qq --no-install-recommends doxygen >/dev/null 2>&1 ||
        { apt-get update -qq && apt-get install -y -qq --no-install-recommends doxygen; } >/dev/null 2>&1
fi
if command -v doxygen >/dev/null 2>&1; then
    doxygen Doxyfile
    verdict "doxygen" $?
    [ -s build/docs/c/mtproto_8h.html ] && grep -q mtproto_transport_pull_event build/docs/c/mtproto_8h.html
    verdict "the functions are in the HTML" $?
else
    echo "doxygen is missing (package doxygen)"
    verdict "doxygen" 1
fi
RUSTDOCFLAGS=-Dwarnings cargo doc --quiet --no-deps --locked --target-dir "${CARGO_TARGET_DIR:-target}/docs" &&
    cp -R "${CARGO_TARGET_DIR:-target}/docs/doc/." build/docs/rust/
verdict "rustdoc" $?
if python3 -B docs/man/make.py --check "${BIN_FOLDER:-build/bin}"; then verdict "man pages" 0; else verdict "man pages are as the programs say" 1; fi
if command -v man >/dev/null 2>&1; then
    for page in docs/man/*.1; do
        warnings=$(MANROFFSEQ='' man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
        [ -z "$warnings" ] || echo "$warnings"
        [ -z "$warnings" ]
        verdict "$page is good roff" $?
    done
fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
