#!/usr/bin/env bash
# The Rust tests under ThreadSanitizer, with a standard library that is rebuilt for it.
#
# Usage: tools/san-thread.sh TARGET_FOLDER [cargo test argument...]
#
# Without an instrumented std it sees races where there are none. rustup's stable toolchain has no sources of std, so
# Debian's rustc-web and rust-web-src build it; only the sanitizer's runtime is taken from rustup's toolchain.
# Prints "skipped: WHY" where that cannot be had.
set -eu

cd "$(dirname "$0")/.."
folder=$1
shift
machine=x86_64-unknown-linux-gnu
runtime=$(rustc --print sysroot)/lib/rustlib/$machine/lib/librustc-stable_rt.tsan.a
if [ "$(uname -m)" != x86_64 ] || [ ! -e "$runtime" ]; then
    echo "skipped: the toolchain has no ThreadSanitizer runtime for this machine"
    exit 0
fi
if [ ! -e /usr/lib/rustlib/src/rust/library/std ] || [ ! -x /usr/bin/rustc ]; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        echo "skipped: std cannot be rebuilt (packages rustc-web, rust-web-src)"
        exit 0
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends rustc-web rust-web-src >/dev/null || {
        echo "skipped: std cannot be rebuilt (packages rustc-web, rust-web-src)"
        exit 0
    }
fi
ln -sf "$runtime" "/usr/lib/rustlib/$machine/lib/"
export RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=thread
export CARGO_TARGET_DIR=$folder TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1}
if [ $# -eq 0 ]; then
    # What crosses threads; the rest has no second thread to race with.
    cargo test -Zbuild-std --target $machine --test threads
    exec cargo test -Zbuild-std --target $machine --lib -- replay_cache capi
fi
exec cargo test -Zbuild-std --target $machine "$@"
