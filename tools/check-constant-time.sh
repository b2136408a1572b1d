#!/usr/bin/env bash
# Checks that nothing branches on a secret or uses it as an address: tests/constant_time under valgrind's memcheck.
#
# Usage: tools/check-constant-time.sh      ends with "N passed, M failed"; exit status 77 and "skipped: WHY" without valgrind
#
# The library is built as it ships, twice: with the CPU's AES instructions (as far as valgrind has them) and with AES in
# software. SHA-256 is in software in both, since valgrind shows programs a CPU without its instructions.
set -u

cd "$(dirname "$0")/.." || exit 1
target=${CARGO_TARGET_DIR:-$PWD/target}/constant-time
work=build/constant-time
machine=$(rustc -vV | sed -n 's/^host: //p')
passed=0 failed=0

if ! command -v valgrind >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq >/dev/null 2>&1
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends valgrind libc6-dbg >/dev/null 2>&1
fi
if ! command -v valgrind >/dev/null 2>&1 || ! echo '#include <valgrind/memcheck.h>' | cc -E -x c - >/dev/null 2>&1; then
    echo "skipped: valgrind and its headers are missing (package valgrind)"
    exit 77
fi
mkdir -p "$work"

# check KIND FLAGS
check() {
    local kind=$1 flags=$2 line
    if ! RUSTFLAGS="$flags" CARGO_TARGET_DIR="$target/$kind" cargo build --quiet --release --locked --target "$machine" \
        --manifest-path tests/constant_time/Cargo.toml ||
        ! cc -std=c11 -Wall -Wextra -Wpedantic -Werror -O1 -g -Iinclude -o "$work/$kind" tests/constant_time/main.c \
            "$target/$kind/$machine/release/libconstant_time.a" -lgcc_s -lutil -lrt -lpthread -lm -ldl; then
        echo "FAILED: $kind does not build"
        failed=$((failed + 1))
        return
    fi
    echo "AES: $kind"
    # What is expected to be reported is in the log as well: whoever looks for a branch finds its place there.
    valgrind -q --error-limit=no --log-file="$work/$kind.log" "$work/$kind" | tee "$work/$kind.said"
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$work/$kind.said" | tail -n 1)
    # shellcheck disable=SC2086 # the line's words
    set -- ${line:-0 passed, 1 failed}
    passed=$((passed + $1)) failed=$((failed + $3))
    [ "$3" -eq 0 ] || echo "where: $work/$kind.log"
}

check instructions ""
check software '--cfg aes_backend="soft"'
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
