#!/bin/bash
# Builds the static libraries for Android and iOS with both faces, on a machine without NDK and Xcode, and checks them.
#
# Usage: tools/mobile-static.sh [TARGET]...     (default: three of Android, device and simulator of iOS)
#
# Rust's own standard library for these targets is built from source: Debian's rustc-web with rust-web-src. It proves that the
# crate builds, exports both faces, and on Android links into a shared object with pages of 16 KB that imports nothing but libc.
# What is shipped is linked by the NDK and by Xcode: see bindings/kotlin/README.md and bindings/swift/README.md.
# Last line: "N passed, M failed", by targets. Exit status: 0; 1 a check failed; 77 not possible here.
set -euo pipefail
cd "$(dirname "$0")/.."

cannot() {
    echo "skipped: $1"
    exit 77
}
if ! [ -e /usr/lib/rustlib/src/rust/library/std ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then cannot "rust-web-src is not installed"; fi
    if ! apt-get -qq update || ! apt-get -qq install -y --no-install-recommends rustc-web rust-web-src >/dev/null; then
        cannot "apt cannot install rust-web-src"
    fi
fi
targets=("$@")
[ $# -gt 0 ] || targets=(aarch64-linux-android armv7-linux-androideabi x86_64-linux-android aarch64-apple-ios aarch64-apple-ios-sim)

# Not the shipped toolchain: it only has to accept -Zbuild-std.
export RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc RUSTC_BOOTSTRAP=1
export CARGO_TARGET_DIR=${MOBILE_TARGET_DIR:-target/mobile}
passed=0 failed=0
fail() {
    echo "$1"
    good=0
}

# An LLVM that reads every format; Debian numbers its tools. The newest first: an old one does not
# read what a new compiler writes.
tool() {
    local name
    for name in "$1"-{24,23,22,21,20,19} "$1"; do
        command -v "$name" 2>/dev/null && return
    done
    return 1
}

# imports LIBRARY: what it wants from outside, that is neither libc's, libm's, libdl's nor the unwinder's.
unexpected() {
    "$nm" -D --undefined-only "$1" | awk '{ print $2 }' | sed 's/@.*//' | sort -u | grep -v -x -F -f <(grep -v '^#' tools/android-imports.txt)
}

# Links the static library of $target into a shared object, as Android loads it, and looks at what came out.
link_android() {
    local linker shared strange
    if ! linker=$(tool ld.lld); then
        echo "$target: not linked, there is no lld"
        return
    fi
    shared=$CARGO_TARGET_DIR/$target/release/libmtproto-check.so
    "$linker" -shared -o "$shared" --whole-archive "$library" --no-whole-archive --gc-sections --strip-all \
        --version-script <(echo '{ global: mtproto_*; uniffi_*; ffi_*; local: *; };') \
        -z max-page-size=16384 --unresolved-symbols=ignore-all
    readelf -lW "$shared" | awk '/LOAD/ && $NF != "0x4000" { bad = 1 } END { exit bad }' || fail "$target: a segment is not aligned to 16 KB"
    strange=$(unexpected "$shared" || true)
    [ -z "$strange" ] || fail "$target imports what it should not: $(tr '\n' ' ' <<<"$strange")"
    echo "$target: linked, $(stat -c %s "$shared") bytes"
}

nm=$(tool llvm-nm) || nm=$(command -v nm)
for target in "${targets[@]}"; do
    good=1
    if ! cargo rustc --quiet --lib --release --locked --features uniffi --crate-type staticlib \
        -Zbuild-std=std,panic_unwind --target "$target"; then
        echo "$target: not built"
        failed=$((failed + 1))
        continue
    fi
    library=$CARGO_TARGET_DIR/$target/release/libmtproto.a
    # Its status is not zero where a member has no symbols.
    exported=$("$nm" --defined-only "$library" 2>/dev/null | awk '{ print $3 }' | sed 's/^_//' || true)
    for symbol in mtproto_transport_push_wire mtproto_transport_pull_event uniffi_mtproto_fn_constructor_nativetransport_client; do
        grep -q -x "$symbol" <<<"$exported" || fail "$target does not export $symbol"
    done
    echo "$target: $(stat -c %s "$library") bytes, $(grep -c '^mtproto_' <<<"$exported") functions of the C ABI"
    case $target in *android*) link_android ;; esac
    if [ $good = 1 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
echo "$passed passed, $failed failed"
exit $((failed != 0))
