#!/usr/bin/env bash
# Runs the Rust tests on aarch64, under qemu-user, and shows that the cipher takes the CPU's AES instructions there.
#
# Usage: tools/test-arm64.sh [ARGUMENT OF cargo test]...
#
# On Debian 12, as root: what is missing is installed from Debian's own packages (rustc-web brings a compiler and a
# standard library for aarch64 of one version; Cargo stays the one in PATH). Elsewhere: a rustc with the target, a cross
# compiler and qemu-aarch64-static have to be there.
set -eu

cd "$(dirname "$0")/.."
target=aarch64-unknown-linux-gnu
if ! [ -e /usr/lib/rustlib/$target/lib ] || ! command -v qemu-aarch64-static >/dev/null ||
    ! command -v aarch64-linux-gnu-gcc >/dev/null; then
    dpkg --add-architecture arm64
    apt-get -qq -o Acquire::Languages=none update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends rustc-web \
        libstd-rust-web-dev:arm64 gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static >/dev/null
fi
export RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}/arm64
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
# Without -L: the C library of the arm64 packages and the loader of the cross packages do not go together.
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER=qemu-aarch64-static

cargo test --locked --target $target "$@"

# The program's own AESE instructions, seen as they are translated: soft AES has none.
cargo bench --quiet --locked --features bench --bench instructions --target $target --no-run
program=$(find "$CARGO_TARGET_DIR/$target/release/deps" -maxdepth 1 -name 'instructions-*' -type f -executable \
    -printf '%T@ %p\n' | sort -rn | head -n 1 | cut -d ' ' -f 2-)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
qemu-aarch64-static -d in_asm -D "$log" "$program" pack 1024 100
count=$(grep -c '[[:space:]]aese[[:space:]]' "$log" || true)
# qemu's disassembler may not know the instruction: then by its code, 4e284800 with registers.
[ "$count" -gt 0 ] || count=$(grep -ciE '4e284[89ab][0-9a-f]{2}' "$log" || true)
echo "AESE instructions on the way through the cipher: $count"
[ "$count" -gt 0 ]
