#!/usr/bin/env bash
# Runs the Rust tests on aarch64, under qemu-user, and shows that the cipher takes the CPU's AES instructions there.
#
# Usage: tools/test-arm64.sh [ARGUMENT OF cargo test]...      ends with "N passed, M failed"
#
# The tests are optimised, with every check of a debug build on (profile "emulated"): unoptimised, they take hours.
#
# On Debian 12, as root: what is missing is installed from Debian's own packages (rustc-web brings a compiler and a
# standard library for aarch64 of one version; Cargo stays the one in PATH). Elsewhere a rustc with the target, a cross
# compiler and qemu-aarch64-static have to be there. Exit status 77 and "skipped: WHY" where they are not.
set -u

cd "$(dirname "$0")/.." || exit 1
target=aarch64-unknown-linux-gnu

skip() {
    echo "skipped: $1"
    exit 77
}

# The standard library has to be of the compiler's own version: the one in PATH if it has the target, or else Debian's.
has_target() { [ -n "$(find "$("$1" --print target-libdir --target $target 2>/dev/null)" -name 'libstd-*' 2>/dev/null)" ]; }
find_compiler() {
    local compiler
    for compiler in "$(command -v rustc)" /usr/bin/rustc; do
        if [ -x "$compiler" ] && has_target "$compiler"; then
            echo "$compiler"
            return
        fi
    done
    return 1
}
complete() {
    command -v qemu-aarch64-static >/dev/null 2>&1 && command -v aarch64-linux-gnu-gcc >/dev/null 2>&1 &&
        find_compiler >/dev/null
}
if ! complete; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        skip "a rustc for $target, aarch64-linux-gnu-gcc or qemu-aarch64-static is missing"
    fi
    dpkg --add-architecture arm64
    apt-get -qq -o Acquire::Languages=none update || true
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends rustc-web \
        libstd-rust-web-dev:arm64 gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static >/dev/null
    complete || skip "Debian's packages for aarch64 cannot be installed (rustc-web is in Debian 12)"
fi
RUSTC=$(find_compiler)
RUSTDOC=$(dirname "$RUSTC")/rustdoc
export RUSTC RUSTDOC
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}/arm64
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
# Without -L: the C library of the arm64 packages and the loader of the cross packages do not go together.
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER=qemu-aarch64-static

log=$(mktemp)
trap 'rm -f "$log"' EXIT
[ $# -gt 0 ] || set -- --lib --tests
cargo test --profile emulated --locked --no-fail-fast --target $target "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
read -r passed failed < <(awk '/^test result: / { p += $4; f += $6 } END { print p + 0, f + 0 }' "$log")
if { [ "$status" -ne 0 ] || [ "$passed" -eq 0 ]; } && [ "$failed" -eq 0 ]; then failed=1; fi

# The program's own AESE instructions, seen as they are translated: soft AES has none.
cargo bench --quiet --profile emulated --locked --features bench --bench instructions --target $target --no-run
program=$(find "$CARGO_TARGET_DIR/$target/emulated/deps" -maxdepth 1 -name 'instructions-*' -type f -executable \
    -printf '%T@ %p\n' 2>/dev/null | sort -rn | head -n 1 | cut -d ' ' -f 2-)
qemu-aarch64-static -d in_asm -D "$log" "$program" pack 1024 100
count=$(grep -c '[[:space:]]aese[[:space:]]' "$log" || true)
# qemu's disassembler may not know the instruction: then by its code, 4e284800 with registers.
[ "$count" -gt 0 ] || count=$(grep -ciE '4e284[89ab][0-9a-f]{2}' "$log" || true)
echo "AESE instructions on the way through the cipher: $count"
if [ "$count" -gt 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
